"""An answer whose head and body leave in one write: aiohttp's writer can do far more, and that costs as much as a job.

What nearly every exchange is goes this way; the rest (HEAD, HTTP/1.0, a connection that is to close) takes aiohttp's.
"""

from functools import lru_cache

from aiohttp import HttpVersion11, hdrs
from aiohttp.abc import AbstractStreamWriter
from aiohttp.helpers import must_be_empty_body, rfc822_formatted_time
from aiohttp.http import SERVER_SOFTWARE

from mjsim.web import http as web

_FULL = 64 * 1024
"""From so many unsent bytes on, the next answer waits until the client has read some."""

_MADE_HERE = frozenset(
    {hdrs.CONTENT_LENGTH, hdrs.CONTENT_ENCODING, hdrs.TRANSFER_ENCODING, hdrs.CONNECTION, hdrs.DATE, hdrs.SERVER}
)


class WholeAnswer(web.Response):
    """Behaves as any `web.Response` without cookies, and has the same headers once it has been sent."""

    _sent = False

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """See aiohttp; here it sends the body, too."""
        if self._sent:
            return None
        head = self._usual_head(request)
        if head is None:
            return await super().prepare(request)
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        body: bytes = self.body  # type: ignore[assignment]  # that it is bytes was asked
        length, date = str(len(body)), rfc822_formatted_time()
        transport.write(head + f"Content-Length: {length}\r\nDate: {date}\r\n\r\n".encode() + body)
        headers = self.headers
        headers[hdrs.CONTENT_LENGTH], headers[hdrs.DATE], headers[hdrs.SERVER] = length, date, SERVER_SOFTWARE
        self._sent = True
        if transport.get_write_buffer_size() > _FULL:
            await request.writer.drain()
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """See aiohttp."""
        if not self._sent:
            await super().write_eof(data)

    @property
    def keep_alive(self) -> bool | None:
        """See aiohttp."""
        return True if self._sent else super().keep_alive

    def _usual_head(self, request: web.BaseRequest) -> bytes | None:
        """The head but for length and date; None where this answer is none of the usual ones."""
        if super().keep_alive is False or not request.keep_alive or request.version != HttpVersion11:
            return None
        if not isinstance(self.body, bytes) or hdrs.CONTENT_TYPE not in self.headers:
            return None
        if must_be_empty_body(request.method, self.status):
            return None
        return _head(self.status, self.reason, tuple(self.headers.items()))


@lru_cache(maxsize=256)
def _head(status: int, reason: str, headers: tuple[tuple[str, str], ...]) -> bytes | None:
    """None where a header is not for us to send; answers of one kind have the same head again and again."""
    if any(name.title() in _MADE_HERE for name, _ in headers):
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
