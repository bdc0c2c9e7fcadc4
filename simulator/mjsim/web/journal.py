"""The journal keeps what was asked and answered, whole enough for another program to judge each exchange again.

It is bounded by entries and by bytes, and shows no credentials.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from mjsim.web.entry import Entry, Exchange, packed, unpacked

MOST_ENTRIES = 2_000
MOST_BYTES = 32 * 1024 * 1024

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
    """The latest exchanges, oldest first.

    All but the last one, whose answer is still to be sent, lie packed: what is let go of so soon is memory that the next
    request finds at hand.
    """

    def __init__(self) -> None:
        self._kept: deque[bytes] = deque()
        self._bytes = 0
        self._last: Exchange | None = None
        self._waiting: list[_Waiter] = []
        self._number = 0

    def next_number(self) -> int:
        """The number of the next entry: one more than the last, and never used again."""
        self._number += 1
        return self._number

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange, whose answer is about to be sent; the oldest ones make room."""
        self._pack()
        self._last = exchange
        while len(self._kept) >= MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._bytes -= len(self._kept.popleft())
        if self._waiting:
            entry = unpacked(packed(exchange))
            for waiter in self._waiting:
                waiter.hear(entry)

    def _pack(self) -> None:
        if self._last is not None:
            piece = packed(self._last)
            self._kept.append(piece)
            self._bytes += len(piece)
            self._last = None

    def find(self, match: Match) -> Iterator[Entry]:
        """The entries that match, oldest first."""
        last = () if self._last is None else (packed(self._last),)
        return filter(match, map(unpacked, (*self._kept, *last)))

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
        self._pack()
        kept = () if tenant is None else (piece for piece in self._kept if unpacked(piece).tenant != tenant)
        self._kept = deque(kept)
        self._bytes = sum(map(len, self._kept))
