"""An answer that leaves in one write is the answer that aiohttp would have written, header for header."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from aiohttp import HttpVersion11, web

from mjsim.web.whole import CommonHeaders, WholeAnswer, head_of

FIRST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LAST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
HEADERS = {"Content-Type": "application/json", "X-Text": "grün"}


@asynccontextmanager
async def serving(handle: Callable[[web.BaseRequest], Awaitable[web.Response]]) -> AsyncIterator[int]:
    """A server that answers so; its port. Its own failures are answered with 500."""
    protocols = web.Server(handle, access_log=None)
    server = await asyncio.get_running_loop().create_server(protocols, "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        await protocols.shutdown(1.0)


Make = Callable[[bytes, dict[str, str]], web.Response]


def common(body: bytes, headers: dict[str, str]) -> web.Response:
    """One that has its headers in common with others."""
    return WholeAnswer(body=body, headers=CommonHeaders(headers))


def own(body: bytes, headers: dict[str, str]) -> web.Response:
    """One that has headers of its own."""
    answer = WholeAnswer(body=body, headers=CommonHeaders({"Content-Type": "text/plain"}))
    answer.headers.update(headers)
    return answer


def aiohttp(body: bytes, headers: dict[str, str]) -> web.Response:
    """One of aiohttp's."""
    return web.Response(body=body, headers=headers)


OURS = [common, own]


async def told(make: Make, requests: str, body: bytes, headers: dict[str, str]) -> bytes:
    """All that comes back on one connection, whose last request ends it; the time taken out of it."""

    async def handle(_request: web.BaseRequest) -> web.Response:
        return make(body, headers)

    async with serving(handle) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(requests.encode())
        heard = await reader.read()
        writer.close()
        return re.sub(rb"Date: [^\r]+", b"Date: now", heard)


def lines(heard: bytes) -> list[bytes]:
    """What was heard but for the order of the headers."""
    return sorted(heard.split(b"\r\n"))


@pytest.mark.parametrize("body", [b"", b"{}", b"x" * 300_000])
@pytest.mark.parametrize(
    "request_",
    [
        FIRST + LAST,
        FIRST.replace("GET", "HEAD") + LAST,
        LAST,
        "GET / HTTP/1.0\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n" + LAST,
    ],
)
@pytest.mark.parametrize("make", OURS)
async def test_it_says_what_aiohttp_says(make: Make, request_: str, body: bytes) -> None:
    ours, theirs = [lines(await told(kind, request_, body, HEADERS)) for kind in (make, aiohttp)]
    assert ours == theirs
    assert b"Server: " in b" ".join(ours)


@pytest.mark.parametrize(
    "header", [("Connection", "close"), ("server", "mine"), ("Date", "today"), ("Content-Length", "2")]
)
@pytest.mark.parametrize("make", OURS)
async def test_a_header_that_comes_with_every_answer_can_be_another(make: Make, header: tuple[str, str]) -> None:
    headers = HEADERS | dict([header])
    ours, theirs = [lines(await told(kind, FIRST + LAST, b"{}", headers)) for kind in (make, aiohttp)]
    assert ours == theirs


async def test_an_answer_that_its_handler_has_begun_is_sent_once() -> None:
    async def handle(request: web.BaseRequest) -> web.Response:
        answer = common(b"{}", HEADERS)
        await answer.prepare(request)
        return answer

    async with serving(handle) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write((FIRST + LAST).encode())
        assert (await reader.read()).count(b"HTTP/1.1 200 OK\r\n") == 2
        writer.close()


async def test_several_requests_of_one_connection_are_answered_in_turn() -> None:
    heard = await told(common, FIRST * 3 + LAST, b"{}", HEADERS)
    assert heard.count(b"HTTP/1.1 200 OK\r\n") == heard.count(b"\r\n\r\n{}") == 4


async def test_a_client_that_has_gone_is_written_nothing() -> None:
    told: list[ConnectionResetError] = []

    async def handle(request: web.BaseRequest) -> web.Response:
        assert request.transport is not None
        request.transport.abort()
        answer = common(b"{}", HEADERS)
        try:
            await answer.prepare(request)
        except ConnectionResetError as error:
            told.append(error)
        return answer

    async with serving(handle) as port, asyncio.timeout(10):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(FIRST.encode())
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
        writer.close()
    assert len(told) == 1


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb"])
@pytest.mark.parametrize("make", OURS)
async def test_a_header_that_breaks_its_line_is_refused_as_aiohttp_refuses_it(
    make: Make, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    headers = HEADERS | {"X-Text": value}
    ours, theirs = [await told(kind, FIRST + LAST, b"{}", headers) for kind in (make, aiohttp)]
    caplog.clear()  # aiohttp logs what it refuses
    assert b"Set-Cookie" not in ours
    assert lines(ours) == lines(theirs)


@pytest.mark.parametrize("make", [*OURS, aiohttp])
async def test_the_head_that_was_sent_can_be_read_from_the_answer(make: Make) -> None:
    answers: list[web.Response] = []

    def kept(body: bytes, headers: dict[str, str]) -> web.Response:
        answers.append(make(body, headers))
        return answers[-1]

    heard = await told(kept, FIRST + LAST, b"{}", HEADERS)
    sent = heard.partition(b"\r\n\r\n")[0]
    head = re.sub(rb"Date: [^\r]+", b"Date: now", head_of(answers[0]))
    assert sent.split(b"\r\n") == [line for line in head.split(b"\r\n") if line]


async def test_a_header_that_one_answer_is_given_is_not_given_to_the_others() -> None:
    headers = CommonHeaders(HEADERS)
    one, other = (WholeAnswer(body=b"{}", headers=headers) for _ in range(2))
    one.headers["X-Own"] = "1"
    assert "X-Own" not in other.headers
    assert "X-Own" not in WholeAnswer(body=b"{}", headers=headers).headers


async def test_who_does_not_read_is_waited_for() -> None:
    waited = []

    class Full:
        """The transport, the writer and the request of a client that has not read what it was sent."""

        version, keep_alive, method = HttpVersion11, True, "GET"

        def write(self, _data: bytes) -> None: ...

        def is_closing(self) -> bool:
            return False

        def get_write_buffer_size(self) -> int:
            return 100_000

        async def drain(self) -> None:
            waited.append(True)

        @property
        def transport(self) -> "Full":
            return self

        writer = transport

    await common(b"{}", HEADERS).prepare(Full())
    assert waited
