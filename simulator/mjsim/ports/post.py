"""What it takes to deliver webhooks: an outbox that loses nothing, a way to send, and who decides what goes wrong."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from mjsim.core.delivery import Attempt, Delivery, Reply, Sent, Standing
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.message import Message
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.tampering import Tampering
from mjsim.core.value import Frozen


class Errands(Protocol):
    """What has to be done at instants: the deliveries of webhooks."""

    async def next_due(self) -> Instant:
        """When the next one is due; `NEVER` where none is."""
        ...

    async def newest(self) -> int:
        """The number of the delivery that was planned last; later ones have higher numbers."""
        ...

    async def settle(self, enough: Callable[[Sequence[Sent]], bool]) -> Sequence[Sent]:
        """Do everything that is due by now, and say what was done once it has been, or is enough: then the rest goes on
        by itself.
        """
        ...


class DeliveryQuery(Frozen):
    """Which deliveries: None leaves a field open. `since` is the earliest instant of the news; those whose number is
    `before` or more are left out, which is how a page follows another one.
    """

    tenant: str | None = None
    job_id: str | None = None
    status: Status | None = None
    standing: Standing | None = None
    since: Instant | None = None
    before: int | None = None


class Claimed(NamedTuple):
    """A delivery that somebody is at, with the job that it tells of."""

    delivery: Delivery
    job: Job


class DisabledUrl(NamedTuple):
    """A URL that gets no webhooks of this tenant any more, since it answered 410."""

    tenant: str
    url: str
    since: Instant


class Outbox(Protocol):
    """The news that jobs make, each written with the job that it tells of and kept as long; it is delivered at least once.

    Who is at a delivery has claimed it; a claim ends by `record` or `postpone`, and by itself after `LEASE` real seconds.
    `real` is the present in Unix seconds.
    """

    changes: int
    """Grows whenever something may be due sooner than it was, but for what `record` was told."""

    def watch(self, stirred: Callable[[], None]) -> None:
        """Call `stirred` whenever something may be due sooner than it was, or stand otherwise than it did."""
        ...

    async def next_due(self, real: float, passing_over: Collection[str] = ()) -> Instant | None:
        """When the next unclaimed delivery is due, but for those to some hosts; None where none is."""
        ...

    async def claim(self, now: Instant, real: float, most: int, passing_over: Collection[str]) -> Sequence[Claimed]:
        """Take up to so many of the deliveries that are due, the ones due longest first; what they tell of is durable.

        Where one cannot be read, the log says so, and it is left out until its claim ends.
        """
        ...

    async def record(self, delivery: Delivery, attempts: Sequence[Attempt], outcome: Outcome) -> None:
        """Keep one attempt at a claimed delivery, with its copies, and let go of it. A resend asked for meanwhile is due."""
        ...

    def let_go(self) -> None:
        """End all claims: nobody is at any delivery any more."""
        ...

    async def postpone(self, delivery: Delivery, due: Instant) -> None:
        """Let go of a claimed delivery that has not been tried; it is due later."""
        ...

    async def delivery(self, message: str) -> Delivery | None:
        """The delivery of this id."""
        ...

    async def attempts(self, delivery: Delivery) -> Sequence[Attempt]:
        """What has been done about a delivery, oldest first."""
        ...

    async def deliveries(self, query: DeliveryQuery, most: int) -> Sequence[Delivery]:
        """Up to so many of them, the last planned first."""
        ...

    async def resend(self, query: DeliveryQuery, now: Instant) -> int:
        """Make those due now whose news has happened and that have been tried; how many."""
        ...

    async def resend_one(self, delivery: Delivery, now: Instant) -> None:
        """Make a delivery due now, whatever became of it."""
        ...

    async def disable(self, tenant: str, url: str, now: Instant) -> None:
        """Note that the URL wants no more webhooks."""
        ...

    async def is_disabled(self, tenant: str, url: str) -> bool:
        """Whether it has said so."""
        ...

    async def disabled(self) -> Sequence[DisabledUrl]:
        """Every URL that has, oldest first."""
        ...

    async def enable(self, tenant: str | None, url: str | None) -> int:
        """Forget that it has, for one or (None) for all; how many there were."""
        ...


LEASE = 120.0
"""How many real seconds a claim holds: longer than the slowest attempt may take."""


class Send(Protocol):
    """Makes one POST."""

    async def send(self, message: Message) -> Reply:
        """What came of it; whatever goes wrong is part of the reply."""
        ...


class Tamper(Protocol):
    """Decides what goes wrong with webhooks."""

    def tampering(self, delivery: Delivery, job: Job, number: int) -> Tampering:
        """What is to go wrong with attempt `number` (from 1 on)."""
        ...
