"""An answer can go wrong on its way: what is sent then, byte by byte, and how the connection ends, is made here."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from email.utils import formatdate
from typing import NamedTuple, NoReturn

from aiohttp.abc import AbstractStreamWriter

from mjsim.core.chance import digest
from mjsim.core.fault import Connection
from mjsim.web import http as web

_PIECES_A_SECOND = 10
"""How often a body that drips is sent on, where its rate allows it."""

_RESET_AT_ONCE = struct.pack("ii", 1, 0)


class Piece(NamedTuple):
    """Bytes, and how long to wait after them, in real seconds."""

    data: bytes
    pause: float = 0.0


class Spoiled(web.Response):
    """Stands for `truth` in the log, and sends these pieces as they are; then the connection is closed, or reset."""

    def __init__(self, truth: web.Response, pieces: Iterator[Piece], *, reset: bool = False) -> None:
        super().__init__(body=truth.body, status=truth.status, headers=truth.headers)
        self._pieces = pieces
        self._reset = reset

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        """See aiohttp. What comes out goes past its writer, and it is told that the connection is gone."""
        if (transport := request.transport) is not None:
            for data, pause in self._pieces:
                transport.write(data)
                if pause:
                    await asyncio.sleep(pause)
                if transport.is_closing():
                    break
            if self._reset:
                _reset(transport)
            else:
                transport.close()
        _gone()


def _gone() -> NoReturn:
    raise ConnectionResetError("the connection ends here, as it was asked to")


def _reset(transport: asyncio.Transport) -> None:
    if (found := transport.get_extra_info("socket")) is not None:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
    transport.abort()


def ended(truth: web.Response, end: Connection, request: web.BaseRequest) -> web.Response:
    """The answer as it comes out of a connection that ends so."""
    match end:
        case Connection.RESET | Connection.RESET_AFTER:
            return Spoiled(truth, iter(()), reset=True)
        case Connection.EMPTY:
            return Spoiled(truth, iter(()))
        case Connection.RANDOM_DATA:
            noise = b"".join(digest("noise", request.path, str(block), size=64) for block in range(4))
            return Spoiled(truth, iter([Piece(noise)]))
        case Connection.MALFORMED_CHUNK:
            body = _body(truth, request)
            head = _head(truth, request, "Transfer-Encoding: chunked")
            chunk = f"{len(body):x}\r\n".encode() + body[: len(body) // 2] + b"\r\nzz this is no chunk\r\n"
            return Spoiled(truth, iter([Piece(head + chunk)]))
        case Connection.CLOSE:
            truth.force_close()
            return truth


def truncated(truth: web.Response, share: float, request: web.BaseRequest) -> web.Response:
    """The share of the body, after a head that promises all of it."""
    body = _body(truth, request)
    head = _head(truth, request, f"Content-Length: {len(body)}")
    return Spoiled(truth, iter([Piece(head + body[: int(len(body) * share)])]))


def dripping(truth: web.Response, rate: int, share: float, request: web.BaseRequest) -> web.Response:
    """The share of the body, so many bytes a second, after a head that promises all of it."""
    body = _body(truth, request)
    head = _head(truth, request, f"Content-Length: {len(body)}")
    return Spoiled(truth, _drops(head, body[: int(len(body) * share)], rate))


def _drops(head: bytes, body: bytes, rate: int) -> Iterator[Piece]:
    size = max(1, rate // _PIECES_A_SECOND)
    yield Piece(head)
    for start in range(0, len(body), size):
        yield Piece(body[start : start + size], size / rate)


def _body(truth: web.Response, request: web.BaseRequest) -> bytes:
    return truth.body if isinstance(truth.body, bytes) and request.method != "HEAD" else b""


def _head(truth: web.Response, request: web.BaseRequest, framing: str) -> bytes:
    """The head of the answer, with this line on how long its body is."""
    version = request.version
    lines = [f"HTTP/{version.major}.{version.minor} {truth.status} {truth.reason or ''}".rstrip()]
    skipped = {"content-length", "transfer-encoding", "connection", "date"}
    lines += [f"{name}: {value}" for name, value in truth.headers.items() if name.lower() not in skipped]
    lines += [framing, f"Date: {formatdate(usegmt=True)}", "Connection: close", "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")
