"""aiohttp's low-level server with its own errors as answers of the contract, a bound on what it listens to, and less to do
for each request.
"""

import asyncio
import errno
import logging
import sys
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, cast

from mjsim.core.error import SettingsError
from mjsim.outgoing import Outgoing
from mjsim.web import http as web
from mjsim.web.answer import error_answer
from mjsim.web.body import LIMIT
from mjsim.web.gathering import GatheredTransport
from mjsim.web.site import Site

log = logging.getLogger("mjsim")

IDLE_SECONDS = 30
"""After so long without a complete request (headers that trickle in included) a connection is closed."""

_SOON = 0.001
"""Seconds until it is looked at again whether a client that says no more has all its answers."""


class _Connection(web.RequestHandler):
    """What cannot be read as HTTP at all is answered in JSON too, and logged in one line."""

    __slots__ = ("_has_paused", "_outgoing")

    def __init__(self, manager: web.Server, outgoing: Outgoing, **options: Any) -> None:
        super().__init__(manager, **options)
        self._outgoing = outgoing
        self._has_paused = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        gathered = GatheredTransport(cast("asyncio.Transport", transport), self._outgoing)
        super().connection_made(cast("asyncio.Transport", gathered))

    def eof_received(self) -> bool:  # type: ignore[override]  # aiohttp closes by answering nothing
        """See asyncio. Who has said all still hears what was asked for; who broke off in the middle has gone."""
        self._end_once_answered()
        return True

    def pause_reading(self) -> None:
        """See aiohttp."""
        self._has_paused = True
        super().pause_reading()

    def resume_reading(self, resume_parser: bool = True) -> None:
        """See aiohttp, which does this for every body, and parses anew; here only who has ever paused goes on."""
        # Not only who pauses now: the parser may take note of a pause that has ended, and stop in a later body.
        if self._has_paused:
            super().resume_reading(resume_parser)

    def late_body_ends(self) -> None:
        """Note that a request ends which was taken from the queue before: the parser counts it from now on as one that
        waits there, and would let one less in, with nobody to ask for what it keeps back.
        """
        self._loop.call_soon(self._uncount)

    def _uncount(self) -> None:
        if self._parser is not None:
            self._parser.message_consumed()
            self.data_received(b"")

    def _end_once_answered(self) -> None:
        current = self._current_request  # None once the answer is being written
        if self.transport is None:
            return
        if self._messages:
            self._loop.call_later(_SOON, self._end_once_answered)
        elif self._request_in_progress and (current is None or current.content.is_eof()):
            self.close()
        else:
            self.force_close()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """See aiohttp: `status` is 400 where the request could not be read."""
        # aiohttp's message goes on with an excerpt over several lines.
        reason = str(message or exc or "it is no HTTP request").strip().splitlines()[0].rstrip(".: ")[:200]
        log.warning("a request from %s could not be read: %s", request.remote, reason)
        if request.writer.output_size > 0:
            raise ConnectionError("part of an answer has been sent already")
        code = "invalid_request" if status < 500 else "internal_error"
        answer = error_answer(status, code, f"The request cannot be read: {reason}.")
        answer.force_close()
        return answer


class _InOneTask:
    """A loop on which a connection serves its requests in the one task that it has.

    On Python 3.11 aiohttp begins a task for each request and does nothing but wait for it; later Pythons begin such a task
    at once, which costs as little as none. Here what it waits for is the request's coroutine itself.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        # aiohttp calls these for every request.
        self.create_future, self.time, self.call_at = loop.create_future, loop.time, loop.call_at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loop, name)

    def create_task(self, coroutine: Coroutine[Any, Any, Any]) -> Awaitable[Any]:
        """A task for the connection; its requests are theirs."""
        if getattr(coroutine, "__name__", "") == web.RequestHandler.start.__name__:
            return self._loop.create_task(coroutine)
        return coroutine


def _serving_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.get_running_loop()
    return loop if sys.version_info >= (3, 12) else cast("asyncio.AbstractEventLoop", _InOneTask(loop))


def _request(
    loop: asyncio.AbstractEventLoop, message: Any, body: web.StreamReader, connection: Any, writer: Any, task: Any
) -> web.Request:
    """A request that has just been taken from the queue of its connection."""
    if not body.is_eof():
        body.on_eof(connection.late_body_ends)
    return web.Request(message, body, connection, writer, task, loop, client_max_size=LIMIT)


class _Protocols(web.Server):
    """Makes a connection handler for each connection."""

    def __init__(self, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> None:
        super().__init__(
            cast("Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]", handler),
            request_factory=partial(_request, asyncio.get_running_loop()),
        )
        self._serving_loop = _serving_loop()
        self._outgoing = Outgoing()

    def __call__(self) -> web.RequestHandler:
        return _Connection(
            self,
            self._outgoing,
            loop=self._serving_loop,
            access_log=None,
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=2.0,
            auto_decompress=False,
        )


class Listener:
    """A site on a port of a host."""

    def __init__(self, site: Site, host: str, port: int) -> None:
        self._site = site
        self._host = host
        self._port = port
        self._listening: asyncio.Server | None = None

    async def start(self) -> int:
        """Begin to listen; the port. `SettingsError` where that is not possible."""
        loop = asyncio.get_running_loop()
        self._server = _Protocols(self._site.handle)
        try:
            self._listening = await loop.create_server(self._server, self._host, self._port, backlog=1024)
        except (OSError, OverflowError, ValueError) as error:
            # asyncio puts the address before the reason, which is in the sentence already.
            reason = str(getattr(error, "strerror", None) or error).rpartition("): ")[2]
            hint = "; --port 0 takes a free port" if getattr(error, "errno", None) == errno.EADDRINUSE else ""
            raise SettingsError(f"cannot listen on {self._host}:{self._port}: {reason}{hint}.") from error
        port: int = self._listening.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Stop listening, let answers that are being written get out, close the connections."""
        if self._listening is not None:
            self._listening.close()
        # Idle connections have nothing to wait for.
        self._server.pre_shutdown()
        await self._server.shutdown(timeout=1.0)
