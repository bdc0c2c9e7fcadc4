"""Equal requests of a tenant are numbered, and nearly every request is known for a new one without a look at the rows."""

from collections import OrderedDict
from functools import lru_cache

from mjsim.core.chance import digest
from mjsim.store.connection import Connection
from mjsim.store.sieve import Sieve

_AT_HAND = 512
"""How many requests that were repeated lately are at hand."""


class Repeats:
    """How often the requests of kept jobs were made; `empty` says that none is kept yet."""

    def __init__(self, connection: Connection, *, empty: bool) -> None:
        self._connection = connection
        self._following: OrderedDict[bytes, int] = OrderedDict()
        # What is in a file already is not read for it: then every request may be one that is known.
        self._seen = Sieve() if empty else None

    def following(self, request: bytes) -> int:
        """The number of the next equal request: one more than the last that is kept, 0 where none is."""
        if (known := self._following.get(request)) is not None:
            return known
        if self._seen is not None and not self._seen.may_know(request):
            return 0
        found = self._connection.rows("SELECT max(repeat) FROM job WHERE request = ?", request)
        return 0 if found[0][0] is None else int(found[0][0]) + 1

    def note(self, request: bytes, repeat: int) -> None:
        """A request with this number is going to be kept."""
        if self._seen is not None:
            self._seen.add(request)
        if repeat:
            self._following[request] = repeat + 1
            self._following.move_to_end(request)
            if len(self._following) > _AT_HAND:
                self._following.popitem(last=False)

    def forget(self) -> None:
        """Rows are gone: look at them again."""
        self._following.clear()


@lru_cache(maxsize=64)
def request_of(tenant: str, fingerprint: str) -> bytes:
    """What equal requests of a tenant have in common, short enough for an index."""
    return digest(tenant, fingerprint)
