"""Thumbnails are bounded in number; the one that was not used for longest makes room."""

from collections.abc import Iterator

from mjsim.core.instant import Instant
from mjsim.core.value import Record

MOST_SOURCES = 5_000
"""How many thumbnails are kept."""


class _Source(Record):
    data: bytes
    used: Instant


class MemorySources:
    """Implements `ledger.Sources`."""

    def __init__(self) -> None:
        self._sources: dict[str, _Source] = {}

    def find(self, name: str) -> bytes | None:
        """See `ledger.Sources`."""
        return self._sources[name].data if name in self._sources else None

    def keep(self, name: str, data: bytes, now: Instant) -> None:
        """See `ledger.Sources`."""
        if name in self._sources:
            self.use(name, now)
            return
        self._sources[name] = _Source(data, now)
        if len(self._sources) > MOST_SOURCES:
            del self._sources[min(self._sources, key=lambda one: self._sources[one].used)]

    def use(self, name: str, now: Instant) -> None:
        """See `ledger.Sources`."""
        if name in self._sources:
            self._sources[name].used = now

    def forget_until(self, instant: Instant) -> None:
        """See `ledger.Sources`."""
        self._sources = {name: source for name, source in self._sources.items() if source.used > instant}

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """The rows of a data file: their names, when they were used last, and what they are."""
        for name, source in self._sources.items():
            yield name, source.used, source.data
