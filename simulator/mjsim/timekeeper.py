"""Time is moved from one due instant to the next, and whoever moved it is answered when all of it has happened."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from mjsim.core.delivery import Sent
from mjsim.core.error import ClashingState, JobSettled
from mjsim.core.instant import HORIZON, Instant, rfc3339
from mjsim.core.job import Job
from mjsim.core.timeline import Moment
from mjsim.ports import Clock, Errands, Store

MOST_TOLD = 1_000
"""How many changes and how many attempts one walk tells of; it makes them all."""

_MOST_ROUNDS = 100_000
"""After so many due instants a walk until all is quiet gives up: some receiver makes new work out of every delivery."""


@dataclass(frozen=True, slots=True)
class Change:
    """A job came to a moment with another status than the one before."""

    job: Job
    moment: Moment


@dataclass(slots=True)
class Walk:
    """What happened on the way from `before` to `after`; `quiet` says that nothing more is going to."""

    before: Instant
    after: Instant
    quiet: bool = False
    changes: Sequence[Change] = ()
    attempts: list[Sent] = field(default_factory=list)
    attempted: int = 0
    changed: int = 0


class Timekeeper:
    """Moves the one clock; walks are taken one after the other. `step` milliseconds pass at each request of an API."""

    def __init__(self, clock: Clock, store: Store, errands: Errands, step: int = 0) -> None:
        self._clock = clock
        self._store = store
        self._errands = errands
        self._walking = asyncio.Lock()
        self.step = step

    def now(self) -> Instant:
        """The present."""
        return self._clock.now()

    def real_seconds(self, milliseconds: int) -> float:
        """How long so much simulated time takes."""
        return self._clock.real_seconds(milliseconds)

    @property
    def rate(self) -> float:
        """Simulated seconds to a real one."""
        return self._clock.rate

    async def run_at(self, rate: float) -> None:
        """Let time pass at this rate from now on; 0 stops it."""
        self._clock.run_at(rate)
        await self._store.note_line(self._clock.now(), rate)

    async def tick(self) -> None:
        """A request has come in: where time goes by steps, it is one step later."""
        await self.advance(self.step)

    async def advance(self, milliseconds: int) -> Walk:
        """Walk on by so much."""
        async with self._walking:
            return await self._walk_to(Instant(self._clock.now() + milliseconds))

    async def advance_to(self, instant: Instant) -> Walk:
        """Walk to the instant; one that is past is where time is already."""
        async with self._walking:
            return await self._walk_to(instant)

    async def advance_to_next(self, job: Job) -> Walk:
        """Walk to the next moment of the job; `JobSettled` where it has none."""
        async with self._walking:
            coming = job.timeline.after(self._clock.now())
            if not coming or coming[0].instant >= HORIZON:
                raise JobSettled(f"Job {job.id} has no next moment: it has settled, is held, or sticks.")
            return await self._walk_to(coming[0].instant)

    async def advance_until_quiet(self) -> Walk:
        """Walk until no job is on its way and nothing is left to deliver; jobs that stick or are held do not count."""
        async with self._walking:
            walk = Walk(self._clock.now(), self._clock.now())
            await self._settle(walk)
            for _ in range(_MOST_ROUNDS):
                due = min(await self._errands.next_due(), await self._store.next_settling(self._clock.now()))
                if due >= HORIZON:
                    walk.quiet = True
                    break
                await self._jump(due, walk)
            return await self._told(walk)

    async def _walk_to(self, instant: Instant) -> Walk:
        if instant >= HORIZON:
            raise ClashingState(f"Time ends at {rfc3339(HORIZON)}.")
        walk = Walk(self._clock.now(), self._clock.now())
        await self._settle(walk)
        while (due := await self._errands.next_due()) <= instant:
            await self._jump(due, walk)
        await self._jump(instant, walk)
        return await self._told(walk)

    async def _jump(self, instant: Instant, walk: Walk) -> None:
        self._clock.jump(instant)
        await self._store.note_line(self._clock.now(), self._clock.rate)
        await self._settle(walk)

    async def _settle(self, walk: Walk) -> None:
        done = await self._errands.settle()
        walk.attempted += len(done)
        walk.attempts += done[: MOST_TOLD - len(walk.attempts)]

    async def _told(self, walk: Walk) -> Walk:
        walk.after = self._clock.now()
        jobs = await self._store.changed(walk.before, walk.after)
        changes = [change for job in jobs for change in _changes(job, walk.before, walk.after)]
        changes.sort(key=lambda change: change.moment.instant)
        walk.changed, walk.changes = len(changes), changes[:MOST_TOLD]
        return walk


def _changes(job: Job, after: Instant, until: Instant) -> list[Change]:
    """The changes of a job's status in a span of time."""
    moments = job.timeline.moments
    return [
        Change(job, moment)
        for before, moment in pairwise(moments)
        if moment.status is not before.status and after < moment.instant <= until
    ]
