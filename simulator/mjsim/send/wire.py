"""How the bytes of a POST travel: all at once, or as no HTTP client sends them: late, in chunks, with an untrue length, or
cut off.
"""

import asyncio

from aiohttp.client_proto import ResponseHandler

from mjsim.core.delivery import Headers
from mjsim.core.message import Message
from mjsim.send.problem import BrokenOff

SENDING_SECONDS = 60.0
"""How long sending may take, in real time, beside the time that the receiver has to answer."""

_INVITATION_SECONDS = 1.0


def whole(lines: bytes, message: Message) -> bytes:
    """The request, which begins with these lines."""
    length = ("Content-Length", str(len(message.body)))
    return _head(lines, (*message.headers, length)) + message.body


async def transmit(
    lines: bytes, message: Message, protocol: ResponseHandler, transport: asyncio.WriteTransport
) -> None:
    """Send the request, which begins with these lines, as its wire says; errors are `TimeoutError` and `BrokenOff`."""
    async with asyncio.timeout(SENDING_SECONDS):
        transport.write(_head(lines, _wired(message)))
        if message.wire.expect_continue and not await _invited(protocol):
            return
        await asyncio.sleep(message.wire.pause)
        transport.write(_chunks(message.body) if message.wire.chunked else message.body)
    if message.wire.breaks_off:
        raise BrokenOff


def _head(lines: bytes, headers: Headers) -> bytes:
    written = "".join([f"{name}: {value}\r\n" for name, value in headers])
    return b"%b%b\r\n" % (lines, written.encode())


def _wired(message: Message) -> Headers:
    """The headers of the message, and those that its wire calls for."""
    wire = message.wire
    if wire.chunked:
        length = "Transfer-Encoding", "chunked"
    else:
        length = "Content-Length", str(max(0, len(message.body) + wire.length_error))
    expected = (("Expect", "100-continue"),) if wire.expect_continue else ()
    return (*message.headers, ("Connection", "close"), length, *expected)


def _chunks(body: bytes, size: int = 256) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


async def _invited(protocol: ResponseHandler) -> bool:
    """Wait for `100 Continue` as long as senders do, then go on without it (RFC 9110, 10.1.1); False where the answer has
    come instead, which stays to be read.
    """
    try:
        async with asyncio.timeout(_INVITATION_SECONDS):
            answer = await protocol.read()
    except TimeoutError:
        return True
    if answer[0].code < 200:
        return True
    protocol.feed_data(answer)
    return False
