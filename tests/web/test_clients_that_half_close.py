"""Who says that nothing more will come still hears all that was asked for, and then the end."""

import asyncio

import pytest

POST = b'{"prompt":"a fox"}'
ASKED = {
    "a job": (b"GET /v1/jobs?limit=1 HTTP/1.1", b"", 200),
    "a new job": (b"POST /v1/imagine HTTP/1.1", POST, 200),
    "what is refused": (b"POST /v1/imagine HTTP/1.1", b"{}", 400),
    "health": (b"GET /_sim/health HTTP/1.1", b"", 200),
    "nothing that exists": (b"GET /nope HTTP/1.1", b"", 404),
    "a head alone": (b"HEAD /_sim/health HTTP/1.1", b"", 200),
}


def written(line, body, *headers):
    lines = [line, b"Host: localhost", b"Authorization: Bearer sim-test", *headers]
    if body:
        lines.append(b"Content-Length: %d" % len(body))
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


async def heard(sim, sent):
    """All that comes back until the server ends the connection."""
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*sim.address)
        writer.write(sent)
        writer.write_eof()
        told = await reader.read()
        writer.close()
        return told


@pytest.mark.parametrize("kept", ["in memory", "in a file"])
@pytest.mark.parametrize("asked", ASKED)
async def test_every_request_is_answered(live, tmp_path, kept, asked):
    line, body, status = ASKED[asked]
    data = tmp_path / "mjsim.db" if kept == "in a file" else None
    async with live(data=data) as sim:
        for _again in range(5):
            assert (await heard(sim, written(line, body))).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("number", [2, 30])
async def test_all_pipelined_requests_are_answered(live, tmp_path, number):
    line, body, _ = ASKED["a new job"]
    async with live(data=tmp_path / "mjsim.db") as sim:
        told = await heard(sim, written(line, body) * number)
        assert told.count(b"HTTP/1.1 200 ") == number
        assert (await sim.jobs())["total"] == number


async def test_an_answer_that_takes_its_time_comes_whole(live):
    line, body, _ = ASKED["a new job"]
    async with live() as sim:
        told = await heard(sim, written(line, body, b"Prefer: latency=50ms, drip=2000"))
        assert told.startswith(b"HTTP/1.1 200 ")
        assert told.endswith(b"}}")


async def test_an_answer_that_has_begun_goes_on_to_its_end(live):
    line, body, _ = ASKED["a new job"]
    async with live() as sim, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection(*sim.address)
        writer.write(written(line, body, b"Prefer: drip=1000"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write_eof()
        assert (await reader.read()).endswith(b"}}")
        writer.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /_sim/health HT",
        written(b"GET /_sim/health HTTP/1.1", b"")[:-2],
        written(b"POST /v1/imagine HTTP/1.1", POST)[:-1],
        written(b"POST /v1/imagine HTTP/1.1", b"", b"Transfer-Encoding: chunked") + b"5\r\n{",
    ],
)
async def test_who_breaks_off_in_the_middle_hears_the_end_at_once_and_has_made_no_job(live, sent):
    async with live() as sim:
        assert await heard(sim, sent) == b""
        assert (await sim.jobs())["total"] == 0
