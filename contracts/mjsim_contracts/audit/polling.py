"""Rules about following a job: not too often, not longer than it lives, and not for ever."""

from collections.abc import Iterator
from itertools import pairwise
from statistics import median

from mjsim_contracts.audit.rule import Judgement, failed, passed, rule, warned
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Role
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call, per_job

_TIGHT = 0.04
_HASTY = 0.25
"""Pauses between polls, in seconds."""


def polls(scene: Scene) -> Iterator[list[Call]]:
    """For each job, the looks at it."""
    for calls in per_job(scene.calls).values():
        looks = [call for call in calls if call.role is Role.LOOK]
        if looks:
            yield looks


@rule("C030", "A job takes about a minute: polling without a pause only uses up the account's limits.")
def polls_have_pauses(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """Between two looks at a running job there is a pause."""
    for looks in polls(scene):
        pauses = [after.arrived - before.ended for before, after in pairwise(looks) if _running(before)]
        if len(pauses) < 2:
            continue
        typical = median(pauses)
        seen = f"{len(looks)} polls of a job, {typical * 1000:.0f} ms after each other"
        # One pause that is long shows that there is one at all.
        if typical < _TIGHT and max(pauses) < 3 * _TIGHT:
            yield failed(seen, *looks[:4])
        elif typical < _HASTY:
            yield warned(f"{seen}; a job takes about a minute, so a second or two is enough", *looks[:3])
        else:
            yield passed(looks[0])


def _running(call: Call) -> bool:
    return any(not job.settled for job in call.jobs())


@rule("C031", "A job that has ended never changes again: more looks are wasted, or a state was not understood.")
def polling_stops_at_the_end(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """A job that was seen completed, failed or cancelled is not polled any more."""
    if scene.distorted:
        return
    for looks in polls(scene):
        ends = [n for n, call in enumerate(looks) if any(job.settled for job in call.jobs())]
        if not ends:
            continue
        end = looks[ends[0]]
        after = looks[ends[0] + 1 :]
        status = next(job.status for job in end.jobs())
        seen = f"the job was seen {status}, and polled {len(after)} more times"
        if len(after) >= 3:
            yield failed(seen, end, *after[:2])
        elif after:
            yield warned(seen, end, *after)
        else:
            yield passed(end)


@rule("C032", "Jobs can get stuck; whoever waits for ever never tells anybody.", Outcome.WARN)
def stuck_jobs_are_given_up(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """A job that does not come to an end is given up, or cancelled, after some time."""
    if not scene.endless:
        return
    for looks in polls(scene):
        if not any(map(_running, looks)):
            continue
        if scene.cut:
            yield warned(f"still waiting after {scene.seconds:.0f} s and {len(looks)} polls", *looks[-2:])
        else:
            yield passed(looks[0])
