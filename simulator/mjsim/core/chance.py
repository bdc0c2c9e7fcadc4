"""Chance is a labelled draw: the same key and label always give the same number, and a new label never shifts another."""

from hashlib import blake2b
from struct import Struct

_RANGE = float(1 << 53)

_PLACES = {"lead": 2, "wait": 3, "run": 4, "seed": 5, "outcome": 6, "variation": 7}
"""Where the one hash of a key holds what nearly every job draws; the first two places are its UUID."""

_WORDS = Struct(">8Q")

_VARIANT = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))
"""In a UUID of version 4 the 13th digit is the version, and the 17th begins with the bits 10."""


def digest(*parts: str, size: int = 8) -> bytes:
    """A hash of the parts in `size` bytes; no two different lists of parts run together."""
    return blake2b(repr(parts).encode("utf-8", "surrogatepass"), digest_size=size).digest()


def number_of(*parts: str) -> int:
    """A whole number of 64 bits that is the same for the same parts."""
    return int.from_bytes(digest(*parts), "big")


class Key:
    """What chance may depend on: the world's seed, the tenant, the request, and how often it was made before.

    Arrival order of other requests is not in it, so parallel requests cannot change each other's luck.
    """

    __slots__ = ("_drawn", "_hash", "_uuid", "fingerprint", "repeat", "seed", "tenant")

    def __init__(self, seed: int, tenant: str, fingerprint: str, repeat: int) -> None:
        self.seed, self.tenant, self.fingerprint, self.repeat = seed, tenant, fingerprint, repeat
        self._drawn: tuple[int, ...] = ()
        self._uuid = ""

    def number(self, label: str) -> int:
        """A whole number of 64 bits under this label."""
        words = self._drawn or self._draw()
        if (place := _PLACES.get(label)) is not None:
            return words[place]
        drawn = self._hash.copy()
        drawn.update(label.encode())
        return int(_WORDS.unpack(drawn.digest())[0])

    def _draw(self) -> tuple[int, ...]:
        """What all draws have in common is hashed once, and not at all where nothing is drawn."""
        parts = f"({self.seed}, {self.tenant!r}, {self.fingerprint!r}, {self.repeat})"
        self._hash = blake2b(parts.encode("utf-8", "surrogatepass"))
        drawn = self._hash.digest()
        digits = drawn[:16].hex()
        self._uuid = f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"
        self._drawn = _WORDS.unpack(drawn)
        return self._drawn

    def integer(self, label: str, below: int) -> int:
        """A whole number from 0 up to, not including, `below`."""
        return self.number(label) % below

    def draw(self, label: str) -> float:
        """A number in [0, 1)."""
        return (self.number(label) >> 11) / _RANGE

    def uuid(self) -> str:
        """The UUID of version 4 (RFC 9562) of what comes of the request, in its canonical, lower-case form."""
        if not self._uuid:
            self._draw()
        return self._uuid
