"""The server that the tools speak to, whoever made it: HTTP requests within bounds of time and size, and no redirects."""

import json
import os
from collections.abc import Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from mjsim.core.error import SimulatorError
from mjsim.core.value import Frozen
from mjsim.mcp.operation import Request

SECONDS = 30
"""How long an answer may take: hosts give a tool up after 60 s."""

LIMIT = 64 * 1024 * 1024
"""The largest answer that is read, in bytes."""

_ACCEPT = {"Accept": "application/json, image/*", "User-Agent": "mjsim-mcp"}


class NoAnswer(SimulatorError):
    """The server could not be reached, or did not answer in time."""


class Answer(Frozen):
    """What the server said: `value` is its JSON, None where it sent none."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    value: Any

    @property
    def is_success(self) -> bool:
        """Whether the server did what it was asked for."""
        return 200 <= self.status < 300

    @property
    def retry_after(self) -> int | None:
        """The whole seconds that it asks to wait, None where it names none."""
        text = self.headers.get("Retry-After", "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


class Upstream:
    """A server of this API at a base URL; `token` is the key for whoever brings none of his own."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._session: aiohttp.ClientSession | None = None
        self._closed = False

    async def ask(self, request: Request, token: str | None = None) -> Answer:
        """The answer, whatever its status; `NoAnswer` where there is none. `token` is the caller's own key."""
        headers = {**_ACCEPT, "Authorization": f"Bearer {token or self._token}"}
        data = None
        if request.body is not None:
            headers["Content-Type"] = "application/json"
            data = BytesIO(json.dumps(request.body).encode())  # aiohttp warns of large bodies that are plain bytes
        return await self._exchange(request.method, self.url + request.target, headers, data)

    async def fetch(self, url: str) -> Answer:
        """What is at a URL of a result, asked for without a key; `NoAnswer` where there is nothing."""
        return await self._exchange("GET", url, _ACCEPT, None)

    def serves(self, url: str) -> bool:
        """Whether the URL is one of this very server."""
        return _origin(url) == _origin(self.url)

    async def close(self) -> None:
        """End every exchange that is under way; none begins any more."""
        self._closed = True
        if self._session is not None:
            await self._session.close()

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], data: BytesIO | None) -> Answer:
        if self._closed:
            raise NoAnswer("this MCP server is stopping.")
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=SECONDS))
        try:
            target = URL(url, encoded=True)
            async with self._session.request(
                method, target, headers=headers, data=data, allow_redirects=False
            ) as answer:
                body = await _bounded(answer, url)
                return Answer(answer.status, answer.headers, body, _json(answer, body))
        except TimeoutError as error:
            raise NoAnswer(f"{self.url} did not answer within {SECONDS} s; what was asked may happen yet.") from error
        except aiohttp.ClientConnectorError as error:
            number = error.os_error.errno or 0
            reason = os.strerror(number) if number > 0 else str(error)
            raise NoAnswer(f"{self.url} cannot be reached ({reason}).") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = str(error) or type(error).__name__
            raise NoAnswer(f"{self.url} gave no answer that can be read ({reason}).") from error


async def _bounded(answer: aiohttp.ClientResponse, url: str) -> bytes:
    data = bytearray()
    async for part in answer.content.iter_chunked(1 << 16):
        data += part
        if len(data) > LIMIT:
            raise NoAnswer(f"the answer from {url[:200]} is larger than {LIMIT} bytes.")
    return bytes(data)


def _json(answer: aiohttp.ClientResponse, body: bytes) -> Any:
    if not answer.content_type.endswith("json"):
        return None
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _origin(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; empty for what is no URL."""
    try:
        parts = urlsplit(url)
        port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port
