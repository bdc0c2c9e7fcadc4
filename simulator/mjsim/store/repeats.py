"""Equal requests of a tenant are numbered, and nearly every request is known for a new one without a look at the rows."""

from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache

from mjsim.core.chance import digest
from mjsim.core.job import Job
from mjsim.store.codec import id_bytes
from mjsim.store.connection import Connection
from mjsim.store.sieve import Sieve

_AT_HAND = 512
"""How many requests that were repeated lately are at hand."""


class Repeats:
    """How often the requests of kept jobs were made; `empty` says that none is kept yet.

    Rows name their request from its second job on: the first one is found by its id, which stems from the request alone.
    """

    def __init__(self, connection: Connection, *, empty: bool) -> None:
        self._connection = connection
        self._following: OrderedDict[bytes, int] = OrderedDict()
        # What is in a file already is not read for it: then every request may be one that is known.
        self._firsts = Sieve() if empty else None

    def following(self, tenant: str, fingerprint: str, first: Callable[[], str]) -> int:
        """See `ports.Turn.repeats`."""
        first_id = id_bytes(first())
        if self._firsts is not None and not self._firsts.may_know(first_id):
            return 0
        request = request_of(tenant, fingerprint)
        if (known := self._following.get(request)) is not None:
            return known
        return int(self._connection.rows(_FOLLOWING, request, first_id)[0][0])

    def note(self, job: Job) -> None:
        """The job is going to be kept."""
        if job.repeat:
            request = request_of(job.tenant, job.fingerprint)
            self._following[request] = job.repeat + 1
            self._following.move_to_end(request)
            if len(self._following) > _AT_HAND:
                self._following.popitem(last=False)
        elif self._firsts is not None:
            self._firsts.add(id_bytes(job.id))

    def forget(self) -> None:
        """Rows are gone: look at them again."""
        self._following.clear()


_FOLLOWING = (
    "SELECT coalesce((SELECT max(repeat) + 1 FROM job WHERE request = ?), EXISTS (SELECT 1 FROM job WHERE id = ?))"
)


@lru_cache(maxsize=64)
def request_of(tenant: str, fingerprint: str) -> bytes:
    """What equal requests of a tenant have in common, short enough for an index."""
    return digest(tenant, fingerprint)
