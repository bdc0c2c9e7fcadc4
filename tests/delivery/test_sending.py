"""A request is sent as any HTTP client would, over connections that are kept, and of the answer all that came is known."""

import asyncio
import base64
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import pytest

from mjsim.core.delivery import Problem
from mjsim.core.message import Message
from mjsim.core.tampering import PLAIN, Wire
from mjsim.outgoing import Outgoing
from mjsim.send.http import HttpSend

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
HEADERS = (("Content-Type", "application/json"), ("User-Agent", "mjsim"), ("webhook-id", "msg_1"))


@dataclass
class Bare:
    """A receiver that knows nothing of HTTP: it answers these bytes, in turn, and what it got is `heads` and `bodies`."""

    answers: list[bytes]
    closes: bool = False
    port: int = 0
    connections: int = 0
    heads: list[bytes] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def url(self, path="/hook", user=""):
        return f"http://{user}127.0.0.1:{self.port}{path}"

    async def serve(self, reader, writer):
        self.connections += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                self.heads.append(head)
                if b"Expect:" not in head:
                    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
                    self.bodies.append(await reader.readexactly(length))
                writer.write(self.answers.pop(0))
                if self.closes:
                    break
                await writer.drain()
            else:
                if rest := await reader.read():
                    self.bodies.append(rest)
        except asyncio.IncompleteReadError:
            pass
        finally:
            self.ended.set()
            writer.close()


@asynccontextmanager
async def bare(*answers, closes=False):
    receiver = Bare(list(answers), closes)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    async with server:
        yield receiver


@asynccontextmanager
async def sending(seconds=5.0):
    send = HttpSend(seconds=seconds)
    try:
        yield send
    finally:
        await send.close()


def message(url, body=b"{}", wire=PLAIN):
    return Message(url, HEADERS, body, wire)


# What is sent


async def test_a_request_has_the_headers_of_its_message_and_those_that_http_asks_for():
    async with bare(OK) as receiver, sending() as send:
        assert (await send.send(message(receiver.url("/a b/ü?x=ö&y"), "Füchslein".encode()))).successful
        host = f"127.0.0.1:{receiver.port}"
        assert receiver.heads[0].decode().split("\r\n") == [
            "POST /a%20b/%C3%BC?x=%C3%B6&y HTTP/1.1",
            f"Host: {host}",
            "Accept: */*",
            *(f"{name}: {value}" for name, value in HEADERS),
            "Content-Length: 10",
            "",
            "",
        ]
        assert receiver.bodies == ["Füchslein".encode()]


async def test_who_the_url_names_is_told_in_a_header():
    async with bare(OK) as receiver, sending() as send:
        await send.send(message(receiver.url(user="me:p%40ss@")))
        expected = base64.b64encode(b"me:p@ss")
        assert b"\r\nAuthorization: Basic " + expected + b"\r\n" in receiver.heads[0]
        assert b"@" not in receiver.heads[0]


async def test_requests_to_a_host_share_a_connection_until_the_receiver_wants_no_more_of_it():
    closing = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    async with bare(OK, OK, closing, OK) as receiver, sending() as send:
        for path in ("/a", "/b", "/a", "/c"):
            assert (await send.send(message(receiver.url(path)))).successful
        assert receiver.connections == 2


async def test_no_connection_is_used_again_after_an_answer_that_was_not_read_to_its_end():
    long = b"HTTP/1.1 200 OK\r\nContent-Length: 20000\r\n\r\n" + b"x" * 9_000
    async with bare(long, OK) as receiver, sending() as send:
        assert (await send.send(message(receiver.url()))).cut
        assert (await send.send(message(receiver.url()))).body == b""
        assert receiver.connections == 2


async def test_what_is_written_in_one_round_leaves_at_its_end_in_order():
    class Written(list):
        def write(self, data):
            self.append(data)

    wire, outgoing = Written(), Outgoing()
    for part in (b"a", b"b"):
        outgoing.add(partial(wire.write, part))
    assert wire == []
    await asyncio.sleep(0)
    assert wire == [b"a", b"b"]
    outgoing.add(partial(wire.write, b"c"))
    await asyncio.sleep(0)
    assert wire == [b"a", b"b", b"c"]


# What comes back


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 204 No Content\r\n\r\n", (204, b"", None)),
        (
            b"HTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.1 202 Yes\r\nContent-Length: 2\r\n\r\nok",
            (202, b"ok", None),
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", (200, b"abc", None)),
        (b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", (200, b"abc", None)),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", (200, b"until the end", None)),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 9_000, (200, b"x" * 4_096, None)),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 1\r\n\r\nx", (500, b"x", Problem.STATUS)),
        (b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n", (302, b"", Problem.REDIRECT)),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", (101, b"", Problem.STATUS)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", (None, b"", Problem.RESET)),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", (None, b"", Problem.RESET)),
        (b"HTTP/1.1 200 OK\r\nContent-Le", (None, b"", Problem.RESET)),
        (b"", (None, b"", Problem.RESET)),
        (b"SSH-2.0\r\n\r\n", (None, b"", Problem.PROTOCOL)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n", (None, b"", Problem.PROTOCOL)),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000, (None, b"", Problem.PROTOCOL)),
    ],
)
async def test_an_answer_is_read_or_told_apart_before_its_connection_ends(answer, expected):
    async with bare(answer, closes=True) as receiver, sending() as send:
        reply = await send.send(message(receiver.url()))
        assert (reply.status, reply.body, reply.problem) == expected


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"HTTP/1.1 100 Continue\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConte",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
        b"HTTP/1.1 200 OK\r\n\r\nno end in sight",
    ],
)
async def test_an_answer_that_does_not_end_in_time_is_none(beginning):
    async with bare(beginning) as receiver, sending(seconds=0.1) as send:
        reply = await send.send(message(receiver.url()))
        assert (reply.status, reply.problem) == (None, Problem.TIMEOUT)
        assert reply.explanation == f"127.0.0.1:{receiver.port} did not answer within 0.1 s."


async def test_the_time_to_answer_begins_when_all_is_sent():
    async with bare(OK) as receiver, sending(seconds=0.2) as send:
        assert (await send.send(message(receiver.url(), wire=Wire(pause=0.3)))).successful


async def test_a_receiver_that_answers_instead_of_inviting_is_heard_and_gets_no_body():
    refused = b"HTTP/1.1 417 No\r\nConnection: close\r\nContent-Length: 3\r\n\r\nwhy"
    async with bare(refused) as receiver, sending() as send:
        reply = await send.send(message(receiver.url(), wire=Wire(expect_continue=True)))
        assert (reply.status, reply.body) == (417, b"why")
        await receiver.ended.wait()
        assert receiver.bodies == []


async def test_who_stops_waiting_leaves_no_connection_behind_that_others_might_use():
    async with bare(b"", OK) as receiver, sending() as send:
        waiting = asyncio.create_task(send.send(message(receiver.url())))
        while not receiver.bodies:
            await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert (await send.send(message(receiver.url()))).successful
        assert receiver.connections == 2
