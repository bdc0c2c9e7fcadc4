"""What is kept of jobs: facts, and answers to questions about instants; a store knows no rule.

Verbs are async so that a store may live across a network; one that does not simply never waits.
"""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from mjsim.core.credit import Account
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.pace import JobType
from mjsim.core.status import Status
from mjsim.core.value import Frozen


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

    async def repeats(self, fingerprint: str, first: Callable[[], str]) -> int:
        """The number for the next equal request: one more than that of the last one that is kept, or 0; `first` gives the
        id of a job that was made by such a request for the first time.
        """
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

    async def count_accepted_until(self, instant: Instant) -> int:
        """How many of the jobs that are kept were accepted at or before the instant."""
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
        """The jobs of all tenants that leave pending or settle after the first instant and by the second; those that cannot
        be read are logged instead.
        """
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
        """Keep what such a data file holds instead, and nothing of it claimed; how many jobs. `ClashingState` says why it
        cannot be.
        """
        ...

    async def close(self) -> None:
        """Finish what was begun and let go of the file."""
        ...
