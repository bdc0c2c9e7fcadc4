"""The journal keeps what was asked and answered, whole enough for another program to judge each exchange again.

It is bounded by entries and by bytes, and shows no credentials.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from mjsim.web.entry import Entry, Packed, packed, unpacked

MOST_ENTRIES = 2_000
MOST_BYTES = 32 * 1024 * 1024

_MOST_LOOSE = 64
"""So many of the latest entries are kept as they are, until they are packed all in a row: what is let go of so soon is
memory that the next requests find at hand.
"""

Match = Callable[[Entry], bool]


class _Waiter:
    """Somebody who waits for so many more entries that match: to look through all of them takes milliseconds."""

    def __init__(self, match: Match) -> None:
        self.match = match
        self.missing = 0
        self.enough = asyncio.Event()

    def hear(self, entry: Entry) -> None:
        """There is a new entry."""
        self.missing -= self.match(entry)
        if self.missing <= 0:
            self.enough.set()


class Journal:
    """The latest exchanges, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Packed] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._loose = 0
        self._waiting: list[_Waiter] = []
        self._number = 0

    def next_number(self) -> int:
        """The number of the next entry: one more than the last, and never used again."""
        self._number += 1
        return self._number

    def add(self, entry: Entry) -> None:
        """Keep an exchange, whose answer is about to be sent; the oldest ones make room."""
        size = entry.size
        self._entries.append(entry)
        self._sizes.append(size)
        self._bytes += size
        self._loose += 1
        while len(self._entries) > MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._entries.popleft()
            self._bytes -= self._sizes.popleft()
        if self._loose > _MOST_LOOSE:
            self._pack()
        for waiter in self._waiting:
            waiter.hear(entry)

    def _pack(self) -> None:
        """Pack all entries but the last one: its answer gets more headers when it is sent."""
        for place in range(-min(self._loose, len(self._entries)), -1):
            self._entries[place] = packed(unpacked(self._entries[place]))
        self._loose = 1

    def find(self, match: Match) -> Iterator[Entry]:
        """The entries that match, oldest first."""
        return filter(match, map(unpacked, tuple(self._entries)))

    async def wait(self, match: Match, count: int, seconds: float) -> list[Entry]:
        """The entries that match, as soon as there are so many; those that there are when the time is over."""
        waiter = _Waiter(match)
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                while (missing := count - len(list(self.find(match)))) > 0:
                    waiter.missing = missing
                    waiter.enough.clear()
                    await waiter.enough.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.remove(waiter)
        return list(self.find(match))

    def forget(self, tenant: str | None) -> None:
        """Forget the exchanges of one tenant, or all."""
        kept = [] if tenant is None else list(self.find(lambda entry: entry.tenant != tenant))
        self._entries = deque(kept)
        self._loose = len(kept)
        self._sizes = deque(entry.size for entry in kept)
        self._bytes = sum(self._sizes)
