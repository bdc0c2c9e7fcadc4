"""Cancelling ends what has not ended, keeps what was reached, and gives the slot to the next in line."""

import pytest

ALWAYS = {"id", "type", "status", "progress", "prompt", "parameters", "created_at", "updated_at"}


async def test_a_pending_job_is_cancelled_without_progress(live):
    async with live() as sim:
        job_id = await sim.imagine()
        answer = await sim.cancel(job_id)
        assert answer.status == 200
        assert (answer.json["status"], answer.json["progress"]) == ("cancelled", 0)
        assert set(answer.json) == ALWAYS, "a cancelled job has neither result nor error nor an hour of completion"
        assert await sim.job(job_id) == answer.json


async def test_a_running_job_is_cancelled_with_the_progress_that_it_had(live):
    async with live() as sim:
        job_id = await sim.imagine()
        sim.clock.advance(2500)
        before = await sim.job(job_id)
        assert before["status"] == "in_progress"
        assert before["progress"] > 0
        sim.clock.advance(1)
        after = (await sim.cancel(job_id)).json
        assert after == {**before, "status": "cancelled", "updated_at": after["updated_at"]}
        assert after["updated_at"] == "2026-01-01T00:00:02.501Z"


async def test_a_cancelled_job_stays_cancelled_and_never_has_files(live):
    async with live(public_base_url="http://mj.example") as sim:
        job_id = await sim.imagine("a boat")
        cancelled = (await sim.cancel(job_id)).json
        sim.clock.advance(3_600_000)
        assert await sim.job(job_id) == cancelled
    # The same job in a world where it was left alone tells where its files would be.
    async with live(public_base_url="http://mj.example", pace="instant") as sim:
        twin = await sim.made("imagine", prompt="a boat")
        assert twin["id"] == job_id
    async with live() as sim:
        await sim.cancel(await sim.imagine("a boat"))
        sim.clock.advance(3_600_000)
        path = twin["result"]["images"][0]["url"].removeprefix("http://mj.example")
        assert (await sim.get(path)).status == 404


@pytest.mark.parametrize("state", ["completed", "failed", "cancelled"])
async def test_what_has_ended_cannot_be_cancelled(live, state):
    async with live(failure_rate=float(state == "failed")) as sim:
        job_id = await sim.imagine()
        if state == "cancelled":
            await sim.cancel(job_id)
        else:
            sim.clock.advance(60_000)
        before = await sim.job(job_id)
        assert before["status"] == state
        answer = await sim.cancel(job_id)
        assert (answer.status, answer.code) == (400, "job_not_cancellable")
        assert state in answer.message
        assert await sim.job(job_id) == before


async def test_an_unknown_job_cannot_be_cancelled(live):
    async with live() as sim:
        for job_id in ("00000000-0000-4000-8000-000000000000", "nonsense", "0", "%20"):
            answer = await sim.cancel(job_id)
            assert (answer.status, answer.code) == (404, "job_not_found")


async def test_a_body_that_is_sent_along_is_passed_over(live):
    async with live() as sim:
        for body in (b"", b"{}", b"{not json", b"\x00" * 100_000):
            job_id = await sim.imagine()
            answer = await sim.request("POST", f"/v1/jobs/{job_id}/cancel", data=body)
            assert answer.json["status"] == "cancelled"


async def test_an_id_in_capitals_is_the_same_id(live):
    async with live() as sim:
        job_id = await sim.imagine()
        assert (await sim.job(job_id.upper()))["id"] == job_id
        assert (await sim.cancel(job_id.upper())).json["id"] == job_id


async def statuses(sim, ids):
    return [(await sim.job(job_id))["status"] for job_id in ids]


async def test_the_slot_of_a_cancelled_job_goes_to_the_first_in_line_at_once(live):
    async with live(plan="basic") as sim:
        ids = [await sim.imagine(f"boat {number}") for number in range(6)]
        sim.clock.advance(1500)
        assert await statuses(sim, ids) == ["in_progress"] * 3 + ["pending"] * 3
        await sim.cancel(ids[1])
        assert await statuses(sim, ids) == [
            "in_progress",
            "cancelled",
            "in_progress",
            "in_progress",
            "pending",
            "pending",
        ]
        # What was pulled forward lives a whole life from there.
        life = await sim.life(ids[3])
        assert [face["progress"] for face in life] == [0, 15, 31, 46, 62, 78, 93, 100]
        sim.clock.advance(20_000)
        assert await statuses(sim, ids) == ["completed", "cancelled"] + ["completed"] * 4


async def test_a_queued_job_that_is_cancelled_lets_those_behind_it_move_up(live):
    async def fifth_starts(cancelled):
        async with live(plan="basic") as sim:
            ids = [await sim.imagine(f"boat {number}") for number in range(7)]
            sim.clock.advance(1000)
            for place in cancelled:
                await sim.cancel(ids[place])
            life = await sim.life(ids[6])
            return next(face["updated_at"] for face in life if face["status"] == "in_progress")

    moved_up, left_alone = await fifth_starts([3, 4, 5]), await fifth_starts([])
    assert moved_up < left_alone


async def test_never_do_more_jobs_run_than_there_are_slots_whatever_is_cancelled(live):
    async with live(plan="basic") as sim:
        ids = [await sim.imagine(f"boat {number}") for number in range(12)]
        for number in range(60):
            sim.clock.advance(400)
            seen = await statuses(sim, ids)
            assert seen.count("in_progress") <= 3
            waiting = [place for place, status in enumerate(seen) if status == "pending"]
            started = [place for place, status in enumerate(seen) if status in ("in_progress", "completed")]
            assert not waiting or not started or max(started) < min(waiting), "first come, first served"
            if number % 5 == 0 and waiting:
                await sim.cancel(ids[waiting[-1]])
            if number % 7 == 0 and "in_progress" in seen:
                await sim.cancel(ids[seen.index("in_progress")])
        assert set(await statuses(sim, ids)) == {"completed", "cancelled"}


async def test_without_a_plan_cancelling_changes_no_other_job(live):
    async with live() as sim:
        first, second = await sim.imagine("one"), await sim.imagine("two")
        sim.clock.advance(1000)
        before = await sim.job(second)
        await sim.cancel(first)
        assert await sim.job(second) == before
