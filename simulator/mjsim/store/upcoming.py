"""What has not come yet lies on a heap. What turns out wrong is dropped when it comes to the top, or swept out when there is
too much of it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from mjsim.core.instant import NEVER, Instant
from mjsim.store.row import Row

Entry = tuple[int, int]
"""An instant and the number of a job."""

_MOST_ONE_BY_ONE = 1_000
"""If more entries than that are due, all are looked at."""

_SLACK = 64
"""So many wrong entries are never worth a sweep."""


class Upcoming:
    """When jobs start, or when they settle, as `instant_of` says; `rows` are all jobs by their numbers."""

    def __init__(self, rows: Mapping[int, Row], instant_of: Callable[[Row], int]) -> None:
        self._rows = rows
        self._instant_of = instant_of
        self._heap: list[Entry] = []

    def add(self, rows: Iterable[Row]) -> None:
        """Wait for jobs, whatever was waited for before."""
        coming = [(instant, row.number) for row in rows if (instant := self._instant_of(row)) < NEVER]
        if len(coming) > len(self._heap):
            self._heap += coming
            heapify(self._heap)
        else:
            for entry in coming:
                heappush(self._heap, entry)

    def until(self, now: int) -> Iterator[int]:
        """The numbers of the jobs whose instants have come; they are not waited for any more."""
        return (entry[1] for entry in self._due(now) if self._true(entry))

    def _due(self, now: int) -> Iterator[Entry]:
        for _ in range(_MOST_ONE_BY_ONE):
            if not self._heap or self._heap[0][0] > now:
                return
            yield heappop(self._heap)
        yield from (entry for entry in self._heap if entry[0] <= now)
        self._heap = [entry for entry in self._heap if entry[0] > now]
        heapify(self._heap)

    @property
    def next(self) -> Instant:
        """The first instant, `NEVER` where there is none."""
        while self._heap and not self._true(self._heap[0]):
            heappop(self._heap)
        return Instant(self._heap[0][0]) if self._heap else NEVER

    def sweep(self, number: int) -> None:
        """Keep no more wrong entries than true ones, of which there are `number` at most."""
        if len(self._heap) > 2 * number + _SLACK:
            self._heap = [entry for entry in set(self._heap) if self._true(entry)]
            heapify(self._heap)

    def _true(self, entry: Entry) -> bool:
        """Whether there is such a job, and it is to happen then."""
        instant, number = entry
        row = self._rows.get(number)
        return row is not None and self._instant_of(row) == instant
