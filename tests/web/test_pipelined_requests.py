"""A client that does not wait for its answers gets all of them, whatever went over the same connection before."""

import asyncio
import re
import socket
from contextlib import asynccontextmanager

import pytest

POST = b'{"prompt":"a fox"}'
READING_STOPS = 262_144 // 16 + 1
"""In so many chunks that nobody has read yet aiohttp sees enough, and pauses."""


def written(line, body=b"", *headers):
    lines = [line + b" HTTP/1.1", b"Host: localhost", b"Authorization: Bearer sim-test", *headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


ASKED = {
    "a list": written(b"GET /v1/jobs?limit=1"),
    "a new job": written(b"POST /v1/imagine", POST),
    "what is not let in": written(b"POST /v1/imagine", POST).replace(b"sim-test", b"nobody"),
}


@asynccontextmanager
async def connected(sim):
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*sim.address)
        try:
            yield reader, writer
        finally:
            writer.close()


async def answers(reader, number):
    """The statuses of the next answers."""
    statuses = []
    for _ in range(number):
        head = await reader.readuntil(b"\r\n\r\n")
        statuses.append(int(head.split()[1]))
        await reader.readexactly(int(re.search(rb"Content-Length: (\d+)", head)[1]))
    return statuses


@pytest.mark.parametrize("number", [32, 100])
@pytest.mark.parametrize("asked", ASKED)
async def test_more_than_wait_in_a_row_are_answered_after_a_body_that_came_late(live, asked, number):
    async with live() as sim, connected(sim) as (reader, writer):
        for _ in range(2):
            late = written(b"POST /v1/imagine", POST, b"Expect: 100-continue")
            writer.write(late.removesuffix(POST))
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
            writer.write(POST)
            assert await answers(reader, 1) == [200]
        writer.write(ASKED[asked] * number)
        statuses = await answers(reader, number)
        assert set(statuses) == {401 if asked == "what is not let in" else 200}


async def test_more_than_wait_in_a_row_are_answered_right_behind_a_body_that_came_late(live):
    async with live() as sim, connected(sim) as (reader, writer):
        late = written(b"POST /v1/imagine", POST, b"Expect: 100-continue")
        writer.write(late.removesuffix(POST))
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
        writer.write(POST + ASKED["a list"] * 100)
        assert await answers(reader, 101) == [200] * 101


@pytest.mark.parametrize("pieces", [READING_STOPS - 1, READING_STOPS, READING_STOPS + 1])
async def test_a_body_is_read_after_one_whose_end_was_where_reading_paused(live, pieces):
    padded = POST.ljust(pieces)
    chunked = b"".join(b"1\r\n%c\r\n" % byte for byte in padded) + b"0\r\n\r\n"
    waiting = written(b"GET /v1/jobs", b"", b"Prefer: latency=200ms")
    async with live() as sim, connected(sim) as (reader, writer):
        writer.write(waiting + written(b"POST /v1/imagine", b"", b"Transfer-Encoding: chunked") + chunked)
        assert await answers(reader, 2) == [200, 200]
        for _ in range(2):
            writer.write(ASKED["a new job"])
            assert await answers(reader, 1) == [200]


async def test_a_client_that_asks_without_end_is_not_listened_to_without_end(live):
    """The first answer takes long; of the 40 MB behind it no more are taken in than sockets and the queue hold."""
    slow = written(b"GET /v1/jobs", b"", b"Prefer: latency=20s")
    flood = written(b"POST /v1/imagine", POST, b"X-Padding: " + b"x" * 7_000) * 100
    async with live() as sim:
        host, port = sim.address
        with socket.create_connection((host, port)) as client:
            client.setblocking(False)
            client.send(slow)
            sent, idle = 0, 0
            while sent < 40_000_000 and idle < 20:
                try:
                    sent += client.send(flood[sent % len(flood) :])
                    idle = 0
                except BlockingIOError:
                    idle += 1
                    await asyncio.sleep(0.02)
                await asyncio.sleep(0)
        assert sent < 40_000_000
