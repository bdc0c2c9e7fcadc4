"""A million numbers are kept in order, and adding or taking a few costs microseconds: they are mostly added at the end, and
taken near an end.

They lie in arrays, which the garbage collector does not look into: at a million jobs it would stop the server for a tenth of
a second each time.
"""

from array import array
from bisect import bisect, bisect_left, insort
from collections.abc import Iterator, Sequence

Pair = tuple[int, int]
"""An instant and a number."""

_MOST_ONE_BY_ONE = 256
"""So many numbers are moved one by one at most: each move shifts those between it and the end."""

_LONGEST_GAP = 1024
"""So many places may be free at the front, so that taking the first ones shifts nothing."""

_NONE = (array("q"), array("q"))


class Order:
    """Numbers in ascending order, none of them twice."""

    def __init__(self) -> None:
        self._numbers = array("q")
        self._gap = 0

    def __len__(self) -> int:
        return len(self._numbers) - self._gap

    def __iter__(self) -> Iterator[int]:
        return map(self._numbers.__getitem__, range(self._gap, len(self._numbers)))

    def __reversed__(self) -> Iterator[int]:
        return map(self._numbers.__getitem__, range(len(self._numbers) - 1, self._gap - 1, -1))

    @property
    def first(self) -> int:
        """The least one; IndexError where there is none."""
        return self._numbers[self._gap]

    @property
    def last(self) -> int:
        """The greatest one; IndexError where there is none."""
        return self._numbers[-1]

    def append(self, number: int) -> None:
        """Put one after all others, which are less."""
        self._numbers.append(number)

    def add(self, numbers: Sequence[int]) -> None:
        """Put new numbers, which are in ascending order, in their places."""
        if not numbers:
            return
        own = self._numbers
        place = bisect(own, numbers[0], self._gap)
        if _few(len(numbers), len(own) - place):
            for number in numbers:
                insort(own, number, self._gap)
        else:
            own[place:] = array("q", sorted([*own[place:], *numbers]))

    def take(self, numbers: Sequence[int]) -> None:
        """Take numbers out, which are there and in ascending order."""
        if not numbers:
            return
        own = self._numbers
        start, end = bisect_left(own, numbers[0], self._gap), bisect(own, numbers[-1], self._gap)
        if _few(len(numbers), end - start):
            for number in numbers:
                place = bisect_left(own, number, self._gap)
                self._gap = _replace([own], self._gap, place, place + 1)
        else:
            gone = set(numbers)
            stay = array("q", [number for number in own[start:end] if number not in gone])
            self._gap = _replace([own], self._gap, start, end, [stay])

    def page(self, offset: int, limit: int, *, from_end: bool) -> Sequence[int]:
        """Up to so many numbers after the first `offset` ones, counted from the end in descending order if asked so."""
        if not from_end:
            start = self._gap + offset
            return self._numbers[start : start + limit]
        end = max(len(self._numbers) - offset, self._gap)
        return self._numbers[max(end - limit, self._gap) : end][::-1]


class Calendar:
    """Numbers by their instants, and in ascending order where instants are equal."""

    def __init__(self) -> None:
        self._instants, self._numbers = self._columns = [array("q"), array("q")]
        self._gap = 0

    def __len__(self) -> int:
        return len(self._numbers) - self._gap

    def add(self, instants: Sequence[int], numbers: Sequence[int]) -> None:
        """Put new numbers in the places of their instants."""
        if not numbers:
            return
        place, end = self._place(min(zip(instants, numbers, strict=True))), len(self._numbers)
        if _few(len(numbers), end - place):
            for pair in zip(instants, numbers, strict=True):
                place = self._place(pair)
                for column, value in zip(self._columns, pair, strict=True):
                    column.insert(place, value)
        else:
            # Pairs would be a million things for the collector to look at, again and again while they are made.
            when, which = [*self._instants[place:], *instants], [*self._numbers[place:], *numbers]
            places = sorted(range(len(which)), key=which.__getitem__)
            places.sort(key=when.__getitem__)
            self._put(place, end, [when[one] for one in places], [which[one] for one in places])

    def take(self, instants: Sequence[int], numbers: Sequence[int]) -> None:
        """Take numbers out, which are there at these instants."""
        if not numbers:
            return
        gone = set(zip(instants, numbers, strict=True))
        start, end = self._place(min(gone)), self._place(max(gone)) + 1
        if _few(len(gone), end - start):
            for pair in gone:
                place = self._place(pair)
                self._put(place, place + 1)
        else:
            held = zip(self._instants[start:end], self._numbers[start:end], strict=True)
            stay = [pair for pair in held if pair not in gone]
            self._put(start, end, [instant for instant, _ in stay], [number for _, number in stay])

    def between(self, after: int, until: int) -> Sequence[int]:
        """The numbers whose instants lie after the first and not after the second."""
        return self._numbers[bisect(self._instants, after, self._gap) : bisect(self._instants, until, self._gap)]

    def _place(self, pair: Pair) -> int:
        """Where the pair is, or would be."""
        instant, number = pair
        start = bisect_left(self._instants, instant, self._gap)
        return bisect_left(self._numbers, number, start, bisect(self._instants, instant, start))

    def _put(self, start: int, end: int, instants: Sequence[int] = (), numbers: Sequence[int] = ()) -> None:
        """Put others in the place of a span."""
        others = [array("q", instants), array("q", numbers)]
        self._gap = _replace(self._columns, self._gap, start, end, others)


def _few(number: int, among: int) -> bool:
    """Whether moving so many one by one is cheaper than going through all those among which they are."""
    return number <= max(1, min(among >> 4, _MOST_ONE_BY_ONE))


def _replace(
    columns: Sequence["array[int]"], gap: int, start: int, end: int, others: Sequence["array[int]"] = _NONE
) -> int:
    """Put others in the place of a span, shifting what lies on the shorter side of it; how large the gap is then."""
    freed = end - start - len(others[0])
    from_front = freed > 0 and start - gap < len(columns[0]) - end
    for column, other in zip(columns, others, strict=False):
        if from_front:
            column[gap + freed : end] = column[gap:start] + other
        else:
            column[start:end] = other
    gap += freed * from_front
    if gap > _LONGEST_GAP:
        for column in columns:
            del column[:gap]
        gap = 0
    return gap
