"""Time is moved from one due instant to the next, and whoever moved it is answered when all of it has happened."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

from mjsim.core.delivery import Sent
from mjsim.core.error import ClashingState, JobSettled
from mjsim.core.instant import HORIZON, Instant, rfc3339
from mjsim.core.job import Job
from mjsim.core.timeline import Moment
from mjsim.core.value import Frozen, Record, field
from mjsim.ports import Clock, Errands, Store

MOST_TOLD = 1_000
"""How many changes and how many attempts one walk tells of; it makes them all."""

_MOST_ROUNDS = 100_000
"""After so many due instants a walk until all is quiet gives up."""

MOST_FRESH = 2_000
"""After so many attempts at news that nobody had planned when it set out a walk waits for no more: some receiver makes new
work out of every delivery."""

_MOST_TRIES = 60
"""More attempts than any schedule of retries has: further ones were asked for, and are new work too."""

PATIENCE_SECONDS = 5.0
"""How long, in real time, a walk waits for the one before it: less than a sender waits for its receiver, which may be
the one that asks."""

_MOST_PASSES = 100
"""How often one request walks the steps of others that came meanwhile; what is left is for the next request."""


class Change(Frozen):
    """A job came to a moment with another status than the one before."""

    job: Job
    moment: Moment


class Walk(Record):
    """What happened on the way from `before` to `after`; `quiet` says that nothing more is going to."""

    before: Instant
    after: Instant
    quiet: bool = False
    changes: Sequence[Change] = ()
    attempts: list[Sent] = field(default_factory=list)
    attempted: int = 0
    changed: int = 0
    newest: int = 0
    fresh: int = 0

    def note(self, attempts: Sequence[Sent]) -> None:
        """Count those that are new work: their news is younger than `newest`, the last that was planned before."""
        self.fresh += sum(one.delivery.number > self.newest or one.attempt.number > _MOST_TRIES for one in attempts)

    @property
    def endless(self) -> bool:
        """Whether so much new work has come up that there may always be more."""
        return self.fresh >= MOST_FRESH


class Timekeeper:
    """Moves the one clock; walks are taken one after the other. `step` milliseconds pass at each request of an API."""

    def __init__(self, clock: Clock, store: Store, errands: Errands, step: int = 0) -> None:
        self._clock = clock
        self._store = store
        self._errands = errands
        self._walking = asyncio.Lock()
        self._owed = 0
        self._promised = clock.now()
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
        await self._promise(self._clock.now(), max(rate, self._clock.rate))
        self._clock.run_at(rate)
        await self._promise(self._clock.now(), rate)

    async def tick(self) -> None:
        """A request has come in: where time goes by steps, it is one step later.

        It does not wait for a walk that is under way, which may wait for the receiver that makes this request: who walks
        takes this step too, or the next request does.
        """
        self._owed += self.step
        if self._walking.locked():
            return
        async with self._walking:
            for _ in range(_MOST_PASSES):
                step, self._owed = self._owed, 0
                if not step:
                    break
                await self._walk_to(Instant(self._clock.now() + step))

    async def advance(self, milliseconds: int) -> Walk:
        """Walk on by so much. This and every other walk: `ClashingState` where the one before it does not end."""
        async with self._turn():
            return await self._walk_to(Instant(self._clock.now() + milliseconds))

    async def advance_to(self, instant: Instant) -> Walk:
        """Walk to the instant; one that is past is where time is already."""
        async with self._turn():
            return await self._walk_to(instant)

    async def advance_to_next(self, job: Job) -> Walk:
        """Walk to the next moment of the job; `JobSettled` where it has none."""
        async with self._turn():
            coming = job.timeline.after(self._clock.now())
            if not coming or coming[0].instant >= HORIZON:
                raise JobSettled(f"Job {job.id} has no next moment: it has settled, is held, or sticks.")
            return await self._walk_to(coming[0].instant)

    async def advance_until_quiet(self) -> Walk:
        """Walk until no job is on its way and nothing is left to deliver; jobs that stick or are held do not count."""
        async with self._turn():
            walk = await self._set_out()
            for _ in range(_MOST_ROUNDS):
                if walk.endless:
                    break
                due = min(await self._errands.next_due(), await self._store.next_settling(self._clock.now()))
                if due >= HORIZON:
                    walk.quiet = True
                    break
                await self._jump(due, walk)
            return await self._told(walk)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._walking.acquire()
        except TimeoutError:
            raise ClashingState(
                f"Time is being moved already, and that has not ended within {PATIENCE_SECONDS:g} s. A receiver that moves "
                "time before it has answered its webhook waits for itself: let it answer first."
            ) from None
        try:
            yield
        finally:
            self._walking.release()

    async def _set_out(self) -> Walk:
        """The beginning of a walk: what is due by now is done."""
        walk = Walk(self._clock.now(), self._clock.now(), newest=await self._errands.newest())
        await self._settle(walk)
        return walk

    async def _walk_to(self, instant: Instant) -> Walk:
        if instant >= HORIZON:
            raise ClashingState(f"Time ends at {rfc3339(HORIZON)}.")
        walk = await self._set_out()
        while not walk.endless and (due := await self._errands.next_due()) <= instant:
            await self._jump(due, walk)
        await self._jump(instant, walk)
        return await self._told(walk)

    async def _jump(self, instant: Instant, walk: Walk) -> None:
        await self._promise(max(instant, self._clock.now()), self._clock.rate)
        self._clock.jump(instant)
        await self._settle(walk)

    async def _promise(self, instant: Instant, rate: float) -> None:
        """Note where time is going to be before anybody is answered there: if the process is killed, the next one does
        not begin before it.
        """
        self._promised = max(self._promised, instant)
        await self._store.note_line(self._promised, rate)

    async def _settle(self, walk: Walk) -> None:
        noted = 0

        def enough(made: Sequence[Sent]) -> bool:
            nonlocal noted
            walk.note(made[noted:])
            noted = len(made)
            return walk.endless

        done = await self._errands.settle(enough)
        enough(done)
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
