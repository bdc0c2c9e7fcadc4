"""Everything that a sender can do wrong is done on request, and a receiver sees just that."""

import asyncio
import json

import pytest
from aiohttp import web

from mjsim.core.delivery import Problem, Standing
from mjsim.core.tampering import TRUTHFUL, Signing, Tampering, Wire
from mjsim.core.webhook import DEVELOPMENT_SECRET, Verdict, verify

HOUR = 3_600_000


def verdict(got):
    return verify([DEVELOPMENT_SECRET], got[0], got[1], 1_767_225_600)


def first_only(tampering):
    """This goes wrong with the first attempt alone."""
    return lambda _delivery, number: tampering if number == 1 else TRUTHFUL


async def test_a_dropped_delivery_never_arrives_and_the_log_says_so(posting, receiver):
    async with receiver() as hook, posting(tampering=Tampering(drop=True)) as post:
        await post.keep(hook.url, "result")
        (made,) = await post.go_on()
        assert hook.got == []
        assert (made.standing, made.attempt.reply.problem) == (Standing.DROPPED, Problem.DROPPED)


async def test_copies_go_out_at_once_under_one_id_and_number(posting, receiver):
    async with receiver() as hook, posting(tampering=Tampering(times=5)) as post:
        await post.keep(hook.url, "result")
        made = await post.go_on()
        assert len(made) == len(hook.got) == 5
        assert len(set(hook.ids)) == 1
        assert [one.number for one in await post.attempts()] == [1] * 5
        assert (await post.log())[0].attempts == 1


async def test_a_delay_puts_off_the_delivery_but_not_its_signature(posting, receiver):
    async with receiver() as hook, posting(tampering=Tampering(delay=3 * HOUR)) as post:
        (job,) = await post.keep(hook.url, "result")
        assert await post.advance(3 * HOUR) == []
        (made,) = await post.go_on()
        assert made.attempt.instant == job.timeline.settled + 3 * HOUR
        assert verdict(hook.got[0]) is Verdict.VALID


@pytest.mark.parametrize("lead", [0, 10])
async def test_what_is_overtaken_comes_after_the_news_that_followed_it(posting, receiver, lead):
    async with receiver() as hook, posting(tampering=Tampering(overtaken=True)) as post:
        await post.keep(hook.url, lead=lead, run=lead)
        await post.go_on()
        assert hook.events == ["job.completed", "job.progress"]


async def test_a_success_that_is_lost_is_followed_by_the_same_message(posting, receiver):
    async with receiver() as hook, posting(tampering=first_only(Tampering(deaf=True))) as post:
        await post.keep(hook.url, "result")
        first, second = await post.go_on()
        assert (first.attempt.reply.status, first.attempt.reply.problem) == (200, Problem.LOST)
        assert second.standing is Standing.DELIVERED
        assert len(set(hook.ids)) == 1


@pytest.mark.parametrize(
    ("signing", "expected"),
    [(Signing.FORGED, Verdict.WRONG), (Signing.MISSING, Verdict.MISSING), (Signing.NO_COMMA, Verdict.MALFORMED)],
)
async def test_wrong_signatures_arrive_as_they_were_made(posting, receiver, signing, expected):
    async with receiver() as hook, posting(tampering=Tampering(signing=signing)) as post:
        await post.keep(hook.url, "result")
        await post.go_on()
        assert verdict(hook.got[0]) is expected


async def test_a_truncated_body_arrives_truncated(posting, receiver):
    async with receiver(400) as hook, posting("none", tampering=Tampering(keeps=0.5)) as post:
        await post.keep(hook.url, "result")
        (made,) = await post.go_on()
        with pytest.raises(json.JSONDecodeError):
            json.loads(hook.got[0][1])
        assert made.attempt.reply.status == 400


# The wire


@pytest.mark.parametrize(
    "wire",
    [
        Wire(chunked=True),
        Wire(pause=0.01),
        Wire(expect_continue=True),
        Wire(chunked=True, pause=0.01, expect_continue=True),
    ],
)
async def test_however_the_bytes_travel_they_are_the_same_and_the_answer_is_read(posting, receiver, wire):
    answer = web.Response(status=202, text="yes", headers={"X-A": "b"})
    async with receiver(answer) as hook, posting(tampering=Tampering(wire=wire)) as post:
        await post.keep(hook.url.replace("127.0.0.1", "localhost") + "?a=b", "result")
        (made,) = await post.go_on()
        ((headers, body),) = hook.got
        assert verdict((headers, body)) is Verdict.VALID
        assert json.loads(body)["prompt"] == "Füchslein"
        assert ("chunked" in headers.get("transfer-encoding", "")) is wire.chunked
        assert (headers.get("expect") == "100-continue") is wire.expect_continue
        reply = made.attempt.reply
        assert (reply.status, reply.body, dict(reply.headers)["X-A"]) == (202, b"yes", "b")


async def test_a_length_that_is_too_long_leaves_the_receiver_waiting_until_the_sender_gives_up(posting, receiver):
    wire = Wire(length_error=10)
    async with receiver() as hook, posting("none", seconds=0.2, tampering=Tampering(wire=wire)) as post:
        await post.keep(hook.url, "result")
        (made,) = await post.go_on()
        assert made.attempt.reply.problem is Problem.TIMEOUT
        assert hook.got == []


async def test_a_connection_that_a_fault_breaks_off_is_tried_again(posting, receiver):
    wire = Wire(length_error=10, breaks_off=True)
    async with receiver() as hook, posting(tampering=first_only(Tampering(wire=wire))) as post:
        await post.keep(hook.url, "result")
        first, second = await post.go_on()
        assert first.attempt.reply.problem is Problem.LOST
        assert second.standing is Standing.DELIVERED
        assert len(hook.got) == 1


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", (204, b"", None)),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 9_000, (200, b"x" * 4_096, None)),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", (None, b"", Problem.RESET)),
        (b"SSH-2.0\r\n\r\n", (None, b"", Problem.PROTOCOL)),
        (b"", (None, b"", Problem.RESET)),
        (b"x" * 100_000, (None, b"", Problem.PROTOCOL)),
    ],
)
async def test_answers_on_a_bare_connection_are_read_or_told_apart(posting, answer, expected):
    async def respond(reader, writer):
        await reader.readuntil(b"0\r\n\r\n")
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    async with server, posting("none", tampering=Tampering(wire=Wire(chunked=True))) as post:
        await post.keep(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", "result")
        (made,) = await post.go_on()
        reply = made.attempt.reply
        assert (reply.status, reply.body, reply.problem) == expected


async def test_a_public_name_is_refused_on_a_bare_connection_too(posting, monkeypatch):
    async def look_up(_loop, host, port, **_options):
        return [(2, 1, 6, "", ("8.8.8.8", port))]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    async with posting(tampering=Tampering(wire=Wire(chunked=True))) as post:
        await post.keep("http://hooks.example/", "result")
        (made,) = await post.go_on()
        assert made.standing is Standing.REFUSED
