"""aiohttp's low-level server with two changes: its own errors are answers of the contract, and it listens with a bound."""

import asyncio
import errno
import logging
from functools import partial

from aiohttp import web

from mjsim.core.error import SettingsError
from mjsim.web.answer import error_answer
from mjsim.web.body import LIMIT
from mjsim.web.site import Site

log = logging.getLogger("mjsim")

IDLE_SECONDS = 30
"""After so long without a complete request (headers that trickle in included) a connection is closed."""


class _Connection(web.RequestHandler):
    """What cannot be read as HTTP at all is answered in JSON too, and logged in one line."""

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


class _Protocols(web.Server):
    """Makes a connection handler for each connection."""

    def __call__(self) -> web.RequestHandler:
        return _Connection(
            self,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # aiohttp takes None for "no log"
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
        bounded = partial(web.BaseRequest, loop=loop, client_max_size=LIMIT)
        self._server = _Protocols(self._site.handle, request_factory=bounded)
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
