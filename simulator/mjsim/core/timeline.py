"""A job's whole life is one `Timeline`, legal from the moment it is built; what the job looks like is asked, not stored."""

from bisect import bisect_right
from collections.abc import Iterable
from functools import partial
from operator import itemgetter
from typing import NamedTuple

from mjsim.core.instant import HORIZON, NEVER, Instant, later
from mjsim.core.pace import PROGRESS_STEPS
from mjsim.core.status import TRANSITIONS, Status
from mjsim.core.value import Frozen


class Failure(NamedTuple):
    """Why a job failed: a stable code and a sentence for a person."""

    code: str
    message: str


class Moment(NamedTuple):
    """From `instant` on the job has this status and progress (0 to 100); `failure` is there exactly on failed ones."""

    instant: Instant
    status: Status
    progress: int
    failure: Failure | None = None


class IllegalTimeline(ValueError):
    """The moments tell a story that no job can live; the text says where."""


class EvenLife(Frozen):
    """A life without incident: running evenly from `started` on, and completed."""

    accepted: Instant
    started: Instant
    completed: Instant

    def at(self, now: Instant) -> Moment:
        """The moment that holds at this instant; before the first one, the first."""
        accepted, started, completed = self.accepted, self.started, self.completed
        if now < started:
            return Moment(accepted, Status.PENDING, 0)
        if now >= completed:
            return Moment(completed, Status.COMPLETED, _COMPLETE)
        # The last of the steps that begin by now, of which the whole milliseconds are counted.
        span = completed - started
        return self._step((_STEPS * (now - started + 1) - 1) // span)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All of its moments."""
        running = map(self._step, range(_STEPS))
        pending = Moment(self.accepted, Status.PENDING, 0)
        return (pending, *running, Moment(self.completed, Status.COMPLETED, _COMPLETE))

    def _step(self, number: int) -> Moment:
        began = Instant(self.started + (self.completed - self.started) * number // _STEPS)
        return Moment(began, Status.IN_PROGRESS, PROGRESS_STEPS[number])


_COMPLETE = 100
_STEPS = len(PROGRESS_STEPS)
_MOST = {status: _COMPLETE if status is Status.COMPLETED else _COMPLETE - 1 for status in Status}
"""The most progress that can be shown in each status: only what is completed is complete."""

_position = partial(bisect_right, key=itemgetter(0))


Outline = tuple[Instant, Instant, Instant, Status | None]
"""What questions about a life are mostly about: when it is accepted, started and settled, and how it ends."""


class Timeline(Frozen, eq=False):
    """The moments of a job, oldest first: it begins pending, obeys the table of transitions, and never goes back.

    One that does not end in a terminal status is a job that sticks. Most lives are `even`, and three instants say
    all of them; the others are `told` moment by moment. Equal moments make equal timelines.
    """

    told: tuple[Moment, ...] = ()
    even: EvenLife | None = None

    def __post_init__(self) -> None:
        if self.even is None:
            self._refuse_impossible()
        elif self.told or not self.even.accepted <= self.even.started <= self.even.completed:
            raise IllegalTimeline("time goes back in an even life, or it is told twice")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Timeline) and self.moments == other.moments

    def __hash__(self) -> int:
        return hash(self.moments)

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All of its moments, planned ones included."""
        return self.told if self.even is None else self.even.moments

    @property
    def last(self) -> Moment:
        """The last moment that is planned."""
        return self.told[-1] if self.even is None else self.even.at(self.even.completed)

    def _refuse_impossible(self) -> None:
        if not self.told or self.told[0].status is not Status.PENDING:
            raise IllegalTimeline("a job begins pending")
        before, status, reached, failure = self.told[0]
        if reached != 0 or failure is not None:
            raise IllegalTimeline("a pending job has made progress, or has failed")
        for instant, following, progress, failure in self.told[1:]:
            if following not in TRANSITIONS[status]:
                raise IllegalTimeline(f"{following} does not follow {status}")
            if instant < before:
                raise IllegalTimeline("time goes back")
            if not reached <= progress <= _MOST[following]:
                raise IllegalTimeline(f"progress {progress} after {reached} while {following}")
            if (failure is None) is (following is Status.FAILED):
                raise IllegalTimeline("a failure belongs to a failed job, and to no other")
            before, status, reached = instant, following, progress
        if status is Status.COMPLETED and reached != _COMPLETE:
            raise IllegalTimeline(f"completed at {reached} per cent")

    def at(self, now: Instant) -> Moment:
        """The moment that holds at this instant; before the first one, the first."""
        if self.even is not None:
            return self.even.at(now)
        return self.told[max(_position(self.told, now) - 1, 0)]

    def until(self, now: Instant) -> tuple[Moment, ...]:
        """What has happened by this instant, the beginning always included."""
        moments = self.moments
        return moments[: max(_position(moments, now), 1)]

    def after(self, now: Instant) -> tuple[Moment, ...]:
        """What is planned to happen after this instant."""
        moments = self.moments
        return moments[max(_position(moments, now), 1) :]

    @property
    def outline(self) -> Outline:
        """See `Outline`."""
        if (even := self.even) is not None:
            return even.accepted, even.started, even.completed, Status.COMPLETED
        return self.accepted, self.started, self.settled, self.outcome

    @property
    def accepted(self) -> Instant:
        """When the job was accepted."""
        return self.told[0].instant if self.even is None else self.even.accepted

    @property
    def started(self) -> Instant:
        """When the job leaves `pending`, in whatever direction; `NEVER` if it does not."""
        if self.even is not None:
            return self.even.started
        return self.told[1].instant if len(self.told) > 1 else NEVER

    @property
    def settled(self) -> Instant:
        """When the job reaches its terminal status; `NEVER` if it does not."""
        if self.even is not None:
            return self.even.completed
        return self.told[-1].instant if self.told[-1].status.terminal else NEVER

    @property
    def outcome(self) -> Status | None:
        """The terminal status that is planned, or reached; None where the job sticks."""
        if self.even is not None:
            return Status.COMPLETED
        return self.told[-1].status if self.told[-1].status.terminal else None

    def amend(self, now: Instant, future: Iterable[Moment]) -> "Timeline":
        """Keep the past up to and with `now`, replace all that follows. This is the one way to change a job.

        A moment of the new future that lies before `now` would rewrite history and is refused.
        """
        coming = tuple(future)
        if coming and coming[0].instant < now:
            raise IllegalTimeline("the past stays as it was")
        return Timeline(self.until(now) + coming)

    def cancel(self, now: Instant) -> "Timeline":
        """The same past, then cancelled at this instant with the progress that was reached."""
        return self.amend(now, [Moment(now, Status.CANCELLED, self.at(now).progress)])

    def fail(self, now: Instant, failure: Failure) -> "Timeline":
        """The same past, then failed at this instant with the progress that was reached."""
        return self.amend(now, [Moment(now, Status.FAILED, self.at(now).progress, failure)])

    def complete(self, now: Instant) -> "Timeline":
        """The same past, then completed at this instant; a job that is pending runs for no time at all."""
        running = [Moment(now, Status.IN_PROGRESS, 0)] if self.at(now).status is Status.PENDING else []
        return self.amend(now, [*running, Moment(now, Status.COMPLETED, _COMPLETE)])

    def step(self, now: Instant) -> "Timeline":
        """The same life with its next moment at this instant, and what follows as much earlier."""
        coming = self.after(now)
        return self.shift(now, now - coming[0].instant) if coming else self

    def hold(self, now: Instant) -> "Timeline":
        """The same past, and the future put off without end."""
        return self.shift(now, HORIZON - now)

    def release(self, now: Instant) -> "Timeline":
        """The life of a job that was held, which goes on from this instant as if no time had passed."""
        return self.shift(now, now - HORIZON)

    def shift(self, now: Instant, milliseconds: int) -> "Timeline":
        """The same past, the same future so much later (or, negative, earlier; never before `now`)."""
        return self.amend(now, [m._replace(instant=max(now, later(m.instant, milliseconds))) for m in self.after(now)])
