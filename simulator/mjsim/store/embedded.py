"""The embedded store: it never waits for anything but for what it has written to be safe, so nothing interrupts a turn."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Self

from mjsim.core.credit import Account
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.pace import JobType
from mjsim.ports import Page, Query
from mjsim.store.ledger import Ledger


class EmbeddedStore:
    """Implements `ports.Store` over a ledger.

    `wall` is the machine's own clock, by which the next process knows how far time has gone on.
    """

    def __init__(self, ledger: Ledger, wall: Callable[[], Instant]) -> None:
        self._ledger = ledger
        self._wall = wall
        self.outbox = ledger.outbox
        """The news of its jobs; see `ports.Outbox`."""

    def turn(self, tenant: str) -> "EmbeddedTurn":
        """See `ports.Store`."""
        return EmbeddedTurn(self._ledger, tenant)

    async def find(self, job_id: str) -> Job | None:
        """See `ports.Store`."""
        return self._ledger.find(job_id)

    async def page(self, tenant: str, query: Query, now: Instant) -> Page:
        """See `ports.Store`."""
        return self._ledger.page(tenant, query, now)

    async def source(self, name: str) -> bytes | None:
        """See `ports.Store`."""
        return self._ledger.sources.find(name)

    async def keep_source(self, name: str, data: bytes, now: Instant) -> None:
        """See `ports.Store`."""
        self._ledger.sources.keep(name, data, now)

    async def use_sources(self, names: Sequence[str], now: Instant) -> None:
        """See `ports.Store`."""
        for name in names:
            self._ledger.sources.use(name, now)

    async def count(self) -> int:
        """See `ports.Store`."""
        return self._ledger.count

    async def count_accepted_until(self, instant: Instant) -> int:
        """See `ports.Store`."""
        return self._ledger.count_accepted_until(instant)

    async def forget_accepted_until(self, instant: Instant) -> int:
        """See `ports.Store`."""
        number = self._ledger.forget_accepted_until(instant)
        if number:
            self._ledger.sources.forget_until(instant)
        return number

    async def forget_oldest_settled(self, number: int, now: Instant) -> int:
        """See `ports.Store`."""
        return self._ledger.forget_oldest_settled(number, now)

    async def latest(self, tenant: str | None, number: int) -> Sequence[Job]:
        """See `ports.Store`."""
        return self._ledger.latest_jobs(tenant, number)

    async def changed(self, after: Instant, until: Instant) -> Sequence[Job]:
        """See `ports.Store`."""
        return self._ledger.changed(after, until)

    async def next_settling(self, now: Instant) -> Instant:
        """See `ports.Store`."""
        return self._ledger.next_settling(now)

    async def account(self, tenant: str, now: Instant) -> Account:
        """See `ports.Store`."""
        return self._ledger.account(tenant, now)

    async def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """See `ports.Store`."""
        self._ledger.grant(tenant, credits)
        await self._ledger.durable()

    async def note_line(self, now: Instant, rate: float) -> None:
        """See `ports.Store`."""
        self._ledger.note_fact("line", f"{now} {self._wall()} {rate}")
        await self._ledger.durable()

    async def forget_tenant(self, tenant: str | None) -> int:
        """See `ports.Store`."""
        number = self._ledger.forget_tenant(tenant)
        await self._ledger.durable()
        return number

    async def export(self) -> bytes:
        """See `ports.Store`."""
        return self._ledger.export()

    async def restore(self, data: bytes) -> int:
        """See `ports.Store`."""
        line = self._ledger.fact("line")
        self._ledger.restore(data)
        # Time goes on where it is here, wherever it was when the file was written.
        if line is not None:
            self._ledger.note_fact("line", line)
        await self._ledger.durable()
        return self._ledger.count

    async def close(self) -> None:
        """See `ports.Store`."""
        self.release()

    def release(self) -> None:
        """Do the same at once, outside of an event loop."""
        self._ledger.close()

    def fact(self, name: str, default: str) -> str:
        """A fact about the world that outlives the process; the default is set where there is none."""
        if (found := self._ledger.fact(name)) is not None:
            return found
        self._ledger.default_fact(name, default)
        return default

    def reached(self, wall: Instant) -> Instant:
        """How far time has come by this instant of the machine's clock: it went on as it did when it was noted last."""
        simulated, noted, rate = self.fact("line", "0 0 0").split()
        went_on = int(max(0, wall - int(noted)) * float(rate))
        return max(self._ledger.latest(), Instant(int(simulated) + went_on))


class EmbeddedTurn:
    """Implements `ports.Turn`: writes when it is left, and not at all when an error leaves it.

    Turns that begin in one round of the event loop are taken in a row, and end together: while the processor has at hand
    what a turn needs, the next one costs half as much.
    """

    __slots__ = ("_added", "_amended", "_ledger", "_tenant")

    def __init__(self, ledger: Ledger, tenant: str) -> None:
        self._ledger = ledger
        self._tenant = tenant
        self._added: list[Job] = []
        self._amended: list[Job] = []

    async def __aenter__(self) -> Self:
        await asyncio.sleep(0)
        return self

    async def __aexit__(self, kind: object, error: object, trace: object) -> None:
        if kind is not None:
            return
        for job in self._added:
            self._ledger.insert(job)
        for job in self._amended:
            self._ledger.update(job)
        await self._ledger.durable()

    async def repeats(self, fingerprint: str, first: Callable[[], str]) -> int:
        """See `ports.Turn`."""
        return self._ledger.following(self._tenant, fingerprint, first)

    async def unsettled(self, now: Instant) -> Sequence[Job]:
        """See `ports.Turn`."""
        return self._ledger.unsettled(self._tenant, now)

    async def latest_accepted(self, job_type: JobType, number: int) -> Sequence[Instant]:
        """See `ports.Turn`."""
        return self._ledger.latest_accepted(self._tenant, job_type, number)

    async def tasks_since(self, instant: Instant) -> Sequence[Instant]:
        """See `ports.Turn`."""
        return self._ledger.tasks_since(self._tenant, instant)

    async def account(self, now: Instant) -> Account:
        """See `ports.Turn`."""
        return self._ledger.account(self._tenant, now)

    def add(self, job: Job) -> None:
        """See `ports.Turn`."""
        self._added.append(job)

    def amend(self, job: Job) -> None:
        """See `ports.Turn`."""
        self._amended.append(job)
