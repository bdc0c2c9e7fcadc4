"""Every number of a picture is drawn under a label: tiles are siblings, variations stay near their parent."""

from copy import copy

from mjsim.core.artwork import Artwork
from mjsim.core.chance import digest

STRIDE = 0.12
"""How far one variation may move a number, as a share of its whole range, there and back together."""
KINSHIP = 0.7
"""How far the four tiles of a grid may differ where chaos is 0; at 100 they differ fully."""

_WORD = 4
_WORDS = 16


class Fortune:
    """The chance of one tile of a recipe.

    A number of the first generation is drawn from the seed and the tile. Every later generation moves it by a
    small step and reflects it at the ends of its range, so a chain of any length stays inside.
    """

    def __init__(self, artwork: Artwork, index: int) -> None:
        tiles = [step.index for step in artwork.steps] + [index]
        self._root = str(artwork.seed)
        self._tile = str(tiles[0])
        self._spread = KINSHIP + (1 - KINSHIP) * artwork.chaos / 100
        # The place in the chain is part of the label, or equal seeds would push the same way again and again.
        self._walk = [
            (str(place), str(step.seed), str(tile))
            for place, (step, tile) in enumerate(zip(artwork.steps, tiles[1:], strict=True))
        ]
        self.prefix = ""

    def under(self, name: str) -> "Fortune":
        """The same chance for a part of the picture: its labels are its own."""
        part = copy(self)
        part.prefix = f"{self.prefix}{name}/"
        return part

    def numbers(self, label: str, count: int) -> list[float]:
        """`count` numbers in [0, 1) that tell tiles apart and drift with the variations."""
        values = self._first(label, count)
        for step in self._walk:
            moves = _draws(count, "step", *step, self.prefix + label)
            values = [_reflect(value + (move - 0.5) * STRIDE) for value, move in zip(values, moves, strict=True)]
        return values

    def between(self, label: str, low: float, high: float) -> float:
        """A number in [low, high) that drifts with the variations."""
        return low + (high - low) * self.numbers(label, 1)[0]

    def whole(self, label: str, low: int, high: int) -> int:
        """A whole number from low to high, both included; no variation changes it: it shapes the layout."""
        return low + int(self._first(label, 1)[0] * (high - low + 1))

    def chance(self, label: str, probability: float) -> bool:
        """Whether something is there at all; no variation changes it."""
        return _draws(1, "tile", self._root, self._tile, self.prefix + label)[0] < probability

    def shared(self, label: str, below: int) -> int:
        """A whole number under `below` that all four tiles and all variations have in common."""
        return int(_draws(1, "grid", self._root, self.prefix + label)[0] * below)

    def _first(self, label: str, count: int) -> list[float]:
        ours = _draws(count, "grid", self._root, self.prefix + label)
        own = _draws(count, "tile", self._root, self._tile, self.prefix + label)
        return [a + (b - a) * self._spread for a, b in zip(ours, own, strict=True)]


def _draws(count: int, *labels: str) -> list[float]:
    """`count` numbers in [0, 1) under these labels."""
    found: list[float] = []
    for block in range(0, count, _WORDS):
        words = min(_WORDS, count - block)
        bits = digest(*labels, str(block), size=words * _WORD)
        found += [int.from_bytes(bits[at : at + _WORD], "big") / 2**32 for at in range(0, words * _WORD, _WORD)]
    return found


def _reflect(value: float) -> float:
    if value < 0:
        return -value
    return 2 - value - 1e-9 if value >= 1 else value
