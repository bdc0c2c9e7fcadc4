"""Webhooks go out over kept connections, follow no redirect, and reach nobody who may not be contacted.

aiohttp makes and keeps the connections and reads the answers. What its sessions do beside that for each request costs as
much as all the rest of a webhook, so requests are written here.
"""

import asyncio
import math
import time
from functools import lru_cache, partial
from typing import NamedTuple

import aiohttp
from aiohttp.client_proto import ResponseHandler
from yarl import URL

from mjsim.core.delivery import Headers, Problem, Reply, answered, legible
from mjsim.core.message import Message
from mjsim.core.tampering import PLAIN
from mjsim.core.target import is_public, public_refusal, refusal
from mjsim.outgoing import Outgoing
from mjsim.send.problem import diagnose, in_container
from mjsim.send.resolver import GuardedResolver, PublicTarget
from mjsim.send.wire import transmit, whole

SECONDS = 15.0
"""How long a receiver may take for its whole answer, in real time."""

MOST_KEPT = 4_096
"""How many bytes of an answer's body are read and kept."""

_IDLE_SECONDS = 1.0
"""How long an idle connection is used again: less than receivers keep it, or news would be lost to their closing it."""

_MOST_AT_ONCE = 64 * 1024
"""How many bytes are read at once. For the 256 KiB that asyncio asks for, memory is mapped and unmapped at every answer."""


class _Target(NamedTuple):
    """What a URL leads to: what the connector is asked for, the host that it dials, as an address or a name, and the lines
    that every request begins with.
    """

    asked: aiohttp.ClientRequest
    host: str
    lines: bytes


class HttpSend:
    """Implements `ports.Send`. With `anywhere` public targets may be contacted; `contained` None finds out by itself."""

    def __init__(self, *, anywhere: bool = False, seconds: float = SECONDS, contained: bool | None = None) -> None:
        self._anywhere = anywhere
        self._seconds = seconds
        self._contained = contained
        self._connecting = aiohttp.ClientTimeout(connect=seconds, ceil_threshold=math.inf)
        self._connector: aiohttp.TCPConnector | None = None
        self._outgoing = Outgoing()
        self._target = lru_cache(maxsize=1024)(_target)

    async def send(self, message: Message) -> Reply:
        """See `ports.Send`."""
        if (reason := refusal(message.url, anywhere=self._anywhere)) is not None:
            return Reply(0.0, problem=Problem.TARGET, explanation=reason)
        start = time.perf_counter()
        try:
            status, headers, body = await self._post(message)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong out there is one more thing to log
            contained = in_container() if self._contained is None else self._contained
            problem, explanation = diagnose(error, message.url, seconds=self._seconds, contained=contained)
            return Reply(time.perf_counter() - start, problem=problem, explanation=explanation)
        return answered(time.perf_counter() - start, status, headers, body[:MOST_KEPT], cut=len(body) > MOST_KEPT)

    async def close(self) -> None:
        """Close the connections."""
        if self._connector is not None:
            await self._connector.close()

    async def _post(self, message: Message) -> tuple[int, Headers, bytes]:
        target = self._target(message.url)
        # Addresses can be written in ways that only the library sees through, and it asks no resolver for them.
        if not self._anywhere and is_public(target.host):
            raise PublicTarget(public_refusal(target.host))
        loop = target.asked.loop
        begun = loop.time()
        connection = await self._open().connect(target.asked, [], self._connecting)
        try:
            protocol, transport = connection.protocol, connection.transport
            assert protocol is not None
            assert transport is not None
            transport.max_size = _MOST_AT_ONCE  # type: ignore[attr-defined]  # those of sockets have it
            protocol.set_response_params(read_until_eof=True, auto_decompress=False)
            if message.wire == PLAIN:
                self._outgoing.add(partial(transport.write, whole(target.lines, message)))
            else:
                await transmit(target.lines, message, protocol, transport)
                begun = loop.time()
            # Half the price of `asyncio.timeout`.
            end = loop.call_at(begun + self._seconds, transport.abort)
            answer = await _answer(protocol, end)
        except BaseException:
            connection.close()
            raise
        connection.release()
        return answer

    def _open(self) -> aiohttp.TCPConnector:
        if self._connector is None:
            resolver = GuardedResolver(self._anywhere)
            self._connector = aiohttp.TCPConnector(limit=0, resolver=resolver, keepalive_timeout=_IDLE_SECONDS)
        return self._connector


def _target(url: str) -> _Target:
    unused = ("Accept-Encoding", "User-Agent", "Content-Type")
    asked = aiohttp.ClientRequest("POST", URL(url), skip_auto_headers=unused, loop=asyncio.get_running_loop())
    # The host, what is accepted, and what the URL says of a user.
    headers = [f"{name}: {value}\r\n" for name, value in asked.headers.items() if name != "Content-Length"]
    return _Target(
        asked, asked.url.raw_host or "", f"POST {asked.url.raw_path_qs} HTTP/1.1\r\n{''.join(headers)}".encode()
    )


async def _answer(protocol: ResponseHandler, end: asyncio.TimerHandle) -> tuple[int, Headers, bytes]:
    """The answer that is no interim one, and its body or the beginning, a byte longer than what is kept; `TimeoutError`
    where it is not there when `end` breaks the connection off.
    """
    try:
        head, content = await protocol.read()
        while head.code < 200 and head.code != 101:
            head, content = await protocol.read()
        body = b""
        while len(body) <= MOST_KEPT and (part := await content.readany()):
            body += part
    except Exception as error:
        if _is_over(end):
            raise TimeoutError from error
        raise
    finally:
        end.cancel()
    if _is_over(end):
        raise TimeoutError
    return head.code, tuple([(legible(name), legible(value)) for name, value in head.headers.items()]), body


def _is_over(end: asyncio.TimerHandle) -> bool:
    return time.monotonic() >= end.when()  # the clock of event loops
