"""Whoever directs a rehearsal decides what becomes of a job, and its tenant sees a life that could have been."""

import pytest


async def direct(sim, job_id, verb, body=None):
    answer = await sim.post(f"/_sim/jobs/{job_id}/{verb}", body)
    assert answer.status == 200, answer.body
    return answer.json


async def test_a_held_job_stays_where_it_is_and_goes_on_as_if_no_time_had_passed(live):
    async with live() as sim:
        job_id = await sim.imagine()
        planned = (await sim.get(f"/_sim/jobs/{job_id}")).json["plan"]
        sim.clock.advance(2_000)
        held = await direct(sim, job_id, "hold")
        assert (held["held"], held["plan"]) == (True, [])
        assert await direct(sim, job_id, "hold") == held
        sim.clock.advance(7 * 24 * 3_600_000)
        assert (await sim.job(job_id)) == held["job"]
        released = await direct(sim, job_id, "release")
        assert released["held"] is False
        assert [m["progress"] for m in released["plan"]] == [m["progress"] for m in planned][-len(released["plan"]) :]
        assert (await sim.completed(job_id))["progress"] == 100


async def test_a_held_job_moves_by_single_steps_and_stays_held(live):
    async with live() as sim:
        job_id = await sim.imagine()
        await direct(sim, job_id, "hold")
        stepped = await direct(sim, job_id, "step")
        assert (stepped["held"], stepped["job"]["status"]) == (True, "in_progress")
        sim.clock.advance(3_600_000)
        assert (await sim.job(job_id))["status"] == "in_progress"


@pytest.mark.parametrize("milliseconds", [0, 2_000])
@pytest.mark.parametrize(("verb", "status"), [("complete", "completed"), ("fail", "failed"), ("cancel", "cancelled")])
async def test_a_job_ends_as_it_is_told_whether_it_waits_or_runs(live, milliseconds, verb, status):
    async with live() as sim:
        job_id = await sim.imagine()
        sim.clock.advance(milliseconds)
        ended = await direct(sim, job_id, verb)
        assert ended["job"]["status"] == status
        assert ended["plan"] == []
        assert await sim.job(job_id) == ended["job"]
        for again in ("hold", "release", "step", "complete", "fail", "cancel"):
            await sim.refused(f"/_sim/jobs/{job_id}/{again}", None, status=409, code="job_settled")


async def test_a_failure_is_told_as_it_was_given(live):
    async with live() as sim:
        job_id = await sim.imagine()
        await direct(sim, job_id, "fail", {"code": "moderation_blocked", "message": "No."})
        assert (await sim.job(job_id))["error"] == {"code": "moderation_blocked", "message": "No."}
        other = await sim.imagine("other")
        await direct(sim, other, "fail")
        assert (await sim.job(other))["error"]["code"] == "internal_error"
        answer = await sim.post(f"/_sim/jobs/{other}/fail", {"code": ""})
        assert (answer.status, answer.message[:6]) == (400, "code: ")


async def test_a_held_job_that_is_completed_is_held_no_more(live):
    async with live() as sim:
        job_id = await sim.imagine()
        await direct(sim, job_id, "hold")
        assert (await direct(sim, job_id, "complete"))["held"] is False


async def test_a_job_that_runs_on_keeps_those_behind_it_waiting_until_it_is_let_go(live):
    async with live(plan="basic") as sim:
        first = [await sim.imagine(f"first {number}") for number in range(3)]
        waiting = await sim.imagine("waits")
        sim.clock.advance(1_000)
        for job_id in first:
            await direct(sim, job_id, "hold")
        sim.clock.advance(3_600_000)
        assert (await sim.job(waiting))["status"] == "pending"
        assert (await sim.get(f"/_sim/jobs/{waiting}")).json["plan"] == []
        late = await sim.imagine("comes later")
        await direct(sim, first[0], "release")
        await sim.completed(first[0])
        assert (await sim.job(waiting))["status"] == "completed"
        assert (await sim.job(late))["status"] == "completed"


async def test_a_job_that_is_held_before_it_starts_lets_others_pass(live):
    async with live(plan="basic") as sim:
        running = [await sim.imagine(f"first {number}") for number in range(3)]
        held, behind = await sim.imagine("held"), await sim.imagine("behind")
        await direct(sim, held, "hold")
        for job_id in running:
            await sim.completed(job_id)
        await sim.completed(behind)
        assert (await sim.job(held))["status"] == "pending"
        await direct(sim, held, "release")
        await sim.completed(held)


async def test_the_jobs_of_all_tenants_are_listed_newest_first(live):
    async with live() as sim:
        first, other = await sim.imagine("one"), await sim.as_("sim-other").imagine("two")
        listed = (await sim.get("/_sim/jobs")).json["data"]
        assert [(job["job"]["id"], job["tenant"]) for job in listed] == [(other, "sim-other"), (first, "sim-test")]
        mine = (await sim.get("/_sim/jobs?tenant=sim-test")).json["data"]
        assert [job["job"]["id"] for job in mine] == [first]
        assert (await sim.get("/_sim/jobs?tenant=sim-nobody")).json["data"] == []
        assert len((await sim.get("/_sim/jobs?limit=1")).json["data"]) == 1


async def test_the_tenant_of_a_real_key_is_found_by_its_key(live):
    async with live(api_key=("secret-1",)) as sim:
        job_id = await sim.as_("secret-1").imagine()
        (found,) = (await sim.get("/_sim/jobs?tenant=secret-1")).json["data"]
        assert found["job"]["id"] == job_id
        assert found["tenant"].startswith("key-")
        assert len((await sim.get(f"/_sim/jobs?tenant={found['tenant']}")).json["data"]) == 1


@pytest.mark.parametrize("query", ["?limit=0", "?limit=2001", "?limit=x", "?tenant=", "?tenant=a&tenant=b", "?page=2"])
async def test_a_list_of_jobs_is_asked_for_properly_or_not_at_all(live, query):
    async with live() as sim:
        answer = await sim.get(f"/_sim/jobs{query}")
        assert (answer.status, answer.code) == (400, "invalid_request")
        assert answer.message.startswith(query[1:].split("=")[0])


@pytest.mark.parametrize("job_id", ["11111111-1111-4111-8111-111111111111", "x"])
async def test_what_is_no_job_cannot_be_directed(live, job_id):
    async with live() as sim:
        await sim.refused(f"/_sim/jobs/{job_id}/hold", None, status=404, code="job_not_found")
        assert (await sim.get(f"/_sim/jobs/{job_id}")).code == "job_not_found"
