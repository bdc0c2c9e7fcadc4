"""Every exchange of an API is kept, whole enough to be judged again, and can be waited for instead of sleeping."""

import asyncio
import json

import pytest
from aiohttp import web

from mjsim.core.instant import BEGINNING
from mjsim.web import journal, site
from mjsim.web.entry import Exchange


def exchange(tenant="anybody"):
    return Exchange(1, BEGINNING, 0.0, 0.0, "midjourney", tenant, "GET", "/", (), b"", 200, b"", (), (), web.Response())


async def entries(sim, query=""):
    answer = await sim.get(f"/_sim/journal{query}")
    assert answer.status == 200, answer.body
    return answer.json["data"]


async def test_an_exchange_is_kept_with_all_that_was_said(live):
    async with live() as sim:
        sent = {"prompt": "ein Füchslein 🦊"}
        answer = await sim.post("/v1/imagine?x=1", sent, {"X-Own": "yes"})
        (entry,) = await entries(sim)
        assert (entry["method"], entry["target"], entry["status"]) == ("POST", "/v1/imagine?x=1", 200)
        assert (entry["surface"], entry["tenant"], entry["at"]) == (
            "midjourney",
            "sim-test",
            "2026-01-01T00:00:00.000Z",
        )
        assert json.loads(entry["request_body"]["text"]) == sent
        assert entry["body"]["text"].encode() == answer.body
        assert ["X-Own", "yes"] in entry["request_headers"]
        assert ["Authorization", "Bearer sim-test"] in entry["request_headers"]
        assert ["Content-Type", "application/json; charset=utf-8"] in entry["headers"]


async def test_real_keys_and_cookies_are_never_shown(live):
    async with live(api_key=("secret-1",)) as sim:
        await sim.as_("secret-1").request("GET", "/v1/jobs", {"Cookie": "session=secret-2"})
        await sim.as_("secret-3").get("/v1/jobs")
        shown = (await sim.get("/_sim/journal")).body.decode()
        assert "secret" not in shown
        assert "Bearer [redacted]" in shown


@pytest.mark.parametrize("name", ["Authorization", "cookie", "Set-Cookie", "PROXY-Authorization", "x-api-key"])
async def test_what_may_be_a_secret_is_shown_in_no_header(live, name):
    async with live() as sim:
        await sim.request("GET", "/v1/jobs", {name: "Basic c2VjcmV0"})
        shown = (await sim.get("/_sim/journal")).body.decode()
        assert "c2VjcmV0" not in shown
        assert "Basic [redacted]" in shown


async def test_a_key_that_anybody_may_make_up_is_shown_however_its_scheme_is_written(live):
    async with live() as sim:
        await sim.request("GET", "/v1/jobs", {"Authorization": "bearer sim-other"})
        (entry,) = await entries(sim)
        assert ["Authorization", "bearer sim-other"] in entry["request_headers"]


async def test_bytes_that_are_no_text_are_kept_too(live):
    async with live() as sim:
        await sim.request("POST", "/v1/imagine", data=b"\xff\x00")
        (entry,) = await entries(sim)
        assert (entry["status"], entry["request_body"]) == (400, {"base64": "/wA="})


async def test_reading_the_stage_leaves_no_trace_and_changing_it_does(live):
    async with live() as sim:
        for path in ("/_sim/clock", "/_sim/jobs", "/_sim/journal", "/_sim/health"):
            await sim.get(path)
            await sim.request("HEAD", path)
            await sim.request("OPTIONS", path)
        assert await entries(sim) == []
        await sim.post("/_sim/clock/advance", {"by": "1s"})
        (entry,) = await entries(sim)
        assert (entry["surface"], entry["target"]) == ("control", "/_sim/clock/advance")


async def test_an_exchange_has_the_instant_at_which_it_was_asked(live):
    async with live() as sim:
        await sim.post("/_sim/clock/advance", {"by": "1s"})
        (entry,) = await entries(sim)
        assert entry["at"] == "2026-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("sent", "target"),
    [
        (b"/v1/jobs?x=%41&y", "/v1/jobs?x=%41&y"),
        (b"http://elsewhere.test/v1/jobs?x=1", "/v1/jobs?x=1"),
    ],
)
async def test_a_target_is_kept_as_it_was_sent_but_for_the_host_in_it(live, sent, target):
    async with live() as sim:
        await sim.raw(b"GET " + sent + b" HTTP/1.1\r\nHost: a\r\n\r\n")
        (entry,) = await entries(sim, "?path=/v1/jobs")
        assert entry["target"] == target


async def test_of_a_large_body_only_the_beginning_is_kept(live, monkeypatch):
    monkeypatch.setattr(site, "LARGEST_BODY", 10)
    async with live() as sim:
        answer = await sim.post("/v1/imagine", {"prompt": "a fox"})
        (entry,) = await entries(sim)
        assert entry["request_body"] == {"text": '{"prompt":'}
        assert entry["body"]["text"].encode() == answer.body[:10]


async def test_exchanges_are_found_by_what_they_are(live):
    async with live() as sim:
        job_id = await sim.imagine()
        await sim.as_("sim-other").get(f"/v1/jobs/{job_id}")
        await sim.job(job_id)
        assert [e["number"] for e in await entries(sim)] == [1, 2, 3]
        assert [e["number"] for e in await entries(sim, "?tenant=sim-other")] == [2]
        assert [e["number"] for e in await entries(sim, "?status=404")] == [2]
        assert [e["number"] for e in await entries(sim, "?method=get&path=/v1/jobs/*")] == [2, 3]
        assert [e["number"] for e in await entries(sim, "?after=2")] == [3]
        assert [e["number"] for e in await entries(sim, "?limit=2")] == [2, 3]


async def test_who_waits_is_told_as_soon_as_enough_exchanges_match(live):
    async with live() as sim:
        wanted = {"path": "/v1/jobs", "tenant": "sim-test", "count": 2, "timeout_seconds": 60}
        waiting = asyncio.create_task(sim.post("/_sim/journal/wait", wanted))
        await sim.jobs()
        await sim.as_("sim-other").jobs()
        await sim.imagine()
        await sim.jobs()
        found = (await asyncio.wait_for(waiting, 20)).json
        assert found["reached"] is True
        assert [entry["number"] for entry in found["data"]] == [1, 4]


async def test_who_has_what_it_waited_for_is_told_of_no_other_exchange():
    kept, looks = journal.Journal(), []
    kept.add(exchange())
    await kept.wait(lambda entry: looks.append(entry) is None, 1, 60)
    looks.clear()
    kept.add(exchange())
    assert looks == []


async def test_who_waits_goes_on_where_what_came_was_forgotten_at_once():
    kept, looks = journal.Journal(), []

    def matches(entry):
        looks.append(entry)
        assert len(looks) < 20, "it looks without end"
        return entry.tenant == "wanted"

    kept.add(exchange("other"))
    waiting = asyncio.create_task(kept.wait(matches, 1, 60))
    await asyncio.sleep(0)
    kept.add(exchange("wanted"))
    kept.forget("wanted")
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    kept.add(exchange("wanted"))
    assert [entry.tenant for entry in await asyncio.wait_for(waiting, 20)] == ["wanted"]


async def test_who_waits_in_vain_is_told_what_there_is(live):
    async with live() as sim:
        await sim.jobs()
        found = (await sim.post("/_sim/journal/wait", {"count": 2, "timeout_seconds": 0.01})).json
        assert (found["reached"], len(found["data"])) == (False, 1)


async def test_the_journal_of_one_tenant_is_forgotten_alone(live):
    async with live() as sim:
        await sim.jobs()
        await sim.as_("sim-other").jobs()
        assert (await sim.request("DELETE", "/_sim/journal?tenant=sim-test")).status == 204
        assert {e.get("tenant") for e in await entries(sim, "?path=/v1/*")} == {"sim-other"}
        assert (await sim.request("DELETE", "/_sim/journal")).status == 204
        assert await entries(sim, "?path=/v1/*") == []


async def test_the_exchange_right_before_is_forgotten_too(live):
    async with live() as sim:
        await sim.jobs()
        await sim.request("DELETE", "/_sim/journal?tenant=sim-test")
        assert await entries(sim, "?path=/v1/*") == []


async def test_the_oldest_exchanges_make_room(live, monkeypatch):
    monkeypatch.setattr(journal, "MOST_ENTRIES", 3)
    async with live() as sim:
        for _ in range(5):
            await sim.jobs()
        assert [e["number"] for e in await entries(sim)] == [3, 4, 5]


ODD = b"GET /v1/jobs?x=%%FF HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer sim-test\r\n%s\r\nConnection: close\r\n\r\n"


async def test_an_exchange_is_told_the_same_once_many_have_followed(live):
    """What befell it, and headers that are no text, included."""
    async with live() as sim:
        asked = {"Prefer": "code=429, stale=5s", "X-Own": "yes"}
        await sim.post("/v1/imagine?x=1", {"prompt": "a fox 🦊 --sim instant"}, asked)
        await sim.raw(ODD % b"X-Odd: \xff\xfe")
        await sim.raw(ODD % b"X-Twice: 1\r\nx-twice: 2")
        before = await entries(sim)
        assert before[0]["faults"]
        assert before[0]["near_misses"]
        for _ in range(200):
            await sim.jobs()
        after = await entries(sim, "?limit=1000")
        assert after[:3] == before
        assert [entry["number"] for entry in after] == list(range(1, 204))
        assert {len(entry["headers"]) for entry in after[3:]} == {len(after[-1]["headers"])}


async def test_one_tenant_is_forgotten_among_many_exchanges_and_the_others_are_not(live):
    async with live() as sim:
        for _ in range(70):
            await sim.jobs()
            await sim.as_("sim-other").jobs()
        await sim.request("DELETE", "/_sim/journal?tenant=sim-test")
        for _ in range(70):
            await sim.jobs()
        assert len(await entries(sim, "?tenant=sim-other&limit=1000")) == 70
        assert len(await entries(sim, "?tenant=sim-test&limit=1000")) == 70


async def test_large_bodies_make_room_by_their_bytes(live, monkeypatch):
    monkeypatch.setattr(journal, "MOST_BYTES", 20_000)
    async with live() as sim:
        for number in range(8):
            await sim.post("/v1/imagine", {"prompt": f"{number}" + "x" * 3_900})
        kept = [e["number"] for e in await entries(sim)]
        assert kept == [4, 5, 6, 7, 8]  # four of about 4.5 kB each, and the last one beside them


async def test_what_is_forgotten_leaves_its_room_to_others(live, monkeypatch):
    monkeypatch.setattr(journal, "MOST_BYTES", 20_000)
    async with live() as sim:
        for _ in range(5):
            for number in range(4):
                await sim.post("/v1/imagine", {"prompt": f"{number}" + "x" * 3_900})
            assert len(await entries(sim, "?path=/v1/*")) == 4
            await sim.request("DELETE", "/_sim/journal")


async def test_long_headers_and_targets_make_room_by_their_bytes(live, monkeypatch):
    monkeypatch.setattr(journal, "MOST_BYTES", 20_000)
    async with live() as sim:
        for number in range(8):
            await sim.get(f"/v1/jobs?x={'q' * 2_000}", headers={f"X-{number}": "y" * 2_000})
        kept = [e["number"] for e in await entries(sim)]
        assert kept == [4, 5, 6, 7, 8]  # four of about 4.5 kB each, and the last one beside them


@pytest.mark.parametrize("query", ["?status=99", "?status=ok", "?after=-1", "?since=1", "?path=", "?limit=0"])
async def test_the_journal_is_asked_properly_or_not_at_all(live, query):
    async with live() as sim:
        answer = await sim.get(f"/_sim/journal{query}")
        assert (answer.status, answer.code) == (400, "invalid_request")


@pytest.mark.parametrize("body", [{"count": 0}, {"timeout_seconds": 61}, {"where": 1}, {"status": 1}, {"tenant": ""}])
async def test_waiting_is_asked_for_properly_or_not_at_all(live, body):
    async with live() as sim:
        assert (await sim.post("/_sim/journal/wait", body)).status == 400


async def test_headers_that_are_no_text_are_shown_all_the_same(live):
    async with live() as sim:
        for target in ("GET /v1/jobs", "POST /_sim/inbox/odd"):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(sim.url.rpartition(":")[2]))
            writer.write(target.encode() + b" HTTP/1.1\r\nHost: localhost\r\nX-Odd: \xff\r\nConnection: close\r\n\r\n")
            await reader.read()
            writer.close()
        (entry, *_) = (await sim.get("/_sim/journal")).json["data"]
        assert ["X-Odd", r"\udcff"] in entry["request_headers"]
        (message,) = (await sim.get("/_sim/inboxes/odd")).json["messages"]
        assert message["headers"]["x-odd"] == r"\udcff"


@pytest.mark.parametrize("body", [b'{"a": "\\ud800"}', b"\xff", b"[" * 50_000, b'{"a": NaN}', b'{"a": 1e999}'])
async def test_an_inbox_shows_what_came_whatever_it_was(live, body):
    async with live() as sim:
        async with sim.session.post(f"{sim.url}/_sim/inbox/odd", data=body) as answer:
            assert answer.status == 200
        (message,) = (await sim.get("/_sim/inboxes/odd")).json["messages"]
        assert "json" not in message
