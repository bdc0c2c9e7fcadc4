"""Time is moved through the control API, and the answer comes when all that was due has happened."""

import asyncio

import pytest

from mjsim.core.instant import rfc3339

BEGIN = "2026-01-01T00:00:00.000Z"


async def advance(sim, **how):
    answer = await sim.post("/_sim/clock/advance", how)
    assert answer.status == 200, answer.body
    return answer.json


async def test_time_that_stands_still_is_moved_by_a_duration(live):
    async with live() as sim:
        assert (await sim.get("/_sim/clock")).json == {"now": BEGIN, "rate": 0, "step": 0}
        walk = await advance(sim, by="1m30s")
        assert (walk["before"], walk["after"]) == (BEGIN, "2026-01-01T00:01:30.000Z")
        assert (await sim.get("/_sim/clock")).json["now"] == "2026-01-01T00:01:30.000Z"


async def test_a_walk_tells_the_changes_of_all_tenants_in_order(live):
    async with live() as sim:
        first = await sim.imagine("one")
        second = await sim.as_("sim-other").imagine("two")
        walk = await advance(sim, by="1h")
        changes = walk["changes"]
        assert walk["changed"] == len(changes) == 4
        assert {(c["job_id"], c["tenant"], c["status"]) for c in changes} == {
            (first, "sim-test", "in_progress"),
            (first, "sim-test", "completed"),
            (second, "sim-other", "in_progress"),
            (second, "sim-other", "completed"),
        }
        assert [c["at"] for c in changes] == sorted(c["at"] for c in changes)
        assert all(BEGIN < c["at"] <= walk["after"] for c in changes)


async def test_time_goes_to_an_instant_and_never_back(live):
    async with live() as sim:
        walk = await advance(sim, to="2026-01-02T01:00:00+01:00")
        assert walk["after"] == "2026-01-02T00:00:00.000Z"
        message = await sim.refused(
            "/_sim/clock/advance", {"to": "2026-01-01T00:00:00Z"}, status=409, code="clashing_state"
        )
        assert message.startswith("to: ")
        assert (await sim.get("/_sim/clock")).json["now"] == "2026-01-02T00:00:00.000Z"


async def test_time_goes_to_each_next_moment_of_a_job_until_it_has_none(live):
    async with live() as sim:
        job_id = await sim.imagine()
        seen = []
        while (job := await sim.job(job_id))["status"] != "completed":
            walk = await advance(sim, job=job_id)
            job = await sim.job(job_id)
            assert job["updated_at"] == walk["after"]
            seen.append((job["status"], job["progress"]))
        assert seen == [*(("in_progress", step) for step in (0, 15, 31, 46, 62, 78, 93)), ("completed", 100)]
        await sim.refused("/_sim/clock/advance", {"job": job_id}, status=409, code="job_settled")


async def test_time_goes_on_until_all_is_quiet(live):
    async with live(plan="basic") as sim:
        ids = [await sim.imagine(str(number)) for number in range(6)]
        walk = await advance(sim, until="quiet")
        assert walk["quiet"] is True
        assert [(await sim.job(job_id))["status"] for job_id in ids] == ["completed"] * 6
        last = max([(await sim.job(job_id))["completed_at"] for job_id in ids])
        assert walk["after"] == last
        again = await advance(sim, until="quiet")
        assert (again["quiet"], again["after"], again["changed"]) == (True, last, 0)


async def test_what_is_held_keeps_nobody_from_being_quiet(live):
    async with live() as sim:
        held = await sim.imagine("held")
        await sim.post(f"/_sim/jobs/{held}/hold")
        other = await sim.imagine("other")
        assert (await advance(sim, until="quiet"))["quiet"] is True
        assert (await sim.job(other))["status"] == "completed"
        assert (await sim.job(held))["status"] == "pending"


async def test_time_that_was_frozen_stands_still_and_goes_on_at_another_rate(live):
    async with live() as sim:
        running = await sim.request("PUT", "/_sim/clock", data=b'{"rate": 100000}')
        assert running.json["rate"] == 100_000
        while (await sim.get("/_sim/clock")).json["now"] == running.json["now"]:
            await asyncio.sleep(0)
        frozen = (await sim.request("PUT", "/_sim/clock", data=b'{"rate": 0}')).json
        assert frozen["now"] > BEGIN
        assert (await sim.get("/_sim/clock")).json == frozen


async def test_time_can_go_by_a_step_at_each_request_of_the_api(live):
    async with live(step=500) as sim:
        job_id = await sim.imagine()
        before = rfc3339(sim.clock.now())
        seen = [(await sim.job(job_id))["updated_at"] for _ in range(3)]
        assert before == "2026-01-01T00:00:00.500Z"
        assert seen == sorted(seen)
        assert (await sim.get("/_sim/clock")).json["now"] == "2026-01-01T00:00:02.000Z"
        await sim.request("PUT", "/_sim/clock", data=b'{"step": "0s"}')
        await sim.job(job_id)
        assert (await sim.get("/_sim/clock")).json["now"] == "2026-01-01T00:00:02.000Z"


async def test_walks_that_are_asked_for_together_are_taken_one_after_the_other(live):
    async with live() as sim:
        walks = await asyncio.gather(*(advance(sim, by="1s") for _ in range(5)))
        assert sorted(walk["after"] for walk in walks) == [f"2026-01-01T00:00:0{n}.000Z" for n in range(1, 6)]


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({}, "at least 1"),
        ({"by": "1s", "until": "quiet"}, "at most 1"),
        ({"by": "soon"}, "by: "),
        ({"by": "-1s"}, "by: "),
        ({"by": 5}, "by: "),
        ({"to": "tomorrow"}, "to: "),
        ({"to": "2030-13-01T00:00:00Z"}, "to: "),
        ({"until": "noon"}, "until: "),
        ({"job": "x"}, "job: "),
        ({"forward": "1s"}, "'forward' is not known here"),
    ],
)
async def test_a_walk_that_leads_nowhere_is_refused_with_the_field_and_the_rule(live, body, word):
    async with live() as sim:
        answer = await sim.post("/_sim/clock/advance", body)
        assert answer.status == 400
        assert word in answer.message, answer.message
        assert sim.clock.now() == 1_767_225_600_000


@pytest.mark.parametrize("body", [{}, {"rate": -1}, {"rate": 1e9}, {"rate": "fast"}, {"step": "1x"}, {"speed": 1}])
async def test_a_clock_is_not_set_to_what_no_clock_does(live, body):
    async with live() as sim:
        import json

        answer = await sim.request("PUT", "/_sim/clock", data=json.dumps(body).encode())
        assert answer.status == 400
        assert (await sim.get("/_sim/clock")).json == {"now": BEGIN, "rate": 0, "step": 0}


async def test_time_ends_where_what_is_put_off_is_kept(live):
    async with live(start=7_010 * 365 * 24 * 3_600_000) as sim:
        for instant in ("9999-12-31T23:59:59Z", "9000-01-01T00:00:00Z"):
            await sim.refused("/_sim/clock/advance", {"to": instant}, status=409, code="clashing_state")
        while (answer := await sim.post("/_sim/clock/advance", {"by": "3650d"})).status == 200:
            await sim.imagine("still here")
        assert (answer.code, answer.message) == ("clashing_state", "Time ends at 9000-01-01T00:00:00.000Z.")
        assert (await sim.get("/_sim/clock")).json["now"] < "9000"


async def test_time_is_not_moved_less_far_than_was_asked_for(live):
    async with live() as sim:
        message = await sim.refused("/_sim/clock/advance", {"by": "3651d"}, status=409, code="clashing_state")
        assert message == "by: 3651d is more than ten years, the most at once."
        answer = await sim.request("PUT", "/_sim/clock", data=b'{"step": "25h"}')
        assert (answer.status, answer.message) == (409, "step: 25h is more than a day, the most at once.")
        assert (await sim.get("/_sim/clock")).json == {"now": BEGIN, "rate": 0, "step": 0}


async def test_nobody_is_told_an_instant_before_it_is_noted_for_the_next_process(live, monkeypatch):
    async with live() as sim:
        store, noted = sim.simulator._store, []
        note_line = store.note_line

        async def noting(instant, rate):
            noted.append((sim.clock.now(), instant, rate))
            await note_line(instant, rate)

        monkeypatch.setattr(store, "note_line", noting)
        await sim.imagine(webhook_url=f"{sim.url}/_sim/inbox/hook")
        await advance(sim, by="1h")
        assert len(noted) > 1
        assert all(before < instant for before, instant, _ in noted)
        noted.clear()
        await sim.request("PUT", "/_sim/clock", data=b'{"rate": 60}')
        await sim.request("PUT", "/_sim/clock", data=b'{"rate": 0}')
        assert [rate for *_, rate in noted] == [60, 60, 60, 0], "never slower than time goes"
