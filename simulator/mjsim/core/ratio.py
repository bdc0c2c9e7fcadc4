"""A ratio of width to height has one reduced form and one size in pixels (facts: the service's own table of sizes)."""

import math
import re
from functools import lru_cache

from mjsim.core.error import InvalidParameter
from mjsim.core.value import Frozen

LARGEST_SIDE = 9_999
MOST_EXTREME = 14
"""Ratios beyond 14:1 and 1:14 are refused: no picture of about one megapixel could be looked at."""

_PATTERN = re.compile(r"([0-9]{1,4}):([0-9]{1,4})", re.ASCII)


class Size(Frozen):
    """Width and height in pixels."""

    width: int
    height: int


_TABLE = {
    (1, 1): Size(1024, 1024),
    (6, 5): Size(1200, 992),
    (4, 3): Size(1232, 928),
    (3, 2): Size(1344, 896),
    (16, 9): Size(1456, 816),
    (2, 1): Size(1536, 768),
    (21, 9): Size(1680, 720),
    (5, 4): Size(1200, 960),
}
_BY_REDUCED = {(w // math.gcd(w, h), h // math.gcd(w, h)): size for (w, h), size in _TABLE.items()}


class Ratio(Frozen):
    """Width to height in lowest terms."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}:{self.height}"

    @property
    def size(self) -> Size:
        """The pixels of a single picture: from the table, mirrored for portraits, else near one megapixel by 16."""
        if size := _BY_REDUCED.get((self.width, self.height)):
            return size
        if size := _BY_REDUCED.get((self.height, self.width)):
            return Size(size.height, size.width)
        side = math.sqrt(1024 * 1024 * self.width / self.height)
        return Size(_by_sixteen(side), _by_sixteen(1024 * 1024 / side))


SQUARE = Ratio(1, 1)


@lru_cache(maxsize=256)
def parse_ratio(text: str, field: str) -> Ratio:
    """The ratio that `W:H` means; `InvalidParameter` names the field and the rule that it breaks."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        shown = text if len(text) <= 20 else text[:20] + "…"
        raise InvalidParameter(f"{field}: {shown!r} is not a ratio W:H of whole numbers from 1 to {LARGEST_SIDE}.")
    width, height = int(match[1]), int(match[2])
    if not width or not height:
        raise InvalidParameter(f"{field}: {text!r} has a side of 0; both sides start at 1.")
    if width > MOST_EXTREME * height or height > MOST_EXTREME * width:
        raise InvalidParameter(f"{field}: {text!r} lies beyond {MOST_EXTREME}:1 and 1:{MOST_EXTREME}.")
    return _lowest(width, height)


def nearest_ratio(size: Size) -> Ratio:
    """The ratio of a picture as a person would say it: a familiar one within 2 %, else its own in lowest terms.

    Pictures beyond the most extreme ratio get that one, so that what is said can be asked for.
    """
    for width, height in [*_TABLE, *((h, w) for w, h in _TABLE)]:
        if abs(size.width * height - size.height * width) <= 0.02 * size.height * width:
            return _lowest(width, height)
    shrink = max(1, math.ceil(max(size.width, size.height) / LARGEST_SIDE))
    width, height = size.width // shrink, size.height // shrink
    if width > MOST_EXTREME * height:
        return Ratio(MOST_EXTREME, 1)
    if height > MOST_EXTREME * width:
        return Ratio(1, MOST_EXTREME)
    return _lowest(width, height)


def _lowest(width: int, height: int) -> Ratio:
    divisor = math.gcd(width, height)
    return Ratio(width // divisor, height // divisor)


def _by_sixteen(side: float) -> int:
    return max(16, round(side / 16) * 16)
