"""The wire sends what no library would, and reads whatever comes back."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from mjsim_contracts.receiver.answer import Answer, Silence
from mjsim_contracts.receiver.delivery import Delivery, Framing
from mjsim_contracts.receiver.target import read_target
from mjsim_contracts.receiver.wire import Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-Kind: Test\r\n\r\nok"
Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
BODY = b"0123456789" * 10


def exchange(answering: Answering, framing: Framing = Framing.PLAIN, timeout: float = 5) -> tuple[Answer, bytes]:
    """What comes back from a server, and all that it was sent."""
    received = bytearray()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answering(reader, writer)
            while piece := await reader.read(1000):
                received.extend(piece)
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def run() -> Answer:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            target = read_target(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=1")
            answer = await Wire(target, b"k" * 32, timeout).send(Delivery(BODY, "msg_1", framing=framing))
            await asyncio.sleep(0.05)
        return answer

    return asyncio.run(run()), bytes(received)


async def at_once(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(OK)


async def after_100(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 100 Continue\r\n\r\n" + OK)


async def by_closing(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def by_nonsense(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")


async def never(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    pass


async def without_end(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 500 Oh\r\n\r\nnever ends")


def test_an_answer_is_read_whole() -> None:
    """Status, headers and body; the request is one that any server understands."""
    answer, request = exchange(at_once)
    assert (answer.status, answer.headers["x-kind"], answer.body, answer.accepted) == (200, "Test", "ok", True)
    head, _, body = request.partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hook?a=1 HTTP/1.1\r\nHost: 127.0.0.1:")
    assert b"Content-Length: 100" in head
    assert body == BODY


@pytest.mark.parametrize(
    ("answering", "silence"),
    [(by_closing, Silence.CLOSED), (by_nonsense, Silence.GARBLED), (never, Silence.TIMEOUT)],
)
def test_what_comes_instead_of_an_answer_is_named(answering: Answering, silence: Silence) -> None:
    """Nothing of it is taken for an answer."""
    answer, _ = exchange(answering, timeout=0.3)
    assert (answer.status, answer.silence, answer.accepted, answer.refused) == (0, silence, False, False)


def test_a_body_without_end_does_not_hold_up_the_status() -> None:
    """Nor does the connection that stays open."""
    answer, _ = exchange(without_end)
    assert (answer.status, answer.body) == (500, "never ends")


def test_an_interim_answer_is_not_the_answer() -> None:
    """100 Continue, whether it was asked for or not."""
    assert exchange(after_100)[0].status == 200
    answer, request = exchange(after_100, Framing.EXPECT)
    assert answer.status == 200
    assert b"Expect: 100-continue" in request


def test_a_final_answer_instead_of_100_saves_the_body() -> None:
    """As a 417 or a 413 would."""
    answer, request = exchange(at_once, Framing.EXPECT)
    assert answer.status == 200
    assert request.endswith(b"\r\n\r\n")


def test_chunks_spell_the_body_and_an_end() -> None:
    """And there is no Content-Length beside them."""
    _, request = exchange(at_once, Framing.CHUNKED)
    head, _, body = request.partition(b"\r\n\r\n")
    assert b"Content-Length" not in head
    assert (
        body
        == b"21\r\n"
        + BODY[:33]
        + b"\r\n21\r\n"
        + BODY[33:66]
        + b"\r\n21\r\n"
        + BODY[66:99]
        + b"\r\n1\r\n9\r\n0\r\n\r\n"
    )


@pytest.mark.parametrize(("framing", "length", "sent"), [(Framing.SHORT, 200, 100), (Framing.CUT, 100, 50)])
def test_a_length_may_promise_more_than_comes(framing: Framing, length: int, sent: int) -> None:
    """The receiver sees the end all the same."""
    answer, request = exchange(at_once if framing is Framing.SHORT else never, framing)
    head, _, body = request.partition(b"\r\n\r\n")
    assert f"Content-Length: {length}".encode() in head
    assert len(body) == sent
    assert answer.silence is (Silence.UNAWAITED if framing is Framing.CUT else None)


def test_an_abandoned_delivery_is_whole() -> None:
    """Only nobody waits for the answer."""
    answer, request = exchange(never, Framing.ABANDONED)
    assert request.endswith(BODY)
    assert answer.silence is Silence.UNAWAITED
