"""What an embedded store is made of, be it tables or memory: verbs that run at once, and one that waits until it is safe."""

from collections.abc import Callable, Sequence
from typing import Protocol

from mjsim.core.credit import Account
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.pace import JobType
from mjsim.ports import Outbox, Page, Query


class Sources(Protocol):
    """Thumbnails by the names that recipes give them."""

    def find(self, name: str) -> bytes | None:
        """See `ports.Store.source`."""
        ...

    def keep(self, name: str, data: bytes, now: Instant) -> None:
        """See `ports.Store.keep_source`."""
        ...

    def use(self, name: str, now: Instant) -> None:
        """Note that it is used again, if it is kept."""
        ...

    def forget_until(self, instant: Instant) -> None:
        """Forget those that were not used after the instant."""
        ...


class Ledger(Protocol):
    """The jobs of all tenants, and what is kept beside them; what is not said here is in `ports`."""

    @property
    def count(self) -> int:
        """How many jobs are kept."""
        ...

    @property
    def outbox(self) -> Outbox:
        """The news of the jobs."""
        ...

    @property
    def sources(self) -> Sources:
        """The thumbnails."""
        ...

    def insert(self, job: Job) -> None:
        """Keep a new job, and its news."""
        ...

    def update(self, job: Job) -> None:
        """Keep the amended life of a known job, and bring its news in line with it."""
        ...

    def find(self, job_id: str) -> Job | None:
        """The job of this id (canonical form)."""
        ...

    def page(self, tenant: str, query: Query, now: Instant) -> Page:
        """A page of the tenant's listed jobs."""
        ...

    def unsettled(self, tenant: str, now: Instant) -> Sequence[Job]:
        """The tenant's jobs without a terminal status, in order of acceptance."""
        ...

    def latest_accepted(self, tenant: str, job_type: JobType, number: int) -> Sequence[Instant]:
        """When so many of the tenant's latest listed jobs of this type were accepted, oldest first."""
        ...

    def latest_jobs(self, tenant: str | None, number: int) -> Sequence[Job]:
        """So many of the latest jobs, newest first."""
        ...

    def changed(self, after: Instant, until: Instant) -> Sequence[Job]:
        """The jobs that leave pending or settle after the first instant and by the second, in order of acceptance."""
        ...

    def next_settling(self, now: Instant) -> Instant:
        """When the next job settles after now, `NEVER` where none does."""
        ...

    def following(self, tenant: str, fingerprint: str, first: Callable[[], str]) -> int:
        """The number for the next equal request; see `ports.Turn.repeats`."""
        ...

    def count_accepted_until(self, instant: Instant) -> int:
        """How many jobs were accepted at or before the instant."""
        ...

    def latest(self) -> Instant:
        """The latest acceptance that is known, `BEGINNING` where there is none."""
        ...

    def forget_accepted_until(self, instant: Instant) -> int:
        """Forget the jobs accepted at or before the instant; how many."""
        ...

    def forget_oldest_settled(self, number: int, now: Instant) -> int:
        """Forget so many of the jobs that settled, the first accepted ones first; how many."""
        ...

    def forget_tenant(self, tenant: str | None) -> int:
        """Forget all jobs and the account of one tenant; or of all, and the thumbnails; how many jobs."""
        ...

    def account(self, tenant: str, now: Instant) -> Account:
        """The account as it stands at this instant."""
        ...

    def tasks_since(self, tenant: str, instant: Instant) -> Sequence[Instant]:
        """When the tenant's jobs of the task API after an instant were accepted, oldest first."""
        ...

    def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """Note what the tenant is granted in all."""
        ...

    def fact(self, name: str) -> str | None:
        """A fact about the world that outlives the process."""
        ...

    def default_fact(self, name: str, value: str) -> None:
        """Note a fact that was none yet, outside of an event loop."""
        ...

    def note_fact(self, name: str, value: str) -> None:
        """Note a fact, whatever it was before."""
        ...

    async def durable(self) -> None:
        """Return when everything written so far is as safe as it gets; raise what kept it from that."""
        ...

    def export(self) -> bytes:
        """Everything that is kept, as the bytes of a data file."""
        ...

    def restore(self, data: bytes) -> None:
        """Hold what a data file holds instead; `ClashingState` says why it cannot be, and nothing has changed then."""
        ...

    def close(self) -> None:
        """Finish what was begun and let go of the file."""
        ...
