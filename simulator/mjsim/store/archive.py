"""The jobs of a store that is no database: encoded in rows, and what is asked about them is kept in order beside them.

The garbage collector looks into nothing of it: a row holds nothing that could hold it, and see `order`.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from itertools import islice, takewhile

from mjsim.core.instant import BEGINNING, NEVER, Instant
from mjsim.core.job import Job
from mjsim.core.pace import JobType
from mjsim.ports import Page, Query
from mjsim.store.athand import AtHand
from mjsim.store.codec import decode, encode
from mjsim.store.order import Order
from mjsim.store.row import Place, Row
from mjsim.store.shelf import Shelf

Request = tuple[str, str]
"""A tenant and the fingerprint of what it asked for."""


class Archive:
    """Jobs by their ids, by their numbers, and on the shelves of their tenants; see `Ledger` for the verbs."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forget all jobs."""
        self._rows: dict[str, Row] = {}
        self._numbered: dict[int, Row] = {}
        self._order = Order()
        self._shelves: dict[Place, Shelf] = {}
        self._repeats: dict[Request, Order] = defaultdict(Order)
        """The numbers of equal requests but for the first ones, which are found by their ids: nearly all are."""
        self._at_hand = AtHand()
        self._last = 0

    @property
    def count(self) -> int:
        """How many jobs there are."""
        return len(self._rows)

    def add(self, job: Job) -> Row:
        """Keep a new job."""
        place = job.tenant, job.listed
        if (shelf := self._shelves.get(place)) is None:
            shelf = self._shelves[place] = Shelf(place, self._numbered)
        self._last += 1
        charge = None if job.task is None else job.task.charge
        row = Row(
            self._last,
            job.id,
            shelf.place,
            job.type,
            *job.timeline.outline,
            job.repeat,
            charge,
            encode(job),
        )
        self._rows[row.id] = self._numbered[row.number] = row
        self._order.append(row.number)
        shelf.add(row)
        if job.repeat:
            self._repeats[job.tenant, job.fingerprint].append(job.repeat)
        return row

    def row(self, job_id: str) -> Row:
        """The row of a job that is kept."""
        return self._rows[job_id]

    def amend(self, row: Row, job: Job) -> None:
        """Keep another life of a job."""

        def change() -> None:
            _, row.started, row.settled, row.outcome = job.timeline.outline
            row.document = encode(job)

        self._shelves[row.place].amend(row, change)
        self._at_hand.drop(row.id)

    def forget(self, rows: Iterable[Row]) -> Sequence[Row]:
        """Forget jobs, which come in order of acceptance; these."""
        gone = list(rows)
        places: dict[Place, list[Row]] = {}
        for row in gone:
            places.setdefault(row.place, []).append(row)
        for place, theirs in places.items():
            self._shelves[place].take(theirs)
            # A tenant without jobs leaves nothing behind: test suites make a new one for each test.
            if not self._shelves[place]:
                del self._shelves[place]
        self._order.take([row.number for row in gone])
        for row in gone:
            del self._rows[row.id], self._numbered[row.number]
            self._at_hand.drop(row.id)
            if row.repeat:
                self._forget_repeat(decode(row.document))
        return gone

    def all(self) -> Iterable[Row]:
        """All rows, in order of acceptance."""
        return map(self._numbered.__getitem__, self._order)

    def all_of(self, tenant: str) -> Iterable[Row]:
        """All rows of one tenant, in order of acceptance."""
        return map(self._numbered.__getitem__, sorted(number for shelf in self._of(tenant) for number in shelf))

    def accepted_until(self, instant: Instant) -> Iterable[Row]:
        """The rows of the jobs accepted at or before the instant: as they are accepted in order, the first ones."""
        if not self._rows or self._numbered[self._order.first].accepted > instant:
            return ()
        return takewhile(lambda row: row.accepted <= instant, self.all())

    def find(self, job_id: str) -> Job | None:
        """See `Ledger`."""
        if (job := self._at_hand.find(job_id)) is not None:
            return job
        row = self._rows.get(job_id)
        return None if row is None else self._at_hand.keep(decode(row.document))

    def page(self, tenant: str, query: Query, now: Instant) -> Page:
        """See `Ledger`."""
        if (shelf := self._shelves.get((tenant, True))) is None:
            return Page([], 0)
        numbers, total = shelf.page(query, now)
        return Page(self._jobs(numbers), total)

    def unsettled(self, tenant: str, now: Instant) -> Sequence[Job]:
        """See `Ledger`."""
        return self._jobs(sorted(number for shelf in self._of(tenant) for number in shelf.unsettled(now)))

    def latest_accepted(self, tenant: str, job_type: JobType, number: int) -> Sequence[Instant]:
        """See `Ledger`."""
        newest = reversed(self._shelves.get((tenant, True), ()))
        rows = map(self._numbered.__getitem__, newest)
        return [row.accepted for row in islice((row for row in rows if row.type is job_type), number)][::-1]

    def latest_jobs(self, tenant: str | None, number: int) -> Sequence[Job]:
        """See `Ledger`."""
        ordered = [self._order] if tenant is None else self._of(tenant)
        latest = (one for some in ordered for one in islice(reversed(some), number))
        return self._jobs(sorted(latest, reverse=True)[:number])

    def changed(self, after: Instant, until: Instant) -> Sequence[Job]:
        """See `Ledger`."""
        shelves = self._shelves.values()
        return self._jobs(sorted(number for shelf in shelves for number in shelf.changed(after, until)))

    def next_settling(self, now: Instant) -> Instant:
        """See `Ledger`."""
        return min((shelf.next_settling(now) for shelf in self._shelves.values()), default=NEVER)

    def following(self, tenant: str, fingerprint: str, first: Callable[[], str]) -> int:
        """See `Ledger`."""
        if (repeats := self._repeats.get((tenant, fingerprint))) is not None:
            return repeats.last + 1
        return int(first() in self._rows)

    def latest(self) -> Instant:
        """See `Ledger`."""
        return self._numbered[self._order.last].accepted if self._rows else BEGINNING

    def _of(self, tenant: str) -> Sequence[Shelf]:
        places = (tenant, True), (tenant, False)
        return [self._shelves[place] for place in places if place in self._shelves]

    def _jobs(self, numbers: Iterable[int]) -> list[Job]:
        return [decode(self._numbered[number].document) for number in numbers]

    def _forget_repeat(self, job: Job) -> None:
        request = job.tenant, job.fingerprint
        self._repeats[request].take([job.repeat])
        if not self._repeats[request]:
            del self._repeats[request]
