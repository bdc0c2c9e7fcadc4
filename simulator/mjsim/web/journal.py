"""The journal keeps what was asked and answered, whole enough for another program to judge each exchange again.

It is bounded by entries and by bytes, and shows no credentials.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator

from multidict import MultiMapping

from mjsim.core.delivery import legible
from mjsim.core.instant import Instant
from mjsim.core.tenant import is_made_up
from mjsim.core.value import Frozen
from mjsim.web.strike import Strike, Vain

MOST_ENTRIES = 2_000
MOST_BYTES = 32 * 1024 * 1024
LARGEST_BODY = 1024 * 1024
"""Of a larger body only the beginning is kept."""

_SECRETS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
_REDACTED = "[redacted]"


class Entry(Frozen):
    """An exchange. `at` is simulated time, `time` and `seconds` are real; `faults` names those that fired, `in_vain` what
    the request asked for and did not get.
    """

    number: int
    at: Instant
    time: float
    seconds: float
    surface: str
    tenant: str
    method: str
    target: str
    request_headers: MultiMapping[str]
    request_body: bytes
    status: int
    headers: MultiMapping[str]
    body: bytes
    faults: tuple[Strike, ...] = ()
    in_vain: tuple[Vain, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        asked, answered = self.request_headers, self.headers
        # Put together and then measured: that takes a third of the time of measuring each.
        headers = len("".join((*asked, *asked.values(), *answered.values())))
        return 2_000 + headers + len(self.target) + len(self.request_body) + len(self.body)

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.partition("?")[0]


Match = Callable[[Entry], bool]


class Journal:
    """The latest exchanges, oldest first."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._sizes: deque[int] = deque()
        self._bytes = 0
        self._waiting: list[tuple[Match, asyncio.Event]] = []
        self._number = 0

    def next_number(self) -> int:
        """The number of the next entry: one more than the last, and never used again."""
        self._number += 1
        return self._number

    def add(self, entry: Entry) -> None:
        """Keep an exchange; the oldest ones make room."""
        size = entry.size
        self._entries.append(entry)
        self._sizes.append(size)
        self._bytes += size
        while len(self._entries) > MOST_ENTRIES or self._bytes > MOST_BYTES:
            self._entries.popleft()
            self._bytes -= self._sizes.popleft()
        for match, found in self._waiting:
            if match(entry):
                found.set()

    def find(self, match: Match) -> Iterator[Entry]:
        """The entries that match, oldest first."""
        return filter(match, tuple(self._entries))

    async def wait(self, match: Match, count: int, seconds: float) -> list[Entry]:
        """The entries that match, as soon as there are so many; those that there are when the time is over."""
        found = asyncio.Event()
        waiter = match, found
        self._waiting.append(waiter)
        try:
            async with asyncio.timeout(seconds):
                while len(list(self.find(match))) < count:
                    found.clear()
                    await found.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.remove(waiter)
        return list(self.find(match))

    def forget(self, tenant: str | None) -> None:
        """Forget the exchanges of one tenant, or all."""
        kept = [] if tenant is None else [entry for entry in self._entries if entry.tenant != tenant]
        self._entries = deque(kept)
        self._sizes = deque(entry.size for entry in kept)
        self._bytes = sum(self._sizes)


def shown(headers: MultiMapping[str]) -> list[tuple[str, str]]:
    """The headers without credentials; the keys that anybody may make up are none."""
    return [
        (str(name), legible(_shown(value) if name.lower() in _SECRETS else value)) for name, value in headers.items()
    ]


def _shown(value: str) -> str:
    scheme, _, key = value.partition(" ")
    if scheme.lower() == "bearer" and is_made_up(key):
        return value
    return f"{scheme} {_REDACTED}" if key else _REDACTED
