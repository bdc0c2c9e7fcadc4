"""Where slots are scarce jobs start in order of acceptance as slots are free; who ends early or late moves the rest."""

from collections.abc import Mapping, Sequence

from mjsim.core.instant import HORIZON, Instant
from mjsim.core.pace import Mode
from mjsim.core.timeline import Timeline
from mjsim.core.value import Frozen

_EVERY_MODE = frozenset(Mode)


class Pool(Frozen):
    """So many jobs of these modes run at once."""

    modes: frozenset[Mode]
    running: int


class SlotPlan(Frozen):
    """What an account's plan grants: its pools, and how many jobs may wait in all."""

    pools: tuple[Pool, ...]
    queued: int

    def pool(self, mode: Mode) -> Pool:
        """The pool that runs jobs of this mode."""
        return next(pool for pool in self.pools if mode in pool.modes)


PLANS: Mapping[str, SlotPlan | None] = {
    "unlimited": None,
    "basic": SlotPlan((Pool(_EVERY_MODE, 3),), queued=10),
    "pro": SlotPlan((Pool(_EVERY_MODE - {Mode.RELAX}, 12), Pool(frozenset({Mode.RELAX}), 3)), queued=10),
}
"""The plans by name; None grants every job a slot at once."""


def free_from(active: Sequence[Timeline], running: int, now: Instant) -> Instant:
    """When the next job may start, given the unsettled ones ahead of it in its pool of `running` slots.

    One that is put off without end takes no slot; `HORIZON` where no slot will be free.
    """
    ends = sorted(min(life.settled, HORIZON) for life in active if life.started < HORIZON)
    return now if len(ends) < running else max(now, ends[len(ends) - running])


def waiting(active: Sequence[Timeline], running: int) -> int:
    """How many of the unsettled jobs of a pool have no slot."""
    return max(0, len(active) - running)


def reschedule(lives: Sequence[Timeline], ready: Sequence[Instant], running: int, now: Instant) -> list[Timeline]:
    """What becomes of a pool's jobs, in order of acceptance, when some of them end at another time than was planned.

    `ready` says when each could start at the earliest. The ones that ended are still in the list. A job that has not
    started does so once it is ready and those ahead of it leave it a slot, be that earlier or later than was planned;
    where they never do, it is put off without end.
    """
    placed: list[Timeline] = []
    for life, earliest in zip(lives, ready, strict=True):
        if life.started > now:
            start = max(earliest, free_from([ahead for ahead in placed if ahead.settled > now], running, now))
            placed.append(life.shift(now, min(start, HORIZON) - life.started))
        else:
            placed.append(life)
    return placed
