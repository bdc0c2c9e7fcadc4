"""No web page of a stranger gets through: Origin and Host are checked before anything is read.

A page can make a name of its own point to this machine (DNS rebinding); then Host is that name. On loopback only the
names of loopback are let in. Where other machines are meant to come, so is every name that no stranger can own.
"""

import logging
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mjsim.core.image import is_loopback

log = logging.getLogger("mjsim")

PATHS = frozenset({"/", "/mcp", "/mcp/"})

_RESERVED = ("internal", "local", "localhost", "test")
"""Top-level names that nobody can register."""


class Gate:
    """An ASGI application before another one; `host` is the one that is listened on."""

    def __init__(self, app: ASGIApp, host: str) -> None:
        self._app = app
        self._host = host.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or refuse it."""
        refusal = self._refusal(Headers(scope=scope), scope["path"], scope["method"])
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        except Exception:
            log.exception("an MCP request ended in an error of mjsim's own")
            raise

    def _refusal(self, headers: Headers, path: str, method: str) -> JSONResponse | None:
        host = _name("//" + headers.get("host", ""))
        if not self._knows(host):
            return _refused(421, f"Host {host[:100]!r} is not served here; use 127.0.0.1 or localhost.")
        origin = headers.get("origin")
        if origin is not None and not is_loopback(_name(origin)) and _name(origin) != host:
            return _refused(403, f"Origin {origin[:100]!r} may not use this server.")
        if path not in PATHS:
            return _refused(404, f"There is nothing at {path[:100]!r}; MCP is at /mcp.")
        if method not in {"POST", "OPTIONS"}:
            return _refused(405, f"{method} is not possible here: this server has no sessions; POST is.")
        return None

    def _knows(self, host: str) -> bool:
        if is_loopback(host) or host == self._host:
            return bool(host)
        return not is_loopback(self._host) and _is_nobodys(host)


def _is_nobodys(host: str) -> bool:
    """Whether no stranger can make this name point anywhere: an address, a bare name, a reserved ending."""
    try:
        ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(tuple(f".{name}" for name in _RESERVED)))
    return True


def _name(url: str) -> str:
    """The host in a URL, in lower case; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _refused(status: int, message: str) -> JSONResponse:
    body = {"jsonrpc": "2.0", "id": None, "error": {"code": -32600, "message": message}}
    return JSONResponse(body, status, {"Allow": "POST, OPTIONS"} if status == 405 else None)
