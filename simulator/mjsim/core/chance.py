"""Chance is a labelled draw: the same key and label always give the same number, and a new label never shifts another."""

from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

_RANGE = float(1 << 53)


def digest(*parts: str, size: int = 8) -> bytes:
    """A hash of the parts in `size` bytes; no two different lists of parts run together."""
    text = "\0".join(f"{len(part)}:{part}" for part in parts)
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=size).digest()


@dataclass(frozen=True, slots=True)
class Key:
    """What chance may depend on: the world's seed, the tenant, the request, and how often it was made before.

    Arrival order of other requests is not in it, so parallel requests cannot change each other's luck.
    """

    seed: int
    tenant: str
    fingerprint: str
    repeat: int

    def bits(self, label: str, size: int = 8) -> bytes:
        """`size` bytes of chance under this label."""
        return digest(str(self.seed), self.tenant, self.fingerprint, str(self.repeat), label, size=size)

    def integer(self, label: str, below: int) -> int:
        """A whole number from 0 up to, not including, `below`."""
        return int.from_bytes(self.bits(label), "big") % below

    def draw(self, label: str) -> float:
        """A number in [0, 1)."""
        return (int.from_bytes(self.bits(label), "big") >> 11) / _RANGE

    def uuid(self, label: str) -> str:
        """A UUID of version 4 in its canonical, lower-case form."""
        return str(UUID(bytes=self.bits(label, 16), version=4))
