"""What came back from a receiver, or what came instead of it; read leniently, because the judging is done elsewhere."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

_MOST_SHOWN = 2_000
"""Of an answer's body so many bytes are read; nobody judges more."""


class Silence(StrEnum):
    """What can come instead of an answer."""

    TIMEOUT = "no answer in time"
    CLOSED = "connection closed without an answer"
    REFUSED = "connection refused"
    GARBLED = "no HTTP answer"
    UNAWAITED = "the answer was not waited for"


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or `silence` and status 0. `seconds` is from the first byte that was sent to the end of it."""

    status: int
    seconds: float
    silence: Silence | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    def __str__(self) -> str:
        if self.silence is Silence.TIMEOUT:
            return f"no answer within {self.seconds:.0f} s"
        return self.silence.value if self.silence else str(self.status)

    @property
    def accepted(self) -> bool:
        """Whether a sender counts the event as delivered."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether the receiver says that the request is at fault."""
        return 400 <= self.status < 500

    @property
    def text(self) -> str:
        """As a reader is shown it."""
        if self.silence:
            return str(self)
        lines = [f"HTTP {self.status}", *(f"{name}: {value}" for name, value in self.headers.items())]
        return "\n".join(lines) + (f"\n\n{self.body}" if self.body else "")


class Garbled(ValueError):
    """What came is no HTTP."""


async def read_head(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]]:
    """Status and headers, names in lower case, of the next answer, be it an interim one.

    Errors: Garbled; IncompleteReadError where the connection ends before.
    """
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.LimitOverrunError as error:
        raise Garbled from error
    first, *lines = head.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if not version.startswith("HTTP/") or not rest[:3].isdigit():
        raise Garbled
    pairs = (line.partition(":") for line in lines if line)
    return int(rest[:3]), {name.strip().lower(): value.strip() for name, _, value in pairs}


async def read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> str:
    """The beginning of the body; a body that never ends costs a second."""
    length = headers.get("content-length", "")
    most = min(int(length), _MOST_SHOWN) if length.isdigit() else _MOST_SHOWN
    content = b""
    try:
        async with asyncio.timeout(1):
            while len(content) < most and (piece := await reader.read(most - len(content))):
                content += piece
    except (TimeoutError, OSError):
        pass
    return content.decode("utf-8", "replace")
