"""Of most things it is known without a look at the rows that they are new."""

_BITS = 1 << 23
"""A megabyte, once there is something in it; with a million things, one new thing in nine is taken for a known one."""


class Sieve:
    """Remembers digests (of which the first six bytes are evenly spread) as one bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def may_know(self, digest: bytes) -> bool:
        """Whether it was added, or something that falls on the same bit; False is certain."""
        if not self._bits:
            return False
        place, bit = _place(digest)
        return bool(self._bits[place] & bit)

    def add(self, digest: bytes) -> None:
        """Remember it; nothing is ever forgotten."""
        if not self._bits:
            self._bits = bytearray(_BITS // 8)
        place, bit = _place(digest)
        self._bits[place] |= bit


def _place(digest: bytes) -> tuple[int, int]:
    number = int.from_bytes(digest[:6], "big") % _BITS
    return number >> 3, 1 << (number & 7)
