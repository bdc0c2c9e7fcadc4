"""When a host is busy, nobody looks through all that waits for it again and again to find what goes to others."""

from collections.abc import Collection

from mjsim.core.instant import NEVER, Instant
from mjsim.ports import Outbox

_SECONDS = 30.0
"""After so long in real time one looks again whatever is known: a claim may have ended by itself."""


class Outlook:
    """What is known of when something is due that goes to none of the hosts that are busy."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._known: dict[frozenset[str], Instant] = {}
        self._changes = outbox.changes
        self._since = 0.0

    async def next_due(self, real: float, busy: Collection[str]) -> Instant:
        """When that is, `NEVER` where nothing is; it may be later, if somebody has claimed it meanwhile."""
        if self._changes != self._outbox.changes or real - self._since > _SECONDS:
            self._known.clear()
            self._changes, self._since = self._outbox.changes, real
        hosts = frozenset(busy)
        if hosts not in self._known:
            found = await self._outbox.next_due(real, hosts)
            self._known[hosts] = NEVER if found is None else found
        return self._known[hosts]

    def exhausted(self, busy: Collection[str]) -> None:
        """Nothing that is due by now is left beside these hosts."""
        self._known.pop(frozenset(busy), None)

    def put_off(self, host: str, due: Instant) -> None:
        """A delivery to the host is due again."""
        for busy, known in self._known.items():
            if host not in busy and due < known:
                self._known[busy] = due
