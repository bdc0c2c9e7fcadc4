"""A POST written byte by byte, for what no HTTP client sends: slow, in chunks, with an untrue length, or cut off."""

import asyncio
import ssl
from asyncio import StreamReader, StreamWriter
from urllib.parse import urlsplit

from mjsim.core.delivery import Headers
from mjsim.core.message import Message
from mjsim.core.tampering import Wire
from mjsim.core.target import host_and_port
from mjsim.send.problem import BrokenOff
from mjsim.send.resolver import GuardedResolver

SENDING_SECONDS = 60.0
"""How long sending may take, in real time, beside the time that the receiver has to answer."""

_INVITATION_SECONDS = 1.0
_PIECES_PER_SECOND = 10


async def exchange(
    message: Message, resolver: GuardedResolver, seconds: float, most: int
) -> tuple[int, Headers, bytes]:
    """The answer, with at most so many bytes of its body; errors are those of connections, EOFError, TimeoutError,
    ValueError, and `BrokenOff`.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await _connect(message.url, resolver)
    try:
        async with asyncio.timeout(SENDING_SECONDS):
            await _send(message, reader, writer)
        if message.wire.breaks_off:
            raise BrokenOff
        async with asyncio.timeout(seconds):
            return await _answer(reader, most)
    finally:
        writer.close()


async def _connect(url: str, resolver: GuardedResolver) -> tuple[StreamReader, StreamWriter]:
    host, port = host_and_port(url)
    secure = url.lower().startswith("https:")
    context, name = (ssl.create_default_context(), host) if secure else (None, None)
    *others, last = [one["host"] for one in await resolver.resolve(host, port)]
    for address in others:
        try:
            return await asyncio.open_connection(address, port, ssl=context, server_hostname=name)
        except OSError:
            continue
    return await asyncio.open_connection(last, port, ssl=context, server_hostname=name)


async def _send(message: Message, reader: StreamReader, writer: StreamWriter) -> None:
    wire = message.wire
    writer.write(_head(message))
    await writer.drain()
    if wire.expect_continue:
        await _invited(reader)
    await asyncio.sleep(wire.pause)
    body = _chunks(message.body) if wire.chunked else message.body
    size = len(body) if wire.bytes_per_second is None else max(1, wire.bytes_per_second // _PIECES_PER_SECOND)
    for start in range(0, len(body), size or 1):
        piece = body[start : start + size]
        writer.write(piece)
        await writer.drain()
        if wire.bytes_per_second is not None:
            await asyncio.sleep(len(piece) / wire.bytes_per_second)


def _head(message: Message) -> bytes:
    parts, wire = urlsplit(message.url), message.wire
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = [
        ("Host", parts.netloc.rpartition("@")[2]),
        ("Connection", "close"),
        *message.headers,
        _length(message, wire),
    ]
    if wire.expect_continue:
        headers.append(("Expect", "100-continue"))
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers), "", ""]
    return "\r\n".join(lines).encode("ascii", "backslashreplace")


def _length(message: Message, wire: Wire) -> tuple[str, str]:
    if wire.chunked:
        return "Transfer-Encoding", "chunked"
    return "Content-Length", str(max(0, len(message.body) + wire.length_error))


def _chunks(body: bytes, size: int = 256) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def _invited(reader: StreamReader) -> None:
    """Wait for `100 Continue` as long as senders do, then go on without it (RFC 9110, 10.1.1)."""
    try:
        async with asyncio.timeout(_INVITATION_SECONDS):
            await reader.readuntil(b"\r\n\r\n")
    except TimeoutError:
        return


async def _answer(reader: StreamReader, most: int) -> tuple[int, Headers, bytes]:
    """The first answer that is not an interim one."""
    while True:
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").rstrip().split("\r\n")
        version, _, rest = first.partition(" ")
        if not version.startswith("HTTP/1.") or not rest[:3].isdigit():
            raise ValueError(f"its first line is {first[:100]!r}")
        if not rest.startswith("1"):
            break
    headers = tuple((name.strip(), value.strip()) for name, _, value in (line.partition(":") for line in lines))
    named = {name.lower(): value for name, value in headers}
    if (length := named.get("content-length", "")).isdigit():
        return int(rest[:3]), headers, await reader.readexactly(min(int(length), most))
    return int(rest[:3]), headers, await _rest(reader, most)


async def _rest(reader: StreamReader, most: int) -> bytes:
    """What comes until the connection is closed, which we have asked for; chunks stay as they are."""
    body = b""
    while len(body) < most and (part := await reader.read(most - len(body))):
        body += part
    return body
