"""The server behind the proxy, asked over one pool of connections; what it says is passed on byte by byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from types import TracebackType
from typing import Protocol, Self

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector
from yarl import URL

from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.traffic.call import Headers

_OWN = frozenset({
    "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
    "transfer-encoding", "upgrade", "host", "content-length", "accept-encoding", "expect",
})  # fmt: skip
"""Headers that belong to one connection."""

_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as it arrived."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def lower(self) -> Mapping[str, str]:
        """Its headers by their names in lower case."""
        return {name.lower(): value for name, value in self.headers}


class Server(Protocol):
    """Who answers truthfully; `origin` is where its answers address pictures."""

    origin: str

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request."""
        ...


class Upstream:
    """Asks the server at `url`, an origin without a path of its own or with one that goes before every target."""

    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.origin = str(URL(self.url).origin())

    async def __aenter__(self) -> Self:
        connector = TCPConnector(limit=0)
        self._session = ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(total=_SECONDS),
            skip_auto_headers=("User-Agent", "Content-Type", "Accept"),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def answer(self, asked: Asked) -> Written:
        """The answer; 502 where there was none."""
        headers = [pair for pair in asked.headers if pair[0].lower() not in _OWN]
        url = URL(self.url + asked.target, encoded=True)
        try:
            async with self._session.request(
                asked.method,
                url,
                headers=headers,
                data=BytesIO(asked.body) if asked.body else None,
                allow_redirects=False,
            ) as answer:
                body = await answer.read()
                return Written(answer.status, _passed_on(tuple(answer.headers.items())), body)
        except (ClientError, TimeoutError, ValueError) as error:
            reason = f"The proxy got no answer from {self.url}: {str(error) or type(error).__name__}\n"
            return Written(502, (("Content-Type", "text/plain; charset=utf-8"),), reason.encode())


def _passed_on(headers: Headers) -> Headers:
    # The body has been unpacked on the way.
    return tuple(pair for pair in headers if pair[0].lower() not in {*_OWN, "content-encoding", "date", "server"})
