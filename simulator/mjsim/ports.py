"""What the use cases need from the world, and no more: each is a Protocol that a real part fulfils.

Stores keep facts and answer questions about instants; they know no rule. Verbs are async so that a store may live
across a network; one that does not simply never waits.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple, Protocol

from mjsim.core.artwork import Caption, ImageFormat, Observation, Picture
from mjsim.core.credit import Account
from mjsim.core.delivery import Attempt, Delivery, Reply, Sent, Standing
from mjsim.core.film import Clip
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.message import Message
from mjsim.core.pace import JobType
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.tampering import Tampering
from mjsim.core.value import Frozen


class Clock(Protocol):
    """Simulated time: a line over real time that can be bent, and never goes back."""

    def now(self) -> Instant:
        """The present instant."""
        ...

    @property
    def rate(self) -> float:
        """How many simulated seconds a real one is; 0 where time stands still."""
        ...

    def run_at(self, rate: float) -> None:
        """Go on from the present at this rate."""
        ...

    def jump(self, instant: Instant) -> None:
        """Be at this instant at once; an instant that is past is passed over."""
        ...

    def watch(self, moved: Callable[[], None]) -> None:
        """Call `moved` whenever the rate changes or time jumps."""
        ...

    def real_seconds(self, milliseconds: int) -> float:
        """How long so much simulated time takes; where time stands still, as if it ran at rate 1."""
        ...

    def simulated(self, seconds: float) -> int:
        """How many simulated milliseconds so much real time is; where time stands still, as if it ran at rate 1."""
        ...


class Query(Frozen):
    """A page of a tenant's jobs: those of one status (None: all), in order of acceptance."""

    status: Status | None
    limit: int
    offset: int
    newest_first: bool


class Page(Frozen):
    """The jobs of a page, and how many there are on all pages."""

    jobs: Sequence[Job]
    total: int


class Turn(Protocol):
    """One tenant's jobs while nobody else changes them. What is added or amended shows once the turn is over."""

    async def repeats(self, fingerprint: str) -> int:
        """The number for the next equal request: one more than that of the last one that is kept, or 0."""
        ...

    async def unsettled(self, now: Instant) -> Sequence[Job]:
        """The jobs that have not reached a terminal status, in order of acceptance."""
        ...

    async def latest_accepted(self, job_type: JobType, number: int) -> Sequence[Instant]:
        """When so many of the latest jobs of this type were accepted, oldest first."""
        ...

    async def tasks_since(self, instant: Instant) -> Sequence[Instant]:
        """When the jobs of the task API after an instant were accepted, oldest first."""
        ...

    async def account(self, now: Instant) -> Account:
        """The tenant's account of credits."""
        ...

    def add(self, job: Job) -> None:
        """Keep a new job."""
        ...

    def amend(self, job: Job) -> None:
        """Keep the amended life of a known job."""
        ...


class Store(Protocol):
    """What has happened and is planned, of all tenants."""

    def turn(self, tenant: str) -> AbstractAsyncContextManager[Turn]:
        """A turn of this tenant; when it has been left without an error, its changes are durable."""
        ...

    async def find(self, job_id: str) -> Job | None:
        """The job of this id, whoever owns it."""
        ...

    async def page(self, tenant: str, query: Query, now: Instant) -> Page:
        """A page of the tenant's jobs as they are at this instant, without those that the published API does not list."""
        ...

    async def source(self, name: str) -> bytes | None:
        """A thumbnail that a recipe names, while it is kept."""
        ...

    async def keep_source(self, name: str, data: bytes, now: Instant) -> None:
        """Keep a thumbnail that a recipe is going to name, or note that it is used again."""
        ...

    async def use_sources(self, names: Sequence[str], now: Instant) -> None:
        """Note that thumbnails are used again."""
        ...

    async def count(self) -> int:
        """How many jobs are kept."""
        ...

    async def forget_accepted_until(self, instant: Instant) -> int:
        """Forget the jobs accepted at or before the instant, with them thumbnails not used since; how many jobs."""
        ...

    async def forget_oldest_settled(self, number: int, now: Instant) -> int:
        """Forget so many of the oldest settled jobs; how many there were."""
        ...

    async def latest(self, tenant: str | None, number: int) -> Sequence[Job]:
        """So many of the latest jobs, of one tenant or of all, newest first."""
        ...

    async def changed(self, after: Instant, until: Instant) -> Sequence[Job]:
        """The jobs of all tenants that leave pending or settle after the first instant and by the second."""
        ...

    async def next_settling(self, now: Instant) -> Instant:
        """When the next job of any tenant settles after now; `NEVER` where none does."""
        ...

    async def account(self, tenant: str, now: Instant) -> Account:
        """A tenant's account of credits."""
        ...

    async def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """Keep what the tenant is granted in all."""
        ...

    async def note_line(self, now: Instant, rate: float) -> None:
        """Remember where time is and how fast it goes, for the next process."""
        ...

    async def forget_tenant(self, tenant: str | None) -> int:
        """Forget all jobs and the account of one tenant, or of all, as if there had been none; how many jobs."""
        ...

    async def export(self) -> bytes:
        """Everything that is kept, as a data file."""
        ...

    async def restore(self, data: bytes) -> int:
        """Keep what such a data file holds instead; how many jobs. `ClashingState` says why it cannot be."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the file."""
        ...


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

    def watch(self, stirred: Callable[[], None]) -> None:
        """Call `stirred` whenever something may be due sooner than it was, or stand otherwise than it did."""
        ...

    async def next_due(self, real: float, passing_over: Collection[str] = ()) -> Instant | None:
        """When the next unclaimed delivery is due, but for those to some hosts; None where none is."""
        ...

    async def claim(self, now: Instant, real: float, most: int, passing_over: Collection[str]) -> Sequence[Delivery]:
        """Take up to so many of the deliveries that are due, the ones due longest first; what they tell of is durable."""
        ...

    async def record(self, delivery: Delivery, attempts: Sequence[Attempt], outcome: Outcome) -> None:
        """Keep one attempt at a claimed delivery, with its copies, and let go of it. A resend asked for meanwhile is due."""
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


class Paint(Protocol):
    """Makes and reads pictures, off the event loop."""

    async def render(
        self, picture: Picture, caption: Caption, image_format: ImageFormat, sources: Mapping[str, bytes]
    ) -> bytes:
        """The file of the picture; `sources` holds the thumbnails that the recipe names."""
        ...

    def films(self) -> bool:
        """Whether videos can be made: what encodes them need not be installed."""
        ...

    async def film(self, clip: Clip, caption: Caption, sources: Mapping[str, bytes]) -> bytes:
        """The file of the video."""
        ...

    async def look(self, data: bytes) -> tuple[Observation, bytes]:
        """What the file shows, and a thumbnail of it (a small picture file); `InvalidImage` where it shows nothing."""
        ...


class Fetch(Protocol):
    """Reads what a URL gives."""

    def contacts(self, host: str) -> bool:
        """Whether this host may be contacted at all."""
        ...

    async def get(self, url: str) -> bytes:
        """The body of a successful answer; `ImageInaccessible` says what stood in the way."""
        ...
