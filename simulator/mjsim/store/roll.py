"""Deliveries in the order of their numbers, so that a page of a million is found by halving and not by counting."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from operator import attrgetter

from mjsim.store.letter import Letter

_number = attrgetter("number")


class Roll:
    """Those that `kept` holds by their ids; the others are passed over, and swept out once they are the most."""

    def __init__(self, kept: Mapping[str, Letter]) -> None:
        self._kept = kept
        self._letters: list[Letter] = []
        self._gone = 0

    def __len__(self) -> int:
        return len(self._letters) - self._gone

    @property
    def last(self) -> int:
        """The highest number, 0 where there is none."""
        while self._letters and not self._holds(self._letters[-1]):
            self._letters.pop()
            self._gone -= 1
        return self._letters[-1].number if self._letters else 0

    def add(self, letter: Letter) -> None:
        """Hold one more, whose number is the highest."""
        self._letters.append(letter)

    def strike(self) -> None:
        """One of those that it holds is not kept any more."""
        self._gone += 1
        if self._gone * 2 > len(self._letters):
            self._letters = [letter for letter in self._letters if self._holds(letter)]
            self._gone = 0

    def newest_first(self, before: int | None) -> Iterator[Letter]:
        """Those whose number is below `before` (None: all)."""
        end = len(self._letters) if before is None else bisect_left(self._letters, before, key=_number)
        for place in range(end - 1, -1, -1):
            if self._holds(letter := self._letters[place]):
                yield letter

    def _holds(self, letter: Letter) -> bool:
        return self._kept.get(letter.id) is letter
