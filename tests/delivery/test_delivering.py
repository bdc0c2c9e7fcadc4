"""What is due is delivered: in order, again where that is called for, within bounds, and each attempt is written down."""

import asyncio
import json
import socket
from contextlib import suppress

import pytest
from aiohttp import web
from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim.core.delivery import Problem, Standing
from mjsim.core.instant import Instant
from mjsim.core.webhook import DEVELOPMENT_SECRET, Verdict, verify, verify_plain
from mjsim.dispatcher import AT_ONCE, PER_HOST
from mjsim.ports import DeliveryQuery

S = 1_000
REAL = 1_767_225_600.0


async def until(condition):
    """Let everything go on until this is so; the bound of the test is the bound of this."""
    while not condition():
        await asyncio.sleep(0)


# What is sent


async def test_each_change_is_told_when_it_happens_and_not_before(posting, receiver):
    async with receiver() as hook, posting() as post:
        await post.keep(hook.url)
        assert await post.settle() == []
        assert await post.advance(9) == []
        (started,) = await post.advance(1)
        assert hook.events == ["job.progress"]
        (ended,) = await post.advance(10)
        assert hook.events == ["job.progress", "job.completed"]
        assert [one.standing for one in (started, ended)] == [Standing.DELIVERED] * 2
        assert await post.go_on() == []


async def test_what_arrives_is_signed_with_the_real_time_and_logged_as_it_was_sent(posting, receiver):
    async with receiver(web.Response(status=201, text="thanks", headers={"X-Seen": "1"})) as hook, posting() as post:
        (job,) = await post.keep(hook.url, "result")
        await post.go_on()
        ((headers, body),) = hook.got
        assert verify([DEVELOPMENT_SECRET], headers, body, 1_767_225_600) is Verdict.VALID
        assert verify_plain([DEVELOPMENT_SECRET], headers, body) is Verdict.VALID
        assert headers["content-type"] == "application/json"
        assert json.loads(body)["job_id"] == job.id
        (attempt,) = await post.attempts()
        assert dict(attempt.headers)["webhook-id"] == headers["webhook-id"] == (await post.log())[0].id
        assert (attempt.number, attempt.instant, attempt.started) == (1, job.timeline.settled, 1_767_225_600.0)
        assert (attempt.reply.status, attempt.reply.body, attempt.reply.problem) == (201, b"thanks", None)
        assert dict(attempt.reply.headers)["X-Seen"] == "1"
        assert attempt.reply.seconds > 0
        assert attempt.next is None


async def test_a_large_answer_is_kept_in_part(posting, receiver):
    async with receiver(web.Response(body=b"x" * 100_000), web.Response(body=b"y" * 4_096)) as hook, posting() as post:
        await post.keep(hook.url)
        await post.go_on()
        (cut,), (whole,) = await post.attempts(0), await post.attempts(1)
        assert (cut.reply.body, cut.reply.cut) == (b"x" * 4_096, True)
        assert (whole.reply.body, whole.reply.cut) == (b"y" * 4_096, False)


async def test_news_of_one_job_goes_out_in_order_even_when_all_of_it_is_due(posting, receiver):
    async with receiver() as hook, posting() as post:
        jobs = await post.keep(hook.url, number=40)
        await post.advance(100)
        told = {job.id: [] for job in jobs}
        for _, body in hook.got:
            told[json.loads(body)["job_id"]].append(json.loads(body)["event"])
        assert list(told.values()) == [["job.progress", "job.completed"]] * 40


async def test_news_waits_for_the_answer_to_the_news_before_it(posting, receiver):
    async with receiver(None) as hook, posting() as post:
        await post.keep(hook.url)
        post.clock.advance(100)
        settling = asyncio.create_task(post.settle())
        await until(lambda: hook.got)
        for _ in range(200):
            await asyncio.sleep(0)
        assert hook.events == ["job.progress"]
        hook.released.set()
        await settling
        assert hook.events == ["job.progress", "job.completed"]


async def test_what_is_sent_again_waits_for_the_answer_to_the_news_that_is_under_way(posting, receiver):
    async with receiver(200, None) as hook, posting() as post:
        await post.keep(hook.url)
        post.clock.advance(100)
        settling = asyncio.create_task(post.settle())
        await until(lambda: len(hook.got) == 2)
        await post.store.outbox.resend_one((await post.log())[0], post.clock.now())
        again = asyncio.create_task(post.settle())
        for _ in range(200):
            await asyncio.sleep(0)
        assert hook.events == ["job.progress", "job.completed"]
        hook.released.set()
        await asyncio.gather(settling, again)
        assert hook.events == ["job.progress", "job.completed", "job.progress"]


async def test_nothing_is_held_of_deliveries_that_have_ended(posting, receiver):
    async with receiver(500) as hook, receiver() as other, posting() as post:
        await post.keep(hook.url, number=10)
        await post.keep(other.url)
        await post.go_on()
        dispatcher = post.dispatcher
        held = dispatcher._flights, dispatcher._hosts, dispatcher._last, dispatcher._listeners
        assert not any(held)


# Again


async def test_what_fails_is_sent_again_under_the_same_id_until_it_is_taken(posting, receiver):
    async with receiver(500, 503) as hook, posting() as post:
        await post.keep(hook.url, "result")
        made = await post.go_on()
        assert [one.attempt.reply.status for one in made] == [500, 503, 200]
        assert [one.standing for one in made] == [Standing.RETRYING, Standing.RETRYING, Standing.DELIVERED]
        begin = made[0].attempt.instant
        assert [one.attempt.instant - begin for one in made] == [0, 5 * S, 65 * S]
        assert [one.attempt.next for one in made] == [begin + 5 * S, begin + 65 * S, None]
        assert len(set(hook.ids)) == 1
        assert [one.number for one in await post.attempts()] == [1, 2, 3]


async def test_jitter_gives_each_message_a_pause_of_its_own(posting, receiver):
    async with receiver(*[500] * 5) as hook, posting("standard") as post:
        await post.keep(hook.url, "result", number=5)
        made = await post.advance(100)
        pauses = {one.attempt.next - one.attempt.instant for one in made}
        assert len(pauses) == 5
        assert all(4 * S <= pause <= 6 * S for pause in pauses)


async def test_after_the_last_pause_it_is_given_up(posting, receiver):
    async with receiver(*[500] * 9) as hook, posting() as post:
        await post.keep(hook.url, "result")
        made = await post.go_on()
        assert len(made) == len(hook.got) == 4
        assert made[-1].standing is Standing.GIVEN_UP
        assert (await post.log())[0].standing is Standing.GIVEN_UP


async def test_terminal_only_tries_progress_once_and_the_end_ten_times(posting, receiver):
    async with receiver(*[500] * 20) as hook, posting("terminal-only") as post:
        await post.keep(hook.url)
        await post.go_on()
        assert [one.attempts for one in await post.log()] == [1, 10]
        assert hook.events == ["job.progress"] + ["job.completed"] * 10


@pytest.mark.parametrize(("status", "asked", "pause"), [(429, "120", 120 * S), (503, "2", 5 * S), (500, "90", 90 * S)])
async def test_retry_after_stretches_the_pause(posting, receiver, status, asked, pause):
    answer = web.Response(status=status, headers={"Retry-After": asked})
    async with receiver(answer) as hook, posting() as post:
        await post.keep(hook.url, "result")
        first, second = await post.go_on()
        assert second.attempt.instant - first.attempt.instant == pause


async def test_410_ends_all_deliveries_to_this_url_for_this_tenant_until_it_is_enabled(posting, receiver):
    async with receiver(410) as hook, posting() as post:
        await post.keep(hook.url)
        await post.keep(hook.url, "result", tenant="bob")
        await post.go_on()
        assert sorted(hook.events) == ["job.completed", "job.progress"]
        gone, after, bobs = await post.log()
        assert (gone.standing, after.standing, bobs.standing) == ("disabled", "disabled", "delivered")
        (unsent,) = await post.attempts(1)
        assert unsent.reply.problem is Problem.DISABLED
        await post.store.outbox.enable("alice", hook.url)
        await post.store.outbox.resend(DeliveryQuery(tenant="alice"), post.clock.now())
        assert [one.standing for one in await post.settle()] == [Standing.DELIVERED] * 2


async def test_a_redirect_is_not_followed(posting, receiver):
    async with receiver() as other, receiver(web.Response(status=307, headers={"Location": other.url})) as hook:
        async with posting("none") as post:
            await post.keep(hook.url, "result")
            (made,) = await post.go_on()
        assert (made.attempt.reply.status, made.attempt.reply.problem) == (307, Problem.REDIRECT)
        assert other.url in made.attempt.reply.explanation
        assert other.got == []


async def test_resending_is_one_more_attempt_under_the_same_id(posting, receiver):
    async with receiver() as hook, posting() as post:
        await post.keep(hook.url, "result")
        await post.go_on()
        (delivery,) = await post.log()
        await post.store.outbox.resend_one(delivery, post.clock.now())
        (again,) = await post.settle()
        assert (again.attempt.number, again.standing) == (2, Standing.DELIVERED)
        assert len(hook.got) == 2
        assert len(set(hook.ids)) == 1


@settings(max_examples=25)
@given(st.integers(0, 30), st.sampled_from(["progress", "result"]))
def test_what_is_delivered_is_what_the_life_tells_whenever_it_is_cancelled(posting, receiver, instant, kind):
    async def story():
        async with receiver() as hook, posting() as post:
            (job,) = await post.keep(hook.url, kind)
            await post.advance(instant)
            life = job.timeline
            if not life.at(post.clock.now()).status.terminal:
                life = life.cancel(post.clock.now())
                async with post.store.turn("alice") as turn:
                    turn.amend(job.living(life))
            await post.go_on()
            statuses = dict.fromkeys(moment.status.value for moment in life.moments)
            names = {"in_progress": "job.progress", "completed": "job.completed", "cancelled": "job.cancelled"}
            told = [names[status] for status in statuses if status != "pending"]
            assert hook.events == [one for one in told if kind == "progress" or one == "job.completed"]

    asyncio.run(asyncio.wait_for(story(), 20))


# What stands in the way


async def failed(post, url):
    """The only attempt at a delivery to this URL, which has to fail."""
    await post.keep(url, "result")
    await post.go_on()
    log = await post.log()
    (attempt,) = await post.store.outbox.attempts(log[-1])
    assert attempt.reply.explanation.endswith((".", ")."))
    assert "\n" not in attempt.reply.explanation
    return attempt.reply.problem, attempt.reply.explanation, log[-1].standing


def closed_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


async def test_who_does_not_answer_in_time_has_not_answered(posting, receiver):
    async with receiver(None) as hook, posting("none", seconds=0.2) as post:
        problem, said, standing = await failed(post, hook.url)
        assert (problem, standing) == (Problem.TIMEOUT, Standing.GIVEN_UP)
        assert "0.2 s" in said


async def test_a_refused_connection_is_explained_differently_in_a_container(posting):
    port = closed_port()
    async with posting("none", contained=False) as post:
        assert await failed(post, f"http://localhost:{port}/") == (
            Problem.REFUSED,
            f"Nothing listens on localhost:{port}.",
            Standing.GIVEN_UP,
        )
    async with posting("none", contained=True) as post:
        problem, said, _ = await failed(post, f"http://127.0.0.1:{port}/")
        assert problem is Problem.REFUSED
        assert f"http://host.docker.internal:{port}" in said


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "ftp://127.0.0.1/",
        "http://",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:99999/",
        "http://[",
        "http://8.8.8.8/hook",
        "http://[2001:4860:4860::8888]/hook",
        "https://[::ffff:8.8.8.8]/hook",
        "http://８.８.８.８/hook",
        "http://8。8。8。8/hook",
    ],
)
async def test_what_is_no_target_or_a_public_one_is_refused_and_logged(posting, url):
    async with posting() as post:
        problem, _said, standing = await failed(post, url)
        assert (problem, standing) == (Problem.TARGET, Standing.REFUSED)


@pytest.mark.parametrize("host", ["8.8.8.8.", "134744072", "a..b"])
async def test_what_is_neither_a_name_nor_an_address_is_told(posting, host):
    async with posting("none") as post:
        problem, said, _standing = await failed(post, f"http://{host}/hook")
        assert problem is Problem.NAME
        assert f"{host!r} is no name or address of a host" in said


async def test_a_name_that_leads_to_public_addresses_only_is_refused(posting, receiver, monkeypatch):
    async with receiver() as hook, posting("none") as post:
        port = int(hook.url.rpartition(":")[2].partition("/")[0])
        addresses = ["8.8.8.8"]

        async def look_up(_loop, host, port, **_options):
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
        problem, said, standing = await failed(post, f"http://hooks.example:{port}/hook")
        assert (problem, standing) == (Problem.TARGET, Standing.REFUSED)
        assert "--allow-public-targets" in said
        addresses.append("127.0.0.1")
        await post.keep(f"http://mixed.example:{port}/hook", "result")
        (made,) = await post.go_on()
        assert made.standing is Standing.DELIVERED, "the private one of its addresses is used"


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (b"", Problem.RESET),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", Problem.RESET),
        (b"SSH-2.0\r\n\r\n", Problem.PROTOCOL),
    ],
)
async def test_answers_that_are_none_are_told_apart(posting, answer, problem):
    async def respond(reader, writer):
        await reader.read(10_000)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(respond, "127.0.0.1", 0)
    async with server, posting("none") as post:
        found = await failed(post, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/")
        assert found[0] is problem


async def test_tls_with_somebody_who_does_not_speak_it_is_told(posting, receiver):
    async with receiver() as hook, posting("none") as post:
        assert (await failed(post, hook.url.replace("http:", "https:")))[0] is Problem.TLS


async def test_a_name_without_address_is_told(posting, monkeypatch):
    async def look_up(_loop, _host, _port, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", look_up)
    async with posting("none") as post:
        problem, said, _ = await failed(post, "http://nobody.invalid/")
        assert problem is Problem.NAME
        assert "'nobody.invalid'" in said


# Many at once


async def test_three_thousand_at_one_instant_are_all_delivered_within_bounds(posting, receiver):
    async with receiver() as hook, posting() as post:
        await post.keep(hook.url, "result", number=3_000)
        made = await post.go_on()
        assert len(made) == len(set(hook.ids)) == 3_000
        assert hook.most <= AT_ONCE


async def test_a_host_that_hangs_leaves_the_others_their_share(posting, receiver):
    async with receiver(*[None] * 500) as hanging, receiver() as hook, posting("none") as post:
        await post.keep(hanging.url, "result", number=300)
        await post.keep(hook.url, "result", number=100)
        post.clock.advance(100)
        settling = asyncio.create_task(post.settle())
        while len(hook.got) < 100:
            await asyncio.sleep(0)
        assert PER_HOST <= hanging.most < AT_ONCE
        settling.cancel()
        with suppress(asyncio.CancelledError):
            await settling


async def test_no_more_are_under_way_than_the_bound_however_many_hosts_there_are(posting, receiver):
    hanging = [None] * 100
    async with receiver(*hanging) as a, receiver(*hanging) as b, receiver(*hanging) as c, posting() as post:
        for hook in (a, b, c):
            await post.keep(hook.url, "result", number=100)
        post.clock.advance(100)
        settling = asyncio.create_task(post.settle())
        await until(lambda: len(a.got) + len(b.got) + len(c.got) >= AT_ONCE)
        for _ in range(200):
            await asyncio.sleep(0)
        assert len(a.got) + len(b.got) + len(c.got) == AT_ONCE
        settling.cancel()
        with suppress(asyncio.CancelledError):
            await settling


# In the background


async def test_the_background_hears_of_a_new_job_while_it_naps(posting, receiver):
    async with receiver() as hook, posting() as post:
        running = asyncio.create_task(post.dispatcher.run())
        for _ in range(50):
            await asyncio.sleep(0)
        await post.keep(hook.url, "result", lead=0, run=0)
        await until(lambda: len(hook.got) == 1)
        running.cancel()


@pytest.mark.parametrize("kept", ["in memory", "in a file"])
async def test_the_background_works_off_more_than_may_be_under_way_at_once(posting, receiver, tmp_path, kept):
    async with receiver() as hook, posting(file=tmp_path / "mjsim.db" if kept == "in a file" else None) as post:
        running = asyncio.create_task(post.dispatcher.run())
        await post.keep(hook.url, "result", lead=0, run=0, number=300)
        await until(lambda: len(hook.got) == 300)
        running.cancel()


async def test_the_background_delivers_when_time_is_moved_and_when_a_job_is_new(posting, receiver):
    async with receiver(500) as hook, posting() as post:
        running = asyncio.create_task(post.dispatcher.run())
        await post.keep(hook.url)
        post.clock.advance(10)
        await until(lambda: len(hook.got) == 1)
        post.clock.advance(10)
        await until(lambda: len(hook.got) == 2)
        await post.settle()
        post.clock.advance(5 * S)
        await until(lambda: len(hook.got) == 3)
        assert hook.events == ["job.progress", "job.completed", "job.progress"]
        await post.keep(hook.url, "result", lead=0, run=0)
        await until(lambda: len(hook.got) == 4)
        running.cancel()


async def test_the_background_delivers_while_time_runs(posting, receiver):
    async with receiver() as hook, posting() as post:
        running = asyncio.create_task(post.dispatcher.run())
        post.clock.run_at(100.0)
        await post.keep(hook.url, lead=3_000, run=3_000)
        await until(lambda: hook.events == ["job.progress", "job.completed"])
        running.cancel()


async def test_settling_beside_the_background_waits_for_what_that_has_begun(posting, receiver):
    async with receiver() as hook, posting() as post:
        running = asyncio.create_task(post.dispatcher.run())
        await post.keep(hook.url, number=200)
        post.clock.advance(100)
        made = await post.settle()
        assert len(made) == len(hook.got) == 400
        assert all(one.standing is Standing.DELIVERED for one in await post.log())
        running.cancel()


async def test_what_is_broken_off_by_the_end_is_sent_after_the_next_start(posting, receiver):
    async with receiver(None) as hook, posting() as post:
        await post.keep(hook.url, "result")
        post.clock.jump(Instant(post.clock.now() + 100))
        settling = asyncio.create_task(post.settle())
        await until(lambda: hook.got)
        settling.cancel()
        await post.dispatcher.stop()
        (delivery,) = await post.log()
        assert (delivery.attempts, delivery.standing) == (0, Standing.SCHEDULED)
        assert delivery.due is not None


async def test_what_is_under_way_for_others_is_not_broken_off_with_that_of_one_tenant(posting, receiver):
    async with receiver(None, None) as hook, posting() as post:
        await post.keep(hook.url, "result", tenant="alice")
        (kept,) = await post.keep(hook.url, "result", tenant="bob")
        post.clock.advance(100)
        settling = asyncio.create_task(post.settle())
        await until(lambda: len(hook.got) == 2)
        await post.dispatcher.forget("alice")
        hook.released.set()
        assert [one.delivery.job_id for one in await settling] == [kept.id]


async def test_what_waited_for_room_begins_when_that_of_one_tenant_is_broken_off(posting, receiver):
    hanging = [None] * PER_HOST
    async with receiver(*hanging) as a, receiver(*hanging) as b, receiver() as hook, posting() as post:
        for full in (a, b):
            await post.keep(full.url, "result", lead=0, run=0, tenant="alice", number=PER_HOST)
        await post.keep(hook.url, "result", lead=0, run=0, tenant="bob")
        running = asyncio.create_task(post.dispatcher.run())
        await until(lambda: len(a.got) + len(b.got) == AT_ONCE)
        assert hook.got == []
        await post.dispatcher.forget("alice")
        await until(lambda: hook.got)
        running.cancel()


async def test_what_is_just_being_claimed_is_broken_off_too(posting, receiver):
    async with receiver() as hook, posting() as post:
        await post.keep(hook.url, "result")
        post.clock.advance(100)
        settling = asyncio.create_task(post.settle())
        while await post.store.outbox.next_due(REAL) is not None:
            await asyncio.sleep(0)
        await post.dispatcher.forget(None)
        assert await settling == []
        assert hook.got == []


@pytest.mark.parametrize("rounds", range(5))
async def test_what_is_broken_off_before_it_has_begun_is_under_way_no_more(posting, receiver, rounds):
    async with receiver() as hook, posting() as post:
        await post.keep(hook.url, "result")
        post.clock.advance(100)
        running = asyncio.create_task(post.dispatcher.run())
        while await post.store.outbox.next_due(REAL) is not None:
            await asyncio.sleep(0)
        for _ in range(rounds):
            await asyncio.sleep(0)
        running.cancel()
        await post.dispatcher.stop()
        assert not post.dispatcher._flights
        post.store.outbox.let_go()
        assert [one.standing for one in await post.settle()] == [Standing.DELIVERED]


async def test_while_it_is_grounded_nothing_is_begun_and_what_was_is_sent_once_it_is_not(posting, receiver):
    async with receiver(None) as hook, posting() as post:
        await post.keep(hook.url, "result")
        post.clock.advance(100)
        broken_off = asyncio.create_task(post.settle())
        await until(lambda: hook.got)
        async with post.dispatcher.grounded():
            settling = asyncio.create_task(post.settle())
            for _ in range(200):
                await asyncio.sleep(0)
            assert len(hook.got) == 1
        assert [one.standing for one in await settling] == [Standing.DELIVERED]
        await broken_off
        assert len(set(hook.ids)) == 1


async def test_an_answer_whose_headers_are_no_text_is_recorded_like_any_other(posting):
    async def answer(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 500 \xff\xfe\r\nX-Odd: \xff\xfe\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server, posting("5s") as post:
        await post.keep(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook")
        (made,) = await post.advance(10)
        assert (made.standing, made.attempt.reply.status) == (Standing.RETRYING, 500)
        assert dict(made.attempt.reply.headers)["X-Odd"] == r"\udcff\udcfe"
        assert await post.attempts() == [made.attempt]
