"""A state can be left behind, taken along and put back, and whoever asked is answered when that is done."""

import asyncio
import sqlite3
from contextlib import asynccontextmanager

import pytest


async def test_one_tenant_starts_over_and_no_other_is_touched(live):
    async with live() as sim:
        other = sim.as_("sim-other")
        gone, kept = await sim.imagine(), await other.imagine()
        assert (await sim.post("/_sim/reset", {"tenant": "sim-test"})).json == {"jobs": 1}
        assert (await sim.get(f"/v1/jobs/{gone}")).code == "job_not_found"
        assert (await sim.jobs())["total"] == 0
        assert (await other.job(kept))["id"] == kept
        tenants = {e.get("tenant") for e in (await sim.get("/_sim/journal?path=/v1/imagine")).json["data"]}
        assert tenants == {"sim-other"}


async def test_who_starts_over_gets_the_same_world_again(live):
    async with live() as sim:
        first = await sim.imagine()
        assert await sim.imagine() != first
        await sim.post("/_sim/reset")
        assert await sim.imagine() == first


async def test_a_job_that_gets_the_id_of_one_that_is_gone_is_shown_as_it_was_asked_for(live):
    async with live() as sim:
        first = await sim.imagine("a fox --ar 16:9")
        assert (await sim.job(first))["prompt"] == "a fox --ar 16:9"
        before = (await sim.get("/_sim/export")).body
        await sim.post("/_sim/reset")
        assert await sim.imagine("a fox", aspect_ratio="16:9") == first
        assert (await sim.job(first))["prompt"] == "a fox"
        await sim.request("POST", "/_sim/import", data=before)
        assert (await sim.job(first))["prompt"] == "a fox --ar 16:9"


async def test_starting_over_lets_go_of_limits_and_slots(live):
    async with live(plan="basic", rate_limit="3/60s") as sim:
        for number in range(3):
            await sim.imagine(str(number))
        await sim.refused("/v1/imagine", {"prompt": "4"}, status=429, code="rate_limited")
        await sim.post("/_sim/reset", {})
        await sim.imagine("5")


async def test_a_state_is_taken_to_another_simulator_and_goes_on_there(live):
    async with live() as sim:
        done = await sim.made("imagine", prompt="done")
        going = await sim.imagine("going on")
        data = (await sim.get("/_sim/export")).body
        picture = (await sim.get(done["result"]["images"][0]["url"])).body
    async with live(start=sim.clock.now()) as other:
        await other.imagine("is replaced")
        assert (await other.request("POST", "/_sim/import", data=data)).json == {"jobs": 2}
        assert (await other.jobs())["total"] == 2
        again = await other.job(done["id"])
        assert (await other.get(again["result"]["images"][0]["url"])).body == picture
        assert (await other.completed(going))["prompt"] == "going on"


async def test_an_exported_state_is_a_data_file(live, tmp_path):
    async with live() as sim:
        job_id = await sim.imagine()
        file = tmp_path / "mjsim.db"
        file.write_bytes((await sim.get("/_sim/export")).body)
    async with live(data=file) as sim:
        assert (await sim.job(job_id))["id"] == job_id


@pytest.mark.parametrize("data", [b"", b"no database", b"SQLite format 3\x00" + b"\x00" * 5_000])
async def test_what_is_no_state_is_not_imported_and_nothing_is_lost(live, data):
    async with live() as sim:
        job_id = await sim.imagine()
        answer = await sim.request("POST", "/_sim/import", data=data)
        assert answer.status in (400, 409)
        assert (await sim.job(job_id))["id"] == job_id


async def test_a_database_of_somebody_else_is_not_imported(live, tmp_path):
    foreign = sqlite3.connect(tmp_path / "foreign.db")
    foreign.execute("CREATE TABLE t (x)")
    foreign.commit()
    foreign.close()
    async with live() as sim:
        answer = await sim.request("POST", "/_sim/import", data=(tmp_path / "foreign.db").read_bytes())
        assert (answer.status, answer.code) == (409, "clashing_state")


async def test_a_state_of_another_seed_is_refused_with_its_seed(live):
    async with live(seed=99) as sim:
        data = (await sim.get("/_sim/export")).body
    async with live() as sim:
        answer = await sim.request("POST", "/_sim/import", data=data)
        assert (answer.status, answer.code) == (409, "clashing_state")
        assert "--seed 99" in answer.message


async def test_many_may_start_over_together(live):
    async with live() as sim:
        tenants = [sim.as_(f"sim-{number}") for number in range(10)]
        await asyncio.gather(*(tenant.imagine() for tenant in tenants))
        gone = await asyncio.gather(*(sim.post("/_sim/reset", {"tenant": t.key}) for t in tenants))
        assert [answer.json["jobs"] for answer in gone] == [1] * 10


async def test_a_reset_is_asked_for_properly_or_not_at_all(live):
    async with live() as sim:
        job_id = await sim.imagine()
        for body in ({"tenant": ""}, {"tenants": "sim-test"}, {"tenant": 1}, []):
            assert (await sim.post("/_sim/reset", body)).status == 400
        assert (await sim.job(job_id))["id"] == job_id


async def test_starting_over_takes_back_what_a_rehearsal_has_set_up(live):
    async with live() as sim:
        other = sim.as_("sim-other")
        fault = {"match": {"tenant": "sim-test"}, "effect": {"response": {"status": 503}}}
        await sim.post(
            "/_sim/faults", [fault, {"match": {"tenant": "sim-other"}, "effect": {"response": {"status": 500}}}]
        )
        inbox = f"{sim.url}/_sim/inbox/all"
        await sim.request("PUT", "/_sim/inboxes/all/answers", data=b'{"answers": [410]}')
        await sim.as_("sim-third").imagine(webhook_url=inbox)
        await sim.post("/_sim/clock/advance", {"until": "quiet"})
        assert len((await sim.get("/_sim/webhooks/disabled")).json["disabled"]) == 1

        await sim.post("/_sim/reset", {"tenant": "sim-test"})
        assert (await sim.get("/v1/jobs")).status == 200
        assert len((await sim.get("/_sim/faults")).json["faults"]) == 1
        assert len((await sim.get("/_sim/webhooks/disabled")).json["disabled"]) == 1

        await sim.post("/_sim/reset")
        assert (await other.get("/v1/jobs")).status == 200
        assert (await sim.get("/_sim/webhooks/disabled")).json["disabled"] == []
        assert (await sim.get("/_sim/webhooks/deliveries")).json["deliveries"] == []
        assert (await sim.get("/_sim/inboxes")).json["inboxes"] == []


async def test_a_delivery_that_hangs_does_not_outlive_its_tenant(live):
    async with live() as sim:
        await sim.request("PUT", "/_sim/inboxes/slow/answers", data=b'{"answers": [{"hang": true}]}')
        await sim.imagine(webhook_url=f"{sim.url}/_sim/inbox/slow")
        sim.clock.advance(60_000)
        await sim.post("/_sim/inboxes/slow/wait", {"count": 1})
        await sim.post("/_sim/reset", {"tenant": "sim-test"})
        walk = (await sim.post("/_sim/clock/advance", {"by": "1h"})).json
        assert walk["attempts"] == []


@asynccontextmanager
async def held_by_its_receiver(sim, serving):
    """A job whose news is being delivered: what has arrived since, and an event that lets the receiver answer."""
    arrived, released = asyncio.Queue(), asyncio.Event()

    async def hold(_reader, writer):
        arrived.put_nowait("news")
        await released.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")

    async with serving(hold) as url:
        await sim.imagine(webhook_url=url, webhook_type="progress")
        sim.clock.advance(60_000)
        await arrived.get()
        try:
            yield arrived, released
        finally:
            released.set()


async def test_what_is_under_way_does_not_go_on_in_the_world_that_is_imported(live, serving):
    async with live() as sim:
        empty = (await sim.get("/_sim/export")).body
        async with held_by_its_receiver(sim, serving) as (arrived, released):
            assert (await sim.request("POST", "/_sim/import", data=empty)).json == {"jobs": 0}
            released.set()
            assert (await sim.post("/_sim/clock/advance", {"until": "quiet"})).json["attempts"] == []
            assert arrived.empty()


@pytest.mark.parametrize("lacking", [0, 1], ids=["imported", "refused"])
async def test_news_that_an_import_has_broken_off_is_delivered_at_once(live, serving, lacking):
    async with live() as sim, held_by_its_receiver(sim, serving) as (arrived, _):
        data = (await sim.get("/_sim/export")).body
        answer = await sim.request("POST", "/_sim/import", data=data[: len(data) - lacking])
        assert answer.status == (409 if lacking else 200)
        await asyncio.wait_for(arrived.get(), 10)


DAMAGES = {
    "a table is gone": "DROP TABLE attempt",
    "a column too many": "ALTER TABLE job ADD COLUMN more",
    "a view for a table": "DROP TABLE disabled; CREATE VIEW disabled AS SELECT 'a' AS tenant, 'b' AS url, 1 AS since",
    "a trigger": "CREATE TRIGGER more AFTER DELETE ON fact BEGIN DELETE FROM tenant; END",
    "a job that is none": "UPDATE job SET document = x'00ff'",
    "a job of text": "UPDATE job SET document = 'hello'",
    "a job by another id": "UPDATE job SET id = zeroblob(16)",
    "a job of nobody": "DELETE FROM tenant",
    "a job with other instants": "UPDATE job SET settled = settled + 1",
    "an instant that is none": "UPDATE job SET started = 'soon'",
    "an instant after all others": "UPDATE delivery SET instant = 100000000000000000",
    "a standing that is none": "UPDATE delivery SET standing = 'lying'",
    "a line that is none": "UPDATE fact SET value = 'a b' WHERE name = 'line'",
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("where", ["memory", "file"])
async def test_a_state_that_was_tampered_with_is_not_imported_and_nothing_is_lost(live, tmp_path, damage, where):
    async with live(data=None if where == "memory" else tmp_path / "own.db") as sim:
        job_id = await sim.imagine(webhook_url="http://127.0.0.1:1/")
        await sim.post("/_sim/clock/advance", {"by": "1ms"})
        true = (await sim.get("/_sim/export")).body
        file = tmp_path / "tampered.db"
        file.write_bytes(true)
        connection = sqlite3.connect(file)
        connection.executescript(damage)
        connection.close()
        answer = await sim.request("POST", "/_sim/import", data=file.read_bytes())
        assert (answer.status, answer.code) == (409, "clashing_state")
        assert (await sim.job(job_id))["id"] == job_id
        await sim.imagine("another")
        assert (await sim.request("POST", "/_sim/import", data=true)).json == {"jobs": 1}


async def test_a_state_that_lacks_its_last_byte_is_not_imported_and_nothing_is_lost(live):
    async with live() as sim:
        job_id = await sim.imagine(webhook_url="http://127.0.0.1:1/")
        true = (await sim.get("/_sim/export")).body
        answer = await sim.request("POST", "/_sim/import", data=true[:-1])
        assert (answer.status, answer.code) == (409, "clashing_state")
        assert (await sim.request("POST", "/_sim/import", data=true)).json == {"jobs": 1}
        assert (await sim.job(job_id))["id"] == job_id
