"""One tenant's jobs by their status, as they were when they were last asked for: only those whose status has changed since
are moved, and every page of every list is a piece of an array.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter

from mjsim.core.instant import Instant
from mjsim.core.status import Status
from mjsim.ports import Query
from mjsim.store.order import Calendar, Order
from mjsim.store.row import Place, Row
from mjsim.store.upcoming import Upcoming


class Shelf:
    """The jobs of a tenant that are listed, or those that are not; `rows` are all jobs by their numbers."""

    def __init__(self, place: Place, rows: Mapping[int, Row]) -> None:
        self.place = place
        self._rows = rows
        self._coming = array("q")
        """The new jobs, which have no place before somebody asks for any: then it costs a microsecond for each of them."""
        self._order = Order()
        self._changes: Calendar | None = None
        """When jobs start and settle, the past included; from the first question about it on."""
        self._watermark = -1
        self._by_status: dict[Status, Order] = defaultdict(Order)
        self._starts = Upcoming(rows, attrgetter("started"))
        self._ends = Upcoming(rows, attrgetter("settled"))

    def __len__(self) -> int:
        return len(self._order) + len(self._coming)

    def __iter__(self) -> Iterator[int]:
        self._catch_up()
        return iter(self._order)

    def __reversed__(self) -> Iterator[int]:
        self._catch_up()
        return reversed(self._order)

    def add(self, row: Row) -> None:
        """Keep the job that was accepted last."""
        self._coming.append(row.number)

    def take(self, rows: Sequence[Row]) -> None:
        """Let go of jobs, which come in order of acceptance."""
        self._catch_up()
        self._order.take([row.number for row in rows])
        if self._changes is not None:
            self._changes.take(*_changes(rows))
        self._take(rows)
        self._sweep()

    def amend(self, row: Row, change: Callable[[], None]) -> None:
        """Let the change give the job another life."""
        self._catch_up()
        if self._changes is not None:
            self._changes.take(*_changes([row]))
        self._take([row])
        change()
        self._put([row])
        self._await([row])
        if self._changes is not None:
            self._changes.add(*_changes([row]))

    def page(self, query: Query, now: Instant) -> tuple[Sequence[int], int]:
        """The numbers of the jobs on a page, and how many there are on all pages."""
        self._move_to(now)
        line = self._order if query.status is None else self._by_status[query.status]
        return line.page(query.offset, query.limit, from_end=query.newest_first), len(line)

    def unsettled(self, now: Instant) -> Sequence[int]:
        """The jobs without a terminal status."""
        self._move_to(now)
        return [*self._by_status[Status.PENDING], *self._by_status[Status.IN_PROGRESS]]

    def changed(self, after: int, until: int) -> set[int]:
        """The jobs that leave pending or settle after the first instant and by the second."""
        self._catch_up()
        if self._changes is None:
            self._changes = Calendar()
            self._changes.add(*_changes([self._rows[number] for number in self._order]))
        return set(self._changes.between(after, until))

    def next_settling(self, now: Instant) -> Instant:
        """When the next job settles after now, `NEVER` where none does."""
        self._move_to(now)
        return self._ends.next

    def _catch_up(self) -> None:
        """Put the new jobs in their places. Most have settled where nobody has asked for long; those spare the heaps."""
        if self._coming:
            self._move_to(max(self._watermark, self._rows[self._coming[-1]].accepted))

    def _move_to(self, now: int) -> None:
        """Bring every list to this instant, which is earlier than before only where somebody asks about the past."""
        if now < self._watermark:
            self._catch_up()
            moving = self.changed(now, self._watermark)
        else:
            moving = {*self._starts.until(now), *self._ends.until(now)}
        rows = [self._rows[number] for number in sorted(moving)]
        self._take(rows)
        before, self._watermark = self._watermark, now
        self._put(rows)
        if now < before:
            self._await(rows)
        self._shelve()

    def _shelve(self) -> None:
        """Put the new jobs in the places that they have at the watermark."""
        if self._coming:
            coming, self._coming = self._coming, array("q")
            self._order.add(coming)
            rows = [self._rows[number] for number in coming]
            self._put(rows)
            self._await(rows)
            if self._changes is not None:
                self._changes.add(*_changes(rows))

    def _put(self, rows: Sequence[Row]) -> None:
        for status, numbers in self._sorted(rows).items():
            self._by_status[status].add(numbers)

    def _take(self, rows: Sequence[Row]) -> None:
        for status, numbers in self._sorted(rows).items():
            self._by_status[status].take(numbers)

    def _sorted(self, rows: Sequence[Row]) -> Mapping[Status, Sequence[int]]:
        """The numbers of the jobs by their status."""
        numbers: dict[Status, list[int]] = defaultdict(list)
        for row in rows:
            numbers[row.at(self._watermark)].append(row.number)
        return numbers

    def _await(self, rows: Sequence[Row]) -> None:
        """Wait for what comes of the jobs; what was waited for before turns out wrong."""
        self._starts.add(row for row in rows if row.started > self._watermark)
        self._ends.add(row for row in rows if row.settled > self._watermark)
        self._sweep()

    def _sweep(self) -> None:
        """Wait for no more than half in vain."""
        pending, running = (len(self._by_status[status]) for status in (Status.PENDING, Status.IN_PROGRESS))
        self._starts.sweep(pending)
        self._ends.sweep(pending + running)


def _changes(rows: Sequence[Row]) -> tuple[Sequence[int], Sequence[int]]:
    """When the jobs start, and when they settle where that is another instant; and their numbers beside it."""
    ending = [row for row in rows if row.settled != row.started]
    instants = [*(row.started for row in rows), *(row.settled for row in ending)]
    return instants, [*(row.number for row in rows), *(row.number for row in ending)]
