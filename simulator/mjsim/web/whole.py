"""An answer whose head and body leave in one write: aiohttp's writer can do far more, and that costs as much as a job.

What nearly every exchange is goes this way; the rest (HEAD, HTTP/1.0, a connection that is to close) takes aiohttp's.
"""

from collections.abc import Mapping
from functools import lru_cache

from aiohttp import HttpVersion11, hdrs
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import must_be_empty_body, rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE
from multidict import CIMultiDict, CIMultiDictProxy

from mjsim.web import http as web

_FULL = 64 * 1024
"""From so many unsent bytes on, the next answer waits until the client has read some."""

_MADE_HERE = frozenset(
    {hdrs.CONTENT_LENGTH, hdrs.CONTENT_ENCODING, hdrs.TRANSFER_ENCODING, hdrs.CONNECTION, hdrs.DATE, hdrs.SERVER}
)


class CommonHeaders:
    """Headers that many answers have in common."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        self.shared = CIMultiDictProxy(CIMultiDict(headers))
        self.items = tuple(self.shared.items())


class WholeAnswer(web.Response):
    """Behaves as any `web.Response` without cookies, and has the same headers once it has been sent.

    Its headers are made when somebody asks for them: most answers go out with those that they have in common.
    """

    def __init__(self, *, body: bytes, status: int = 200, headers: CommonHeaders) -> None:
        # All that aiohttp does for such a body, but that headers which cannot be changed need not be copied.
        web.StreamResponse.__init__(self, status=status, _real_headers=headers.shared)  # type: ignore[arg-type]
        self._body = body
        self._common: CommonHeaders | None = headers
        self.sent_head: bytes | None = None
        """Status and headers as they went over the wire in one write; None where they did not, or not yet."""

    @property
    def headers(self) -> CIMultiDict[str]:
        """See aiohttp."""
        self._own_headers()
        return self._headers

    def _own_headers(self) -> None:
        if self._common is not None:
            self._headers = CIMultiDict(self._common.shared)
            self._common = None

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """See aiohttp; here it sends the body, too."""
        if self.sent_head is not None:
            return None
        head = self._usual_head(request)
        if head is None:
            self._own_headers()
            return await super().prepare(request)
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        body: bytes = self._body  # type: ignore[assignment]  # that it is bytes was asked
        self.sent_head = head + f"Content-Length: {len(body)}\r\nDate: {rfc822_formatted_time()}\r\n\r\n".encode()
        transport.write(self.sent_head + body)
        if transport.get_write_buffer_size() > _FULL:
            await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """See aiohttp."""
        if self.sent_head is None:
            await super().write_eof(data)

    @property
    def keep_alive(self) -> bool | None:
        """See aiohttp."""
        return super().keep_alive if self.sent_head is None else True

    def _usual_head(self, request: web.BaseRequest) -> bytes | None:
        """The head but for length and date; None where this answer is none of the usual ones."""
        if self._keep_alive is False or not request.keep_alive or request.version != HttpVersion11:
            return None
        status = self.status
        if not isinstance(self._body, bytes) or must_be_empty_body(request.method, status):
            return None
        items = tuple(self._headers.items()) if self._common is None else self._common.items
        return _head(status, self.reason, items)


@lru_cache(maxsize=256)
def _head(status: int, reason: str, headers: tuple[tuple[str, str], ...]) -> bytes | None:
    """Answers of one kind have the same head again and again; None where a header is missing, or not for us to send."""
    names = {name.title() for name, _ in headers}
    if not names.isdisjoint(_MADE_HERE) or hdrs.CONTENT_TYPE not in names:
        return None
    lines = [
        f"HTTP/1.1 {status} {reason}",
        *(f"{name}: {value}" for name, value in headers),
        f"Server: {SERVER_SOFTWARE}",
    ]
    # What aiohttp would not send as it is (a line break, a surrogate), it has to refuse in its own way.
    if not "".join(lines).isprintable():
        return None
    return "".join(f"{line}\r\n" for line in lines).encode()


def head_of(answer: web.StreamResponse) -> bytes:
    """Status and headers as they went, or as they would go, over the wire."""
    if isinstance(answer, WholeAnswer) and answer.sent_head is not None:
        return answer.sent_head
    lines = [
        f"HTTP/1.1 {answer.status} {answer.reason}",
        *(f"{name}: {value}" for name, value in answer.headers.items()),
    ]
    return "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")
