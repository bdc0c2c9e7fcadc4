"""Webhooks go out over kept connections, follow no redirect, and reach nobody who may not be contacted."""

import time
from typing import TYPE_CHECKING

from mjsim.core.delivery import Headers, Problem, Reply, answered, legible
from mjsim.core.message import Message
from mjsim.core.tampering import PLAIN
from mjsim.core.target import refusal

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession

    from mjsim.send.resolver import GuardedResolver

SECONDS = 15.0
"""How long a receiver may take for its whole answer, in real time."""

MOST_KEPT = 4_096
"""How many bytes of an answer's body are read and kept."""

_IDLE_SECONDS = 1.0
"""How long an idle connection is used again: less than receivers keep it, or news would be lost to their closing it."""


class HttpSend:
    """Implements `ports.Send`. With `anywhere` public targets may be contacted; `contained` None finds out by itself."""

    def __init__(self, *, anywhere: bool = False, seconds: float = SECONDS, contained: bool | None = None) -> None:
        self._anywhere = anywhere
        self._seconds = seconds
        self._contained = contained
        self._resolver: GuardedResolver | None = None
        self._session: ClientSession | None = None

    async def send(self, message: Message) -> Reply:
        """See `ports.Send`."""
        if (reason := refusal(message.url, anywhere=self._anywhere)) is not None:
            return Reply(0.0, problem=Problem.TARGET, explanation=reason)
        start = time.perf_counter()
        try:
            status, headers, body = await (self._post(message) if message.wire == PLAIN else self._drip(message))
        except Exception as error:  # noqa: BLE001 - whatever goes wrong out there is one more thing to log
            problem, explanation = self._diagnosis(error, message.url)
            return Reply(time.perf_counter() - start, problem=problem, explanation=explanation)
        return answered(time.perf_counter() - start, status, headers, body[:MOST_KEPT], cut=len(body) > MOST_KEPT)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def _post(self, message: Message) -> tuple[int, Headers, bytes]:
        request = self._open().post(message.url, data=message.body, headers=message.headers, allow_redirects=False)
        async with request as answer:
            headers = tuple((legible(name), legible(value)) for name, value in answer.headers.items())
            return answer.status, headers, await _read_bounded(answer)

    async def _drip(self, message: Message) -> tuple[int, Headers, bytes]:
        from mjsim.send.raw import exchange

        self._open()
        assert self._resolver is not None
        return await exchange(message, self._resolver, self._seconds, MOST_KEPT + 1)

    def _diagnosis(self, error: Exception, url: str) -> tuple[Problem, str]:
        from mjsim.send.problem import diagnose, in_container

        contained = in_container() if self._contained is None else self._contained
        return diagnose(error, url, seconds=self._seconds, contained=contained)

    def _open(self) -> "ClientSession":
        if self._session is None:
            import aiohttp

            from mjsim.send.resolver import GuardedResolver

            self._resolver = GuardedResolver(self._anywhere)
            connector = aiohttp.TCPConnector(limit=0, resolver=self._resolver, keepalive_timeout=_IDLE_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector,
                timeout=aiohttp.ClientTimeout(total=self._seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=("Accept-Encoding",),
                auto_decompress=False,
            )
        return self._session


async def _read_bounded(answer: "ClientResponse") -> bytes:
    """The body, or its beginning, a byte longer than what is kept."""
    body = bytearray()
    async for part in answer.content.iter_any():
        body += part
        if len(body) > MOST_KEPT:
            break
    return bytes(body)
