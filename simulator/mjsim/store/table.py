"""The jobs of all tenants as rows, with what makes questions about them quick: counts, and the jobs asked for lately."""

import sqlite3
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from mjsim.core.credit import Account
from mjsim.core.instant import BEGINNING, NEVER, Instant
from mjsim.core.job import Job
from mjsim.core.pace import JobType
from mjsim.ports import Page, Query
from mjsim.store.arrival import SHAPE, refuse_unreadable
from mjsim.store.athand import AtHand
from mjsim.store.codec import decode, encode, id_bytes, readable
from mjsim.store.connection import Connection
from mjsim.store.jobrow import INSERT, row_of
from mjsim.store.listing import LATEST, LATEST_OF_TENANT, page_question
from mjsim.store.outbox import SqliteOutbox
from mjsim.store.purse import Purse
from mjsim.store.repeats import Repeats
from mjsim.store.sourcetable import SqliteSources
from mjsim.store.tallies import Tallies
from mjsim.store.tally import Instants
from mjsim.store.tenants import Tenants


class SqliteLedger:
    """Implements `Ledger`: rows of jobs. What was written is durable when its connection says so."""

    def __init__(self, file: Path) -> None:
        self.connection = Connection(file, when_lost=self._recall)
        try:
            self.outbox = SqliteOutbox(self.connection)
            self.sources = SqliteSources(self.connection)
            self._recall()
        except sqlite3.DatabaseError:
            self.connection.close()
            raise

    def _recall(self) -> None:
        """Drop what is known beside the rows and read it again."""
        self.outbox.recall()
        self._tenants = Tenants(self.connection)
        self._tallies = Tallies(self.connection)
        self._purse = Purse(self.connection)
        self._at_hand = AtHand()
        self._oldest = self._first_accepted()
        self.count: int = self.connection.rows("SELECT count(*) FROM job")[0][0]
        self._repeats = Repeats(self.connection, empty=not self.count)

    def find(self, job_id: str) -> Job | None:
        """The job of this id (canonical form)."""
        if (job := self._at_hand.find(job_id)) is not None:
            return job
        found = self.connection.rows("SELECT document FROM job WHERE id = ?", id_bytes(job_id))
        return self._at_hand.keep(decode(found[0][0])) if found else None

    def page(self, tenant: str, query: Query, now: Instant) -> Page:
        """A page of the tenant's listed jobs; see `listing` for how its rows are found."""
        if not (number := self._tenants.known(tenant)):
            return Page([], 0)
        tally = self._tallies.at(number, now)
        total = tally.of(query.status)
        if query.offset >= total:
            return Page([], total)
        arguments = {"tenant": number, "now": now, "limit": query.limit, "offset": query.offset}
        found = self.connection.named_rows(page_question(query, tally), arguments)
        return Page([decode(document) for (document,) in found], total)

    def unsettled(self, tenant: str, now: Instant) -> Sequence[Job]:
        """The tenant's jobs without a terminal status, in order of acceptance."""
        question = "SELECT document FROM job WHERE tenant IN (?, ?) AND settled > ? ORDER BY sequence"
        number = self._tenants.known(tenant)
        return [decode(document) for (document,) in self.connection.rows(question, number, -number, now)]

    def latest_accepted(self, tenant: str, job_type: JobType, number: int) -> Sequence[Instant]:
        """When so many of the tenant's latest jobs of this type were accepted, oldest first."""
        question = "SELECT accepted FROM job WHERE tenant = ? AND type = ? ORDER BY sequence DESC LIMIT ?"
        rows = self.connection.rows(question, self._tenants.known(tenant), job_type.value, number)
        return [accepted for (accepted,) in reversed(rows)]

    def insert(self, job: Job) -> None:
        """Write a new job."""
        number = self._tenants.number(job.tenant)
        placed = number if job.listed else -number
        self.connection.write_soon(INSERT, partial(row_of, job, placed))
        self._repeats.note(job)
        if job.webhook is not None:
            self.outbox.project(job, job.webhook)
        self.count += 1
        self._oldest = min(self._oldest, job.timeline.accepted)
        if job.task is not None and job.task.charge:
            self._purse.note(number, job.task.charge, Instants.of(job.timeline))
        if tally := self._tallies.known(placed):
            tally.add(Instants.of(job.timeline))

    def update(self, job: Job) -> None:
        """Write the amended life of a known job."""
        number, instants = self._tenants.known(job.tenant), Instants.of(job.timeline)
        before = self.connection.rows("SELECT started, settled, outcome FROM job WHERE id = ?", id_bytes(job.id))
        change = "UPDATE job SET started = ?, settled = ?, outcome = ?, document = ? WHERE id = ?"
        self.connection.write(change, *instants, encode(job), id_bytes(job.id))
        self._at_hand.drop(job.id)
        if job.webhook is not None:
            self.outbox.project(job, job.webhook)
        if job.task is not None:
            self._purse.note(number, job.task.charge, instants)
        if tally := self._tallies.known(number if job.listed else -number):
            tally.add(Instants(*before[0]), sign=-1)
            tally.add(instants)

    def count_accepted_until(self, instant: Instant) -> int:
        """How many jobs were accepted at or before the instant."""
        if self._oldest > instant:
            return 0
        return int(self.connection.rows("SELECT count(*) FROM job WHERE accepted <= ?", instant)[0][0])

    def forget_accepted_until(self, instant: Instant) -> int:
        """Forget the jobs accepted at or before the instant."""
        # Jobs are accepted in order: the oldest one tells whether there is anything to do, and no row after the first
        # one that stays has to be read.
        if self._oldest > instant:
            return 0
        stays = self.connection.rows("SELECT sequence FROM job WHERE accepted > ? ORDER BY sequence LIMIT 1", instant)
        return self._delete("sequence < ?", stays[0][0]) if stays else self._delete("TRUE")

    def forget_oldest_settled(self, number: int, now: Instant) -> int:
        """Forget so many of the jobs that settled, the first accepted ones first."""
        oldest = "SELECT sequence FROM job WHERE settled <= ? ORDER BY sequence LIMIT ?"
        return self._delete(f"sequence IN ({oldest})", now, number)

    def latest_jobs(self, tenant: str | None, number: int) -> Sequence[Job]:
        """So many of the latest jobs, newest first."""
        question = LATEST if tenant is None else LATEST_OF_TENANT
        rows = self.connection.named_rows(question, {"tenant": self._tenants.known(tenant or ""), "number": number})
        return [decode(document) for (document,) in rows]

    def changed(self, after: Instant, until: Instant) -> Sequence[Job]:
        """The jobs that leave pending or settle after the first instant and by the second, in order of acceptance; those
        that cannot be read are logged instead.
        """
        documents: dict[int, bytes] = {}
        for tenant in self._tenants.places():
            for column in ("started", "settled"):
                question = f"SELECT sequence, document FROM job WHERE tenant = ? AND {column} > ? AND {column} <= ?"
                documents.update(self.connection.rows(question, tenant, after, until))
        return [job for sequence in sorted(documents) if (job := readable(sequence, documents[sequence]))]

    def next_settling(self, now: Instant) -> Instant:
        """When the next job settles after now, `NEVER` where none does."""
        question = "SELECT min(settled) FROM job WHERE tenant = ? AND settled > ?"
        found = [self.connection.rows(question, tenant, now)[0][0] for tenant in self._tenants.places()]
        return min((instant for instant in found if instant is not None), default=NEVER)

    def restore(self, data: bytes) -> None:
        """Hold what a data file holds instead."""
        shape = self.connection.rows(SHAPE)
        self.connection.replace(data, lambda arrived: refuse_unreadable(arrived, shape))
        self._recall()
        self.outbox.let_go()

    def forget_tenant(self, tenant: str | None) -> int:
        """Forget all jobs of one tenant, or of all."""
        number = self._tenants.known(tenant or "")
        gone = self._delete("TRUE") if tenant is None else self._delete("tenant IN (?, ?)", number, -number)
        self._purse.forget(tenant)
        if tenant is None:
            self.sources.clear()
        return gone

    def following(self, tenant: str, fingerprint: str, first: Callable[[], str]) -> int:
        """See `Ledger`."""
        return self._repeats.following(tenant, fingerprint, first)

    def account(self, tenant: str, now: Instant) -> Account:
        """See `Ledger`."""
        return self._purse.account(tenant, self._tenants.known(tenant), now)

    def tasks_since(self, tenant: str, instant: Instant) -> Sequence[Instant]:
        """See `Ledger`."""
        return self._purse.since(self._tenants.known(tenant), instant)

    def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """See `Ledger`."""
        self._purse.grant(tenant, credits)

    def fact(self, name: str) -> str | None:
        """See `Ledger`."""
        found = self.connection.rows("SELECT value FROM fact WHERE name = ?", name)
        return str(found[0][0]) if found else None

    def default_fact(self, name: str, value: str) -> None:
        """See `Ledger`."""
        self.connection.write_now("INSERT INTO fact VALUES (?, ?)", name, value)

    def note_fact(self, name: str, value: str) -> None:
        """See `Ledger`."""
        self.connection.write("INSERT OR REPLACE INTO fact VALUES (?, ?)", name, value)

    async def durable(self) -> None:
        """See `Ledger`: it survives the end of the process."""
        await self.connection.durable()

    def export(self) -> bytes:
        """See `Ledger`."""
        return self.connection.copy()

    def close(self) -> None:
        """See `Ledger`."""
        self.connection.close()

    def latest(self) -> Instant:
        """The latest acceptance that is known, 0 where there is none."""
        found = self.connection.rows("SELECT accepted FROM job ORDER BY sequence DESC LIMIT 1")
        return found[0][0] if found else BEGINNING

    def _delete(self, condition: str, *arguments: object) -> int:
        statement = f"DELETE FROM job WHERE {condition} RETURNING tenant, charge, started, settled, outcome"
        gone = self.connection.write_returning(statement, *arguments)
        for number, charge, *instants in gone:
            if charge:
                self._purse.note(abs(number), charge, Instants(*instants), sign=-1)
            if tally := self._tallies.known(number):
                tally.add(Instants(*instants), sign=-1)
        self.count -= len(gone)
        for number in {abs(number) for number, *_ in gone}:
            self._forget_idle_tenant(number)
        if gone:
            self._at_hand = AtHand()
            self._repeats.forget()
            self._oldest = self._first_accepted()
        return len(gone)

    def _forget_idle_tenant(self, number: int) -> None:
        """A tenant without jobs leaves nothing behind: test suites make a new one for each test."""
        if self.connection.rows("SELECT 1 FROM job WHERE tenant IN (?, ?) LIMIT 1", number, -number):
            return
        self._tenants.forget(number)
        self._tallies.forget(number)
        self._purse.let_go(number)

    def _first_accepted(self) -> Instant:
        found = self.connection.rows("SELECT accepted FROM job ORDER BY sequence LIMIT 1")
        return found[0][0] if found else NEVER
