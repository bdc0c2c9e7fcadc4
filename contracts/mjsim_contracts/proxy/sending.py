"""An answer goes out as a fault wants it: whole, late, drop by drop, in half, or not at all; what left is reported."""

import asyncio
import socket
import struct
from dataclasses import replace

from aiohttp import web

from mjsim_contracts.proxy.fault import Break, Close, Effect, Replace, Slow, Stall
from mjsim_contracts.proxy.wire import Written

_DROPS = 20
"""In how many pieces a dripping answer comes."""

_STALLED = 600
"""For how many seconds a stalled answer is left hanging, unless its client gives up."""


def disturbed(answer: Written, effect: Effect | None) -> Written:
    """The answer with what the effect replaces in it."""
    if isinstance(effect, Replace):
        body = answer.body if effect.body is None else effect.body
        answer = replace(answer, body=body[: int(len(body) * effect.keep)])
        if effect.content_type is not None:
            answer = answer.with_header("Content-Type", effect.content_type)
    return answer


async def send(request: web.BaseRequest, answer: Written, effect: Effect | None) -> web.StreamResponse:
    """Send the answer; `ConnectionError` where it was broken off, by the effect or by the client."""
    if isinstance(effect, Break) and effect is not Break.AMID:
        reset(request)
    response = web.StreamResponse(status=answer.status)
    for name, value in answer.headers:
        response.headers.add(name, value)
    body = b"" if request.method == "HEAD" or answer.status in {204, 304} else answer.body
    if answer.chunked:
        response.enable_chunked_encoding()
    elif answer.status not in {204, 304}:
        response.content_length = len(answer.body)
    if isinstance(effect, Slow):
        await asyncio.sleep(effect.first)
    await response.prepare(request)
    if isinstance(effect, Break | Stall):
        await response.write(body[: len(body) // 2])
        if isinstance(effect, Stall):
            await _stall(request)
        reset(request)
    if isinstance(effect, Slow) and effect.drip and body:
        await _drip(response, body, effect.drip)
    else:
        await response.write(body)
    await response.write_eof()
    if isinstance(effect, Close) and request.transport:
        response.force_close()
        request.transport.close()
    return response


async def _drip(response: web.StreamResponse, body: bytes, seconds: float) -> None:
    size = -(-len(body) // _DROPS)
    for start in range(0, len(body), size):
        await asyncio.sleep(seconds / _DROPS)
        await response.write(body[start : start + size])


async def _stall(request: web.BaseRequest) -> None:
    """Wait until the client has gone."""
    for _ in range(_STALLED * 20):
        if request.transport is None or request.transport.is_closing():
            break
        await asyncio.sleep(0.05)


def reset(request: web.BaseRequest) -> None:
    """Break the connection off with a reset; always raises `ConnectionError`."""
    if request.transport is not None:
        raw: socket.socket | None = request.transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
    raise ConnectionResetError("the proxy broke the connection off")
