"""Webhooks as a user meets them: a job with a webhook_url, an inbox that receives, the log in the control API."""

import asyncio
import json
from contextlib import asynccontextmanager

import jsonschema_rs
import pytest
from standardwebhooks.webhooks import Webhook

from mjsim.core.instant import rfc3339
from mjsim.core.webhook import DEVELOPMENT_SECRET

from .conftest import OPENAPI

CONTROL = json.loads((OPENAPI / "control.json").read_text(encoding="utf-8"))
CONTRACT = json.loads((OPENAPI / "midjourney.json").read_text(encoding="utf-8"))
OTHER = "whsec_" + "QUJD" * 8


def obeys(schema, document, value):
    wanted = {**schema, "components": document["components"]}
    jsonschema_rs.Draft202012Validator(wanted, validate_formats=True).validate(value)


def documented(method, path):
    """The answers of the operation that a request reaches."""
    steps = f"/_sim/{path}".partition("?")[0].split("/")
    for template, operations in CONTROL["paths"].items():
        places = template.split("/")
        if len(places) == len(steps) and all(p == s or p[:1] == "{" for p, s in zip(places, steps, strict=True)):
            return operations[method.lower()]["responses"]
    raise AssertionError(f"{method} {path} is not in the document")


async def control(sim, method, path, body=None, status=200):
    """What the control API answers, held against its document."""
    sent = {} if body is None else {"data": json.dumps(body), "headers": {"Content-Type": "application/json"}}
    async with sim.session.request(method, f"{sim.url}/_sim/{path}", **sent) as got:
        text = await got.text()
        assert got.status == status, text
        assert "Access-Control-Allow-Origin" not in got.headers
        answer = documented(method, path)[str(status)]
        answer = CONTROL["components"]["responses"][answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer
        if not text:
            assert "content" not in answer
            return None
        obeys(answer["content"]["application/json"]["schema"], CONTROL, json.loads(text))
        return json.loads(text)


async def inbox(sim, name="hook"):
    return (await control(sim, "GET", f"inboxes/{name}"))["messages"]


async def log(sim, query=""):
    """The deliveries, in the order of their planning, each with its attempts."""
    found = (await control(sim, "GET", f"webhooks/deliveries{query}"))["deliveries"][::-1]
    return [await control(sim, "GET", f"webhooks/deliveries/{one['id']}") for one in found]


async def go_on(sim):
    """Move time from one due instant to the next until nothing is due, or under way."""
    await sim.simulator.dispatcher.settle()
    while (due := await sim.simulator._store.outbox.next_due(0.0)) is not None:
        sim.clock.jump(due)
        await sim.simulator.dispatcher.settle()


@asynccontextmanager
async def hooked(live, kind="progress", tell=None, **settings):
    """A simulator with a job whose news goes to an inbox that was told what to answer; nothing has happened yet."""
    async with live(**settings) as sim:
        if tell is not None:
            await control(sim, "PUT", "inboxes/hook/answers", tell)
        url = f"{sim.url}/_sim/inbox/hook"
        yield sim, await sim.imagine("ein Füchslein", webhook_url=url, webhook_type=kind), url


# What arrives


async def test_a_job_tells_of_each_change_and_the_public_library_accepts_it(live):
    async with hooked(live) as (sim, job_id, _):
        await go_on(sim)
        started, ended = await inbox(sim)
        for message, event in ((started, "job.progress"), (ended, "job.completed")):
            news = Webhook(DEVELOPMENT_SECRET.text).verify(message["body"], message["headers"])
            assert news == message["json"]
            obeys({"$ref": "#/components/schemas/WebhookEvent"}, CONTRACT, news)
            assert (news["event"], news["job_id"], news["id"]) == (event, job_id, job_id)
            assert news["timestamp"] == news["updated_at"]
            assert (message["webhook_signature"], message["midjourney_signature"]) == ("valid", "valid")
        job = await sim.job(job_id)
        assert {name: ended["json"][name] for name in job} == job
        assert (started["json"]["status"], started["json"]["progress"]) == ("in_progress", 0)


@pytest.mark.parametrize("kind", ["result", None])
async def test_result_is_what_is_told_unless_progress_is_asked_for(live, kind):
    asked = {} if kind is None else {"webhook_type": kind}
    async with live() as sim:
        await sim.imagine(webhook_url=f"{sim.url}/_sim/inbox/hook", **asked)
        await go_on(sim)
        assert [one["json"]["event"] for one in await inbox(sim)] == ["job.completed"]


async def test_what_happens_at_one_instant_is_told_as_it_was_one_after_the_other(live):
    async with hooked(live, pace="instant") as (sim, _, _url):
        await go_on(sim)
        assert [(one["json"]["status"], one["json"]["progress"]) for one in await inbox(sim)] == [
            ("in_progress", 0),
            ("completed", 100),
        ]


async def test_a_failure_and_a_cancellation_are_told_with_what_belongs_to_them(live):
    async with hooked(live, failure_rate=1.0) as (sim, _, url):
        cancelled = await sim.imagine("never mind", webhook_url=url, webhook_type="progress")
        await sim.cancel(cancelled)
        await go_on(sim)
        told = {one["json"]["event"]: one["json"] for one in await inbox(sim)}
        assert set(told) == {"job.progress", "job.failed", "job.cancelled"}
        assert told["job.failed"]["error"]["code"]
        assert told["job.cancelled"]["id"] == cancelled


async def test_images_are_addressed_where_the_server_listens_or_as_it_was_told(live):
    for public, origin in ((None, None), ("https://mj.example/", "https://mj.example")):
        async with hooked(live, "result", public_base_url=public) as (sim, _, _url):
            await go_on(sim)
            ((message),) = await inbox(sim)
            for image in message["json"]["result"]["images"]:
                assert image["url"].startswith((origin or sim.url) + "/files/")


async def test_every_secret_that_was_given_signs(live):
    secrets = (OTHER, "whsec_" + "REVG" * 8)
    async with hooked(live, "result", webhook_secret=secrets) as (sim, _, _url):
        await go_on(sim)
        (message,) = await inbox(sim)
        assert len(message["headers"]["webhook-signature"].split(" ")) == 2
        for secret in secrets:
            Webhook(secret).verify(message["body"], message["headers"])


# The log


async def test_a_receiver_that_fails_twice_gets_its_retries_when_time_is_moved(live):
    async with hooked(live, "result", {"answers": [500, 503], "then": 200}) as (sim, job_id, url):
        await go_on(sim)
        (delivery,) = await log(sim, f"?job_id={job_id}")
        assert (delivery["standing"], delivery["attempt_count"], delivery["url"]) == ("delivered", 3, url)
        assert [one["response"]["status"] for one in delivery["attempts"]] == [500, 503, 200]
        assert [one.get("error", {}).get("class") for one in delivery["attempts"]] == ["status", "status", None]
        assert delivery["attempts"][0]["next_at"] == delivery["attempts"][1]["at"]
        assert {one["request"]["headers"]["webhook-id"] for one in delivery["attempts"]} == {delivery["id"]}
        assert [one["answered"] for one in await inbox(sim)] == [500, 503, 200]


async def test_what_is_to_come_stands_in_the_log_from_the_start(live):
    async with hooked(live) as (sim, job_id, _):
        started, ended = await log(sim)
        assert (started["standing"], started["attempts"], started["happens_at"]) == ("scheduled", [], started["due_at"])
        assert (ended["event"], ended["job_id"], ended["tenant"]) == ("job.completed", job_id, "sim-test")
        await sim.cancel(job_id)
        assert [one["event"] for one in await log(sim)] == ["job.cancelled"]


async def test_a_hopeless_url_hurts_neither_job_nor_server_and_the_log_tells(live):
    async with live() as sim:
        for url in ("javascript:alert(1)", "http://127.0.0.1:9/", "http://8.8.8.8/"):
            await sim.completed(await sim.imagine(webhook_url=url))
        await go_on(sim)
        script, closed, public = await log(sim)
        assert [one["standing"] for one in (script, closed, public)] == ["refused", "given_up", "refused"]
        assert "javascript" in script["attempts"][0]["error"]["message"]
        assert {one["error"]["class"] for one in closed["attempts"]} == {"refused"}
        assert "--allow-public-targets" in public["attempts"][0]["error"]["message"]
        await sim.answers_still()


async def test_the_log_is_filtered_and_read_page_by_page(live):
    async with live(pace="instant") as sim:
        url = f"{sim.url}/_sim/inbox/hook"
        jobs = [
            await sim.as_(f"sim-{n % 2}").imagine(f"{n}", webhook_url=url, webhook_type="progress") for n in range(5)
        ]
        await go_on(sim)
        everything = (await control(sim, "GET", "webhooks/deliveries"))["deliveries"]
        assert [one["job_id"] for one in everything] == [job for job in jobs[::-1] for _ in range(2)]
        for query, wanted in {
            "tenant=sim-1": lambda one: one["tenant"] == "sim-1",
            f"job_id={jobs[3].upper()}": lambda one: one["job_id"] == jobs[3],
            "event=job.completed": lambda one: one["event"] == "job.completed",
            "standing=scheduled": lambda one: False,
            f"since={rfc3339(sim.clock.now() + 1)}": lambda one: False,
            f"since={rfc3339(sim.clock.now())}": lambda one: True,
        }.items():
            page = await control(sim, "GET", f"webhooks/deliveries?{query}")
            assert page["deliveries"] == [one for one in everything if wanted(one)], query
        found, cursor = [], ""
        while cursor is not None:
            page = await control(sim, "GET", f"webhooks/deliveries?limit=3{cursor}")
            found += page["deliveries"]
            cursor = f"&cursor={page['next']}" if "next" in page else None
        assert found == everything
        beyond = await control(sim, "GET", f"webhooks/deliveries?cursor={10**19 - 1}")
        assert beyond["deliveries"] == everything


async def test_a_delivery_is_sent_again_and_so_are_all_that_match(live):
    async with hooked(live) as (sim, _, _url):
        await go_on(sim)
        first, second = await log(sim)
        again = await control(sim, "POST", f"webhooks/deliveries/{first['id']}/resend")
        assert (again["standing"], again["due_at"]) == ("retrying", rfc3339(sim.clock.now()))
        await go_on(sim)
        assert await control(sim, "POST", "webhooks/resend", {"since": second["happens_at"]}) == {"resent": 1}
        await go_on(sim)
        assert await control(sim, "POST", "webhooks/resend", {"standing": "given_up"}) == {"resent": 0}
        assert await control(sim, "POST", "webhooks/resend", {}) == {"resent": 2}
        await go_on(sim)
        ids = [one["headers"]["webhook-id"] for one in await inbox(sim)]
        assert sorted(ids) == sorted([first["id"]] * 3 + [second["id"]] * 3)


async def test_410_disables_a_url_until_it_is_enabled(live):
    async with hooked(live, tell={"answers": [410], "then": 200}) as (sim, _, url):
        await go_on(sim)
        (disabled,) = (await control(sim, "GET", "webhooks/disabled"))["disabled"]
        assert (disabled["tenant"], disabled["url"]) == ("sim-test", url)
        assert [one["standing"] for one in await log(sim)] == ["disabled", "disabled"]
        assert len(await inbox(sim)) == 1
        assert await control(sim, "DELETE", "webhooks/disabled?tenant=sim-other") == {"enabled": 0}
        assert await control(sim, "DELETE", "webhooks/disabled") == {"enabled": 1}
        await control(sim, "POST", "webhooks/resend", {"standing": "disabled"})
        await go_on(sim)
        assert [one["standing"] for one in await log(sim)] == ["delivered", "delivered"]


# Waiting


async def test_who_waits_is_answered_as_soon_as_it_is_delivered(live):
    async with hooked(live) as (sim, job_id, _):
        waiting = asyncio.create_task(
            control(sim, "POST", "webhooks/wait", {"job_id": job_id, "event": "job.completed"})
        )
        both = asyncio.create_task(control(sim, "POST", "inboxes/hook/wait", {"count": 2}))
        await sim.get("/_sim/health")
        sim.clock.advance(60_000)
        found = await waiting
        assert found["met"]
        assert [one["event"] for one in found["deliveries"]] == ["job.completed"]
        received = await both
        assert received["met"]
        assert [one["number"] for one in received["messages"]] == [1, 2]


async def test_who_waits_in_vain_is_answered_when_the_time_is_up(live):
    async with hooked(live) as (sim, job_id, _):
        asked = {"job_id": job_id, "timeout_seconds": 0.01}
        assert await control(sim, "POST", "webhooks/wait", asked) == {"met": False, "deliveries": []}
        scheduled = await control(
            sim, "POST", "webhooks/wait", {"standing": "scheduled", "count": 2, "timeout_seconds": 0}
        )
        assert scheduled["met"] is True
        got = await control(sim, "POST", "inboxes/other/wait", {"timeout_seconds": 0.01})
        assert (got["met"], got["messages"]) == (False, [])


# The inbox


async def post(sim, name="hook", data=b"hello", **headers):
    async with sim.session.post(
        f"{sim.url}/_sim/inbox/{name}", data=data, headers=headers, allow_redirects=False
    ) as got:
        return got.status, dict(got.headers), await got.read()


async def test_an_inbox_keeps_what_it_gets_and_says_what_is_wrong_with_it(live):
    async with live() as sim:
        assert (await post(sim))[::2] == (200, b"")
        await post(sim, data=b"\xff{", **{"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,a"})
        plain, stale = await inbox(sim)
        assert (plain["body"], plain["webhook_signature"], plain["midjourney_signature"]) == (
            "hello",
            "missing",
            "missing",
        )
        assert (stale["webhook_signature"], "json" in stale, stale["body"]) == ("stale", False, "�{")
        assert (await control(sim, "GET", "inboxes"))["inboxes"] == [{"name": "hook", "received": 2}]
        await control(sim, "DELETE", "inboxes/hook", status=204)
        await control(sim, "GET", "inboxes/hook", status=404)
        await control(sim, "DELETE", "inboxes/hook", status=404)


async def test_an_inbox_answers_in_turn_as_it_was_told_and_then_goes_on_with_the_last(live):
    told = [
        {"status": 429, "headers": {"Retry-After": "120"}, "body": "später"},
        {"redirect": "http://127.0.0.1/elsewhere"},
        {"status": 308, "redirect": "/"},
        {"delay_seconds": 0.01, "headers": {"Content-Type": "application/json"}, "body": "{}"},
        204,
    ]
    async with live() as sim:
        assert await control(sim, "PUT", "inboxes/hook/answers", {"answers": told}) == {"name": "hook", "answers": 5}
        busy, moved, other, typed, *empty = [await post(sim) for _ in range(7)]
        assert (busy[0], busy[1]["Retry-After"], busy[2].decode()) == (429, "120", "später")
        assert (moved[0], moved[1]["Location"]) == (302, "http://127.0.0.1/elsewhere")
        assert (other[0], other[1]["Location"]) == (308, "/")
        assert (typed[0], typed[1]["Content-Type"], typed[2]) == (200, "application/json", b"{}")
        assert [one[0] for one in empty] == [204, 204, 204]


async def test_an_inbox_that_hangs_answers_nothing(live, monkeypatch):
    monkeypatch.setattr("mjsim.web.control.inbox.HANG_SECONDS", 0.02)
    async with live() as sim:
        await control(sim, "PUT", "inboxes/hook/answers", {"answers": [{"hang": True}]})
        reader, writer = await asyncio.open_connection(*sim.address)
        writer.write(b"POST /_sim/inbox/hook HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n")
        assert await reader.read() == b""
        writer.close()
        assert (await inbox(sim))[0]["answered"] == "nothing"


async def test_inboxes_are_bounded_in_number_and_in_what_they_keep(live, monkeypatch):
    monkeypatch.setattr("mjsim.inbox.MOST_INBOXES", 2)
    async with live() as sim:
        await post(sim, "a", b"x" * 70_000)
        for name in ("b", "a", "c"):
            await post(sim, name)
        names = [one["name"] for one in (await control(sim, "GET", "inboxes"))["inboxes"]]
        assert names == ["a", "c"]
        large = (await inbox(sim, "a"))[0]
        assert (len(large["body"]), large["body_truncated"]) == (65_536, True)


async def test_inboxes_are_bounded_in_the_bytes_that_they_keep_together(live, monkeypatch):
    monkeypatch.setattr("mjsim.inbox.MOST_BYTES", 100_000)
    async with live() as sim:
        await post(sim, "small", b"x")
        for _ in range(6):
            await post(sim, "large", b"x" * 20_000, **{f"X-{place}": "y" * 2_000 for place in range(5)})
        assert [one["number"] for one in await inbox(sim, "large")] == [4, 5, 6]
        assert [one["number"] for one in await inbox(sim, "small")] == [1]
        assert await control(sim, "GET", "inboxes") == {
            "inboxes": [{"name": "small", "received": 1}, {"name": "large", "received": 6}]
        }


async def test_an_inbox_keeps_its_latest_messages(live, monkeypatch):
    monkeypatch.setattr("mjsim.inbox.MOST_MESSAGES", 3)
    async with live() as sim:
        for _ in range(5):
            await post(sim, "hook")
        assert [one["number"] for one in await inbox(sim)] == [3, 4, 5]


async def test_who_waits_for_an_inbox_gets_what_comes_after_a_reset(live):
    async with live() as sim:
        waiting = asyncio.create_task(control(sim, "POST", "inboxes/hook/wait", {"timeout_seconds": 20}))
        while not (await control(sim, "GET", "inboxes"))["inboxes"]:
            await asyncio.sleep(0)
        await sim.post("/_sim/reset")
        await post(sim, "hook")
        got = await waiting
        assert (got["met"], got["received"]) == (True, 1)


# Bad input


@pytest.mark.parametrize(
    ("method", "path", "body", "said"),
    [
        ("GET", "webhooks/deliveries?standing=lost", None, "standing: 'lost' is none of scheduled"),
        ("GET", "webhooks/deliveries?event=done", None, "event: 'done' is none of job.progress"),
        ("GET", "webhooks/deliveries?limit=0", None, "limit: 0 is not from 1 to 1000"),
        ("GET", "webhooks/deliveries?cursor=x", None, "cursor: 'x' is no whole number"),
        ("GET", "webhooks/deliveries?job_id=7", None, "job_id: '7' is not a UUID"),
        ("GET", "webhooks/deliveries?since=yesterday", None, "since: 'yesterday' is no RFC 3339 time"),
        ("GET", "webhooks/deliveries?tenant=a&tenant=b", None, "tenant: is given 2 times"),
        ("POST", "webhooks/resend", {"since": "2026-01-01"}, "since: '2026-01-01'"),
        ("POST", "webhooks/resend", {"after": 1}, "after"),
        ("POST", "webhooks/resend", {"standing": "lost"}, "standing: 'lost' is none of scheduled"),
        ("POST", "webhooks/wait", {"timeout_seconds": 301}, "timeout_seconds: 301 is more than 300"),
        ("POST", "webhooks/wait", {"count": 0}, "count: 0 is less than 1"),
        ("POST", "webhooks/wait", [], "The body has to be a JSON object"),
        ("PUT", "inboxes/hook/answers", {}, "answers: is required"),
        ("PUT", "inboxes/hook/answers", {"answers": []}, "answers: has 0 of them"),
        ("PUT", "inboxes/hook/answers", {"answers": [100]}, "answers.0: 100 is less than 200"),
        ("PUT", "inboxes/hook/answers", {"answers": [{"status": 600}]}, "answers.0.status: 600 is more than 599"),
        ("PUT", "inboxes/hook/answers", {"answers": [{"headers": {"A": "b\r\nC: d"}}]}, "answers.0.headers.A"),
        ("PUT", "inboxes/hook/answers", {"answers": [{"headers": {"content-length": "9"}}]}, "Content-Length"),
        ("PUT", "inboxes/hook/answers", {"answers": [200], "then": "again"}, "then"),
        ("GET", "inboxes/a%20b", None, "'a b' is no name of an inbox"),
        ("PUT", f"inboxes/{'a' * 65}/answers", {"answers": [200]}, "is no name of an inbox"),
    ],
)
async def test_bad_input_is_refused_in_words(live, method, path, body, said):
    async with live() as sim:
        refused = await control(sim, method, path, body, status=400)
        assert said in refused["message"], refused
        assert refused["message"].endswith((".", "?"))


async def test_unknown_deliveries_are_not_found(live):
    async with live() as sim:
        for method, path in (("GET", "webhooks/deliveries/msg_1"), ("POST", "webhooks/deliveries/msg_1/resend")):
            assert "msg_1" in (await control(sim, method, path, status=404))["message"]
