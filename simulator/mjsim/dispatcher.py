"""Everything that is due is on its way, within bounds: so many at once, so many to one host, news of one job in order."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from mjsim.core.delivery import Delivery, Sent
from mjsim.core.instant import NEVER, Instant
from mjsim.core.job import Job
from mjsim.outlook import Outlook
from mjsim.ports import Clock, DeliveryQuery, Outbox, Wall

log = logging.getLogger("mjsim")

AT_ONCE = 64
"""How many deliveries are under way at most."""

PER_HOST = 32
"""From so many on, no more are begun to the same host: one that hangs leaves the others their share."""

_BATCH = 16
_LONGEST_NAP = 60.0
"""Real seconds after which it looks again whatever happens: for claims that nobody has ended."""


Deliver = Callable[[Delivery, Job], Awaitable[Sequence[Sent]]]
"""Takes a delivery that has been claimed, and its job; what was tried."""


class Dispatcher:
    """Delivers what the outbox holds, in the background by `run`, or at once by `settle`; both may go on together."""

    def __init__(self, clock: Clock, outbox: Outbox, deliver: Deliver, wall: Wall) -> None:
        self._clock = clock
        self._outbox = outbox
        self._outlook = Outlook(outbox)
        self._deliver = deliver
        self._wall = wall
        self._flights: dict[asyncio.Task[None], Delivery] = {}
        self._hosts: Counter[str] = Counter()
        self._last: dict[str, asyncio.Task[None]] = {}
        self._listeners: list[list[Sent]] = []
        self._stirred = asyncio.Event()
        self._claiming = asyncio.Lock()
        clock.watch(self._stirred.set)
        outbox.watch(self._stirred.set)

    async def run(self) -> None:
        """Deliver whatever becomes due, until cancelled."""
        while True:
            self._stirred.clear()
            try:
                await self._start_due()
                nap = await self._nap()
            except Exception:
                log.exception("the outbox cannot be read; deliveries go on in %g s", _LONGEST_NAP)
                nap = _LONGEST_NAP
            alarm = asyncio.get_running_loop().call_later(nap, self._stirred.set)
            try:
                await self._stirred.wait()
            finally:
                alarm.cancel()

    async def settle(self, enough: Callable[[Sequence[Sent]], bool] = lambda _made: False) -> list[Sent]:
        """Deliver everything that is due by now; once all of it is sent and recorded, or is enough, the attempts that
        were made.
        """
        with self._listening() as made:
            await self._start_due()
            while self._flights and not enough(made):
                await asyncio.wait(self._flights, return_when=asyncio.FIRST_COMPLETED)
                await self._start_due()
        return made

    async def newest(self) -> int:
        """See `ports.Errands`."""
        latest = await self._outbox.deliveries(DeliveryQuery(), 1)
        return latest[0].number if latest else 0

    async def next_due(self) -> Instant:
        """See `ports.Errands`."""
        due = await self._outbox.next_due(self._wall())
        return NEVER if due is None else due

    async def stop(self) -> None:
        """Break off what is under way; it stays in the outbox."""
        await self._break_off(None)

    async def forget(self, tenant: str | None) -> None:
        """Break off what is under way for one tenant, or for all."""
        # What is being claimed would be under way a moment later.
        async with self._claiming:
            await self._break_off(tenant)

    @asynccontextmanager
    async def grounded(self) -> AsyncIterator[None]:
        """Break off what is under way, and begin nothing until this is left."""
        async with self._claiming:
            await self._break_off(None)
            self._outbox.let_go()
            yield

    async def _break_off(self, tenant: str | None) -> None:
        flights = [flight for flight, one in self._flights.items() if tenant is None or one.tenant == tenant]
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        for flight in flights:
            self._land(flight)  # who had not begun has not noted it

    async def _start_due(self) -> None:
        async with self._claiming:
            while (free := AT_ONCE - len(self._flights)) > 0:
                busy, most = self._busy_hosts(), min(free, _BATCH)
                if await self._outlook.next_due(self._wall(), busy) > self._clock.now():
                    return
                claimed = await self._outbox.claim(self._clock.now(), self._wall(), most, busy)
                if len(claimed) < most:
                    self._outlook.exhausted(busy)
                for delivery, job in claimed:
                    self._launch(delivery, job)

    def _busy_hosts(self) -> list[str]:
        return [host for host, flights in self._hosts.items() if flights >= PER_HOST]

    def _launch(self, delivery: Delivery, job: Job) -> None:
        """Begin a delivery, after the one of the same job that was begun before."""
        flight = asyncio.create_task(self._fly(delivery, job, self._last.get(delivery.job_id)))
        self._flights[flight] = delivery
        self._hosts[delivery.host] += 1
        self._last[delivery.job_id] = flight

    async def _fly(self, delivery: Delivery, job: Job, before: asyncio.Task[None] | None) -> None:
        try:
            if before is not None:
                await asyncio.wait([before])
            sent = await self._deliver(delivery, job)
            for one in sent:
                if one.attempt.next is not None:
                    self._outlook.put_off(delivery.host, one.attempt.next)
            for listener in self._listeners:
                listener.extend(sent)
        except Exception:
            log.exception("webhook %s could not be delivered; it is tried again", delivery.id)
        finally:
            self._land(asyncio.current_task())

    def _land(self, flight: asyncio.Task[None] | None) -> None:
        """Note that a delivery has ended. A callback of the task would do so a round later, for a tenth of a webhook."""
        if flight is None or (delivery := self._flights.pop(flight, None)) is None:
            return
        self._hosts[delivery.host] -= 1
        if not self._hosts[delivery.host]:
            del self._hosts[delivery.host]
        if self._last.get(delivery.job_id) is flight:
            del self._last[delivery.job_id]
        self._stirred.set()

    async def _nap(self) -> float:
        """For how many real seconds nothing becomes due by itself."""
        due = await self._outlook.next_due(self._wall(), self._busy_hosts())
        wait = due - self._clock.now()
        # At the bound, what is due waits for a flight to end; while time stands still, what is not for somebody to move it.
        if due == NEVER or len(self._flights) >= AT_ONCE or (wait > 0 and not self._clock.rate):
            return _LONGEST_NAP
        return min(self._clock.real_seconds(max(wait, 0)), _LONGEST_NAP)

    @contextmanager
    def _listening(self) -> Iterator[list[Sent]]:
        made: list[Sent] = []
        self._listeners.append(made)
        try:
            yield made
        finally:
            # By identity: lists that hold the same are equal.
            self._listeners = [one for one in self._listeners if one is not made]
