"""MCP costs nothing until somebody calls: the port is held from the start, the SDK is loaded for the first client.

So the first HTTP answer never waits for it, and a simulator that no MCP client visits is as small as one without.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING

from mjsim.core.error import SettingsError
from mjsim.settings import Settings

if TYPE_CHECKING:
    from mjsim.mcp.endpoint import Endpoint

log = logging.getLogger("mjsim")

_PACKAGES = ("mcp", "mcp_types", "uvicorn")
"""What the extra brings; `mcp_types` came with the second edition of the SDK, the one that is needed."""


def is_installed() -> bool:
    """Whether the extra is there; nothing is imported to know it."""
    return all(find_spec(name) is not None for name in _PACKAGES)


class McpListener:
    """MCP on a port, in front of the API at `url`; `token` is the key for clients that bring none."""

    def __init__(self, url: str, token: str, host: str, port: int) -> None:
        self._url = url
        self._token = token
        self._host = host
        self._port = port
        self._serving: asyncio.Task[None] | None = None
        self._endpoint: Endpoint | None = None
        self._sockets: list[socket.socket] = []
        self.url = ""

    async def start(self) -> int:
        """Begin to listen, from then on at `url`; the port. `SettingsError` where that is not possible."""
        try:
            self._sockets = _bound(self._host, self._port)
        except (OSError, OverflowError, UnicodeError) as error:
            # `socket` adds the address to the reason, which is in the sentence already.
            reason = str(getattr(error, "strerror", None) or error).partition(" (while ")[0]
            hint = "; port 0 takes a free one" if getattr(error, "errno", None) == errno.EADDRINUSE else ""
            where = f"{self._host}:{self._port}"
            raise SettingsError(f"MCP cannot listen on {where}: {reason[:1].lower()}{reason[1:]}{hint}.") from error
        self._serving = asyncio.create_task(self._serve())
        port: int = self._sockets[0].getsockname()[1]
        self.url = f"http://{Settings(host=self._host).reachable_host}:{port}/mcp"
        return port

    async def stop(self) -> None:
        """Stop listening and end what is under way; it takes no longer than about a second."""
        if self._serving is None:
            return
        if self._endpoint is None:
            self._serving.cancel()
        else:
            await self._endpoint.close()
        await asyncio.gather(self._serving, return_exceptions=True)
        self._release()

    async def _serve(self) -> None:
        await _first_client(self._sockets)
        try:
            # In a thread: the loop goes on answering HTTP meanwhile.
            endpoint = await asyncio.to_thread(_load)
            self._endpoint = endpoint(self._url, self._token, self._host)
            await self._endpoint.run_on(self._sockets)
        except Exception:
            log.exception("MCP is not served any more")
            self._release()

    def _release(self) -> None:
        for one in self._sockets:
            one.close()


def _load() -> "type[Endpoint]":
    from mjsim.mcp.endpoint import Endpoint

    return Endpoint


async def _first_client(sockets: Sequence[socket.socket]) -> None:
    """Return as soon as somebody connects; the queue of the socket keeps the connection meanwhile."""
    loop = asyncio.get_running_loop()
    called = asyncio.Event()
    for one in sockets:
        loop.add_reader(one, called.set)
    try:
        await called.wait()
    finally:
        for one in sockets:
            loop.remove_reader(one)


def _bound(host: str, port: int) -> list[socket.socket]:
    """Sockets on every address that the host has here, all on one port; OSError where the first cannot be had."""
    addresses = dict.fromkeys(
        (family, address[0])
        for family, _, _, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    )
    bound: list[socket.socket] = []
    for family, address in addresses:
        try:
            one = socket.create_server((str(address), port), family=family, backlog=1024)
        except OSError:
            if not bound:
                raise
            continue  # a name may have addresses that this machine lacks, such as ::1 in a container
        one.setblocking(False)
        port = one.getsockname()[1]
        bound.append(one)
    return bound
