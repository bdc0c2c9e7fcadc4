"""Streamable HTTP in this event loop: both eras of the protocol on one endpoint, no sessions, and no claim on signals."""

import logging
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.middleware.cors import CORSMiddleware

from mjsim.mcp.gate import Gate
from mjsim.mcp.handlers import mcp_server
from mjsim.mcp.upstream import Upstream

LIMIT = 34 * 1024 * 1024
"""The largest request, in bytes: a body that the API takes (32 MiB), and what MCP wraps around it."""

STOP_SECONDS = 1
"""How long requests may take to end once we stop."""


class Endpoint(uvicorn.Server):
    """Serves MCP on sockets that are already bound, until `close`; in front of the API at `url`, on `host`."""

    def __init__(self, url: str, token: str, host: str) -> None:
        self._upstream = Upstream(url, token)
        logging.getLogger("mcp").setLevel(logging.ERROR)  # what clients get wrong they are told themselves
        self._manager = StreamableHTTPSessionManager(
            mcp_server(self._upstream), stateless=True, max_request_body_size=LIMIT
        )
        app = CORSMiddleware(self._manager.asgi_app, allow_origins=["*"], allow_methods=["POST"], allow_headers=["*"])
        super().__init__(
            uvicorn.Config(
                Gate(app, host),
                http="h11",
                ws="none",
                lifespan="off",
                log_config=None,
                log_level="critical",
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_SECONDS,
            )
        )

    async def run_on(self, sockets: Sequence[socket.socket]) -> None:
        """Serve until `close` was called."""
        async with self._manager.run():
            await self.serve(list(sockets))

    async def close(self) -> None:
        """Begin to stop: whatever waits for the API is told so at once."""
        self.should_exit = True
        await self._upstream.close()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals to whoever runs this loop."""
        yield
