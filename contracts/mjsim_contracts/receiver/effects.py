"""Side effects are seen from outside by a number that grows: the probe's, or else the receiver's own requests to the API.

A number that did not grow at a fresh event proves nothing when it does not grow at a duplicate; so the first thing is to
see it grow, and to learn how long that takes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from aiohttp import ClientSession

from mjsim_contracts.receiver.passthrough import PassThrough
from mjsim_contracts.receiver.probe import Reading, read_probe

_STEP = 0.05
_PATIENCE = 3.0
"""Seconds in which a receiver that works in the background has shown what it does."""


@dataclass(slots=True)
class Effects:
    """`each` is by how much one fresh event makes the number grow, 0 where that was not seen, if it was `looked` for;
    `quiet` is how many seconds without growth mean that nothing more will come.
    """

    probe: str | None
    session: ClientSession
    passing: PassThrough
    looked: bool = False
    each: int = 0
    quiet: float = 0.2

    @property
    def source(self) -> str:
        """What the number counts."""
        return "the probe's number" if self.probe else "the receiver's requests to the API"

    async def reading(self) -> Reading:
        """What the probe says; an empty reading without one."""
        return await read_probe(self.probe, self.session) if self.probe else Reading()

    async def count(self) -> int:
        """The number now."""
        counted = (await self.reading()).effects
        return counted if counted is not None else sum(one.acts for one in self.passing.follow_ups)

    async def learn(self, action: Callable[[], Awaitable[bool]]) -> None:
        """See by how much one fresh event makes the number grow; the action delivers it and says whether it got through."""
        self.looked = True
        before, start = await self.count(), time.perf_counter()
        number = before if await action() else None
        while number == before and time.perf_counter() - start < _PATIENCE:
            await asyncio.sleep(_STEP)
            number = await self.count()
        if number is not None and number > before:
            self.quiet = min(_PATIENCE, max(self.quiet, 2 * (time.perf_counter() - start)))
            self.each = await self.settled() - before

    async def growth(self, action: Callable[[], Awaitable[object]]) -> int:
        """By how much the number grows through the action, and in the quiet that follows."""
        before = await self.count()
        await action()
        return await self.settled() - before

    async def settled(self) -> int:
        """The number, once it has stood still for long enough."""
        start = changed = time.perf_counter()
        number = await self.count()
        while (now := time.perf_counter()) - changed < self.quiet and now - start < 2 * _PATIENCE:
            await asyncio.sleep(_STEP)
            if (latest := await self.count()) != number:
                number, changed = latest, time.perf_counter()
        return number

    async def state(self, job_id: str, *, other_than: str | None = None) -> str | None:
        """The state in which the probe shows a job; waits a while for one, and for another one than that given."""
        start, seen = time.perf_counter(), None
        while time.perf_counter() - start < max(self.quiet, 1.0):
            seen = (await self.reading()).states.get(job_id.lower())
            if seen is not None and seen != other_than:
                return seen
            await asyncio.sleep(_STEP)
        return seen
