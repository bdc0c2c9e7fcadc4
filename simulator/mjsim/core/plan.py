"""A job's life is decided when it is accepted: `plan` turns a request's key and a pace into a legal timeline."""

from mjsim.core.chance import Key
from mjsim.core.fate import Fate
from mjsim.core.instant import Instant, later
from mjsim.core.pace import PROGRESS_STEPS, JobType, Mode, Pace, Span
from mjsim.core.status import Status
from mjsim.core.timeline import EvenLife, Failure, Moment, Timeline

FAILURES = (
    Failure("moderation_blocked", "The image filter stopped the job midway."),
    Failure("timed_out", "The job took too long and was given up."),
    Failure("internal_error", "The job failed for a reason inside the service."),
)
"""The ways in which a job that was accepted may still fail."""


_STEPS = len(PROGRESS_STEPS)


def ready_at(mode: Mode, key: Key, pace: Pace, now: Instant) -> Instant:
    """When a job accepted at `now` can start at the earliest."""
    return later(now, _within(pace.lead, key, "lead") + _within(pace.wait.get(mode, (0, 0)), key, "wait"))


def plan(
    *,
    job_type: JobType,
    mode: Mode,
    key: Key,
    pace: Pace,
    failure_rate: float,
    now: Instant,
    start: Instant,
    fate: Fate | None = None,
) -> Timeline:
    """The whole life of a job that is accepted at `now` and starts at `start`.

    `failure_rate` (0 to 1) is the share of jobs that fail, each at a step and with a reason of its own chance; an ending
    that `fate` names comes first.
    """
    span = int(_within(pace.run[job_type], key, "run") * pace.factor.get(mode, 1.0) * (fate.slowness if fate else 1.0))
    life = Timeline(even=EvenLife(now, start, later(start, span)))
    failing = failure_rate and not (fate and fate.ending) and key.draw("outcome") < failure_rate
    if fate is None and not failing:
        return life
    moments = list(life.moments)
    if failing:
        moments = _failing(moments, key)
    if fate is not None:
        moments = fate.bend(moments)
    return Timeline(tuple(moments))


def _failing(moments: list[Moment], key: Key) -> list[Moment]:
    """The same life up to a running step of chance, then failed where the next step would have been."""
    last = 1 + key.integer("failure-step", below=_STEPS)
    reason = FAILURES[key.integer("failure-reason", below=len(FAILURES))]
    end = Moment(moments[last + 1].instant, Status.FAILED, moments[last].progress, reason)
    return [*moments[: last + 1], end]


def _within(span: Span, key: Key, label: str) -> int:
    """A duration from the span; no chance is asked where there is none."""
    shortest, longest = span
    return shortest if shortest == longest else shortest + int(key.draw(label) * (longest - shortest))
