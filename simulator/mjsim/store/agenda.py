"""What is due next is at the top of a heap, however many deliveries wait for a host that is busy.

Each host has a heap of what it is to get, and what comes first for each host lies on a heap of all. Entries are not
looked for when they turn out wrong: they are dropped when they come to the top, or swept out once they are the most.
"""

from collections.abc import Collection, Mapping, Sequence
from heapq import heapify, heappop, heappush, heapreplace
from math import inf

from mjsim.core.instant import Instant
from mjsim.core.value import Record, field
from mjsim.ports import LEASE
from mjsim.store.letter import Letter

Entry = tuple[Instant, int, str]
"""When a delivery is due, its number and its id."""

_SLACK = 64
"""So many wrong entries are never worth a sweep."""


class Line(Record):
    """What one host is to get. `waiting` counts the deliveries that are due at any time; `heap` has an entry for each of
    them that nobody is at; `head` is the entry of this line on the heap of all, none of its own comes before it.
    """

    waiting: int = 0
    heap: list[Entry] = field(default_factory=list)
    head: Entry | None = None


class Agenda:
    """When the deliveries that `kept` holds by their ids are due, and who of them is claimed."""

    def __init__(self, kept: Mapping[str, Letter]) -> None:
        self._kept = kept
        self._lines: dict[str, Line] = {}
        self._heads: list[tuple[Entry, str]] = []
        self._claimed: dict[str, Letter] = {}
        """By id: those whose `claimed` is not 0."""
        self._ending = inf
        """Before this Unix time no claim ends of those whose entries are gone."""

    def plan(self, letter: Letter, due: Instant | None) -> None:
        """It is due then, or (None) not any more; a claim stays."""
        host = letter.address.host
        if (line := self._lines.get(host)) is None:
            line = self._lines[host] = Line()
        line.waiting += (due is not None) - (letter.due is not None)
        letter.due = due
        if due is not None:
            self._queue(letter, line)
        if len(line.heap) > 2 * line.waiting + _SLACK:
            line.heap = sorted({entry for entry in line.heap if self._entered(entry, host)})
        if not line.waiting:
            del self._lines[host]

    def release(self, letter: Letter, due: Instant | None) -> None:
        """Nobody is at it any more, and it is due then, or (None) not any more."""
        letter.claimed = 0.0
        self._claimed.pop(letter.id, None)
        self.plan(letter, due)

    def let_go(self) -> None:
        """Nobody is at any of them any more."""
        released, self._claimed, self._ending = self._claimed, {}, inf
        for letter in released.values():
            self.release(letter, letter.due)

    def first(self, real: float, passing_over: Collection[str]) -> Instant | None:
        """When the first one is due that nobody is at, but for those to some hosts; None where there is none."""
        self._end_leases(real)
        passed: list[tuple[Entry, str]] = []
        letter = self._first(real, passing_over, passed)
        self._put_back(passed)
        return None if letter is None else letter.due

    def claim(self, now: Instant, real: float, most: int, passing_over: Collection[str]) -> Sequence[Letter]:
        """Take up to so many of those that are due, in order; a resend that was asked for has come."""
        self._end_leases(real)
        busy, taken = frozenset(passing_over), list[Letter]()
        passed: list[tuple[Entry, str]] = []
        while len(taken) < most:
            letter = self._first(real, busy, passed)
            if letter is None or letter.due is None or letter.due > now:
                break
            letter.claimed, letter.resend = real + LEASE, None
            self._claimed[letter.id] = letter
            taken.append(letter)
        self._put_back(passed)
        return taken

    def _first(self, real: float, busy: Collection[str], passed: list[tuple[Entry, str]]) -> Letter | None:
        """The first one that may be claimed; what comes before it for hosts that are busy is `passed`, to be put back."""
        while self._heads:
            head, host = self._heads[0]
            line = self._lines.get(host)
            if line is None or line.head != head:
                heappop(self._heads)
            elif host in busy:
                passed.append(heappop(self._heads))
            elif (letter := self._front(line, host, real)) is None:
                heappop(self._heads)
                line.head = None
            elif line.heap[0] == head:
                return letter
            else:
                line.head = line.heap[0]
                heapreplace(self._heads, (line.head, host))
        return None

    def _put_back(self, passed: Collection[tuple[Entry, str]]) -> None:
        for head in passed:
            heappush(self._heads, head)

    def _front(self, line: Line, host: str, real: float) -> Letter | None:
        """The first one of a line that nobody is at, then at the top of its heap."""
        while line.heap:
            letter = self._entered(line.heap[0], host)
            if letter is not None:
                if letter.claimed <= real:
                    return letter
                # It comes back when its claim ends.
                self._ending = min(self._ending, letter.claimed)
            heappop(line.heap)
        return None

    def _entered(self, entry: Entry, host: str) -> Letter | None:
        """The delivery that an entry still speaks of truly."""
        due, number, message = entry
        letter = self._kept.get(message)
        if letter is None or letter.due != due or letter.number != number or letter.address.host != host:
            return None
        return letter

    def _queue(self, letter: Letter, line: Line) -> None:
        """Enter one that is due some time."""
        assert letter.due is not None
        entry = letter.due, letter.number, letter.id
        heappush(line.heap, entry)
        if line.head is None or entry < line.head:
            line.head = entry
            heappush(self._heads, (entry, letter.address.host))
        if len(self._heads) > 2 * len(self._lines) + _SLACK:
            self._heads = [(line.head, host) for host, line in self._lines.items() if line.head is not None]
            heapify(self._heads)

    def _end_leases(self, real: float) -> None:
        """Enter those again whose claim has ended by itself."""
        if real < self._ending:
            return
        self._ending = inf
        for letter in self._claimed.values():
            if letter.claimed > real:
                self._ending = min(self._ending, letter.claimed)
            elif letter.due is not None:
                self._queue(letter, self._lines[letter.address.host])
