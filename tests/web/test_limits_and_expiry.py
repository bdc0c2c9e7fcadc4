"""Plans, rates and retention: who is refused is told for how long, and who waits as told is let in."""

import logging

import pytest

DAY = 24 * 3_600_000


async def refused(sim, code, operation="imagine", **fields):
    """Ask for what has to be refused for now; for how many seconds."""
    answer = await sim.post(f"/v1/{operation}", fields or {"prompt": "one more"})
    assert (answer.status, answer.code) == (429, code)
    return int(answer.headers["Retry-After"])


async def count(sim, status):
    return (await sim.jobs(f"?status={status}"))["total"]


async def test_on_the_basic_plan_three_jobs_run_ten_wait_and_the_next_is_refused(live):
    async with live(plan="basic") as sim:
        for number in range(13):
            await sim.imagine(f"boat {number}")
        await refused(sim, "queue_full")
        sim.clock.advance(1000)
        assert await count(sim, "in_progress") == 3
        assert await count(sim, "pending") == 10
        assert (await sim.jobs())["total"] == 13, "what was refused leaves no trace"


async def test_who_waits_as_long_as_a_full_queue_tells_is_accepted(live):
    async with live(plan="basic") as sim:
        for number in range(13):
            await sim.imagine(f"boat {number}")
        for _ in range(12):
            wait = await refused(sim, "queue_full")
            assert 1 <= wait <= 6
            sim.clock.advance(wait * 1000)
            assert await sim.imagine("as told")
            while (await sim.post("/v1/imagine", {"prompt": "and more"})).status == 200:
                pass
            assert await count(sim, "in_progress") <= 3
            assert await count(sim, "pending") <= 10 + 3


async def test_a_full_queue_refuses_every_kind_of_job(live, as_base64):
    async with live(plan="basic") as sim:
        grid = (await sim.made("imagine", prompt="parent"))["id"]
        for number in range(13):
            await sim.imagine(f"boat {number}")
        image = as_base64()
        for operation, fields in (
            ("upscale", {"job_id": grid, "index": 1}),
            ("variations", {"job_id": grid, "index": 1}),
            ("describe", {"image_base64": image}),
            ("blend", {"images": [{"base64": image}] * 2}),
        ):
            await refused(sim, "queue_full", operation, **fields)


async def test_a_full_queue_is_the_tenants_own(live):
    async with live(plan="basic") as sim:
        for number in range(13):
            await sim.imagine(f"boat {number}")
        await refused(sim, "queue_full")
        assert await sim.as_("sim-other").imagine()


async def test_on_the_pro_plan_twelve_fast_and_three_relaxed_jobs_run(live):
    async with live(plan="pro") as sim:
        for number in range(8):
            await sim.imagine(f"boat {number} --turbo")
            await sim.imagine(f"boat {number} --fast")
        for number in range(6):
            await sim.imagine(f"boat {number} --relax")
        # Turbo jobs take two seconds, so there is a moment when all of the first twelve run.
        sim.clock.advance(1900)
        assert await count(sim, "in_progress") == 15
        assert await count(sim, "pending") == 7


async def test_relaxed_jobs_that_wait_do_not_keep_fast_ones_from_free_slots(live):
    async with live(plan="pro") as sim:
        for number in range(13):
            await sim.imagine(f"boat {number} --relax")
        await refused(sim, "queue_full", prompt="one more --relax")
        fast = [await sim.imagine(f"boat {number} --fast") for number in range(12)]
        sim.clock.advance(1000)
        assert {(await sim.job(job_id))["status"] for job_id in fast} == {"in_progress"}
        await refused(sim, "queue_full", prompt="one more --fast")


async def test_without_a_plan_a_hundred_jobs_run_at_once(live):
    async with live() as sim:
        for number in range(100):
            await sim.imagine(f"boat {number}")
        sim.clock.advance(1000)
        assert await count(sim, "in_progress") == 100


async def test_jobs_that_wait_come_one_after_the_other_and_all_complete(live):
    async with live(plan="basic") as sim:
        ids = [await sim.imagine(f"boat {number}") for number in range(13)]
        while await count(sim, "completed") < 13:
            sim.clock.advance(500)
            assert await count(sim, "in_progress") <= 3
        ends = [(await sim.job(job_id))["completed_at"] for job_id in ids]
        assert ends[12] > "2026-01-01T00:00:20"
        assert max(ends[:3]) < min(ends[6:])


async def test_beyond_the_rate_limit_imagine_is_refused_until_the_window_has_moved(live):
    async with live(rate_limit="3/60s") as sim:
        for number in range(3):
            await sim.imagine(f"boat {number}")
            sim.clock.advance(1000)
        assert await refused(sim, "rate_limited") == 57
        sim.clock.advance(56_999)
        assert await refused(sim, "rate_limited") == 1
        sim.clock.advance(1)
        assert await sim.imagine("as told")
        assert await refused(sim, "rate_limited") == 1
        sim.clock.advance(1000)
        assert await sim.imagine("as told again")


async def test_who_waits_as_long_as_the_rate_limit_tells_is_accepted(live):
    async with live(rate_limit="2/s") as sim:
        for number in range(10):
            await sim.imagine(f"boat {number}")
            sim.clock.advance(137)
            await sim.imagine(f"boat {number}")
            sim.clock.advance(1000 * await refused(sim, "rate_limited"))


async def test_only_imagine_is_limited(live, as_base64):
    async with live(rate_limit="1/h", pace="instant") as sim:
        grid = await sim.imagine()
        for _ in range(3):
            await sim.create("upscale", job_id=grid, index=1)
            await sim.create("variations", job_id=grid, index=1)
            await sim.create("describe", image_base64=as_base64())
            await sim.create("blend", images=[{"base64": as_base64()}] * 2)
            await sim.job(grid)
        assert await refused(sim, "rate_limited") == 3600
        assert await sim.as_("sim-other").imagine()


async def test_refused_requests_do_not_count_against_the_rate(live):
    async with live(rate_limit="1/60s") as sim:
        for body in ({}, {"prompt": "--bogus"}, {"prompt": "gore"}):
            assert (await sim.post("/v1/imagine", body)).status == 400
        await sim.imagine()
        for _ in range(5):
            sim.clock.advance(10_000)
            await refused(sim, "rate_limited")
        sim.clock.advance(10_000)
        assert await sim.imagine()


async def test_a_job_and_its_files_are_there_for_15_days_and_not_a_moment_longer(live):
    async with live(pace="instant") as sim:
        job = await sim.made("imagine", prompt="a")
        url = job["result"]["images"][1]["url"]
        sim.clock.advance(15 * DAY - 1)
        assert await sim.job(job["id"]) == job
        assert (await sim.request("HEAD", url)).status == 200
        assert (await sim.jobs())["total"] == 1
        sim.clock.advance(1)
        for answer in (
            await sim.get(f"/v1/jobs/{job['id']}"),
            await sim.cancel(job["id"]),
            await sim.post("/v1/upscale", {"job_id": job["id"], "index": 1}),
            await sim.get(url),
        ):
            assert answer.status == 404
        assert (await sim.jobs())["total"] == 0
        assert "image_url" in await sim.refused("/v1/describe", {"image_url": url}, 400, "image_inaccessible")


async def test_jobs_expire_one_after_the_other_each_in_its_turn(live):
    async with live() as sim:
        ids = []
        for number in range(4):
            ids.append(await sim.imagine(f"boat {number}"))
            sim.clock.advance(DAY)
        sim.clock.advance(11 * DAY)
        for gone in range(1, 5):
            page = await sim.jobs("?sort=created_at_asc")
            assert [job["id"] for job in page["data"]] == ids[gone:]
            assert page["total"] == 4 - gone
            assert (await sim.jobs("?status=completed"))["total"] == 4 - gone
            sim.clock.advance(DAY)


async def test_a_child_outlives_its_parent(live):
    async with live(pace="instant") as sim:
        parent = await sim.imagine()
        sim.clock.advance(DAY)
        child = await sim.made("upscale", job_id=parent, index=2)
        sim.clock.advance(14 * DAY)
        assert (await sim.get(f"/v1/jobs/{parent}")).status == 404
        assert await sim.job(child["id"]) == child
        assert (await sim.get(child["result"]["images"][0]["url"])).image.size == (2048, 2048)


async def test_a_job_that_waits_for_longer_than_15_days_expires_all_the_same(live):
    async with live() as sim:
        await sim.imagine()
        sim.clock.advance(15 * DAY)
        assert await sim.imagine("the next")
        assert (await sim.jobs())["total"] == 1


async def test_beyond_max_jobs_the_oldest_settled_jobs_expire_early_and_the_log_says_so(live, caplog):
    async with live(pace="instant", max_jobs=3) as sim:
        ids = [await sim.imagine(f"boat {number}") for number in range(3)]
        assert "expired early" not in caplog.text
        ids.append(await sim.as_("sim-other").imagine("somebody's"))
        assert (await sim.get(f"/v1/jobs/{ids[0]}")).status == 404
        assert [(await sim.job(job_id))["status"] for job_id in ids[1:3]] == ["completed"] * 2
        assert (await sim.jobs())["total"] == 2
        assert (await sim.as_("sim-other").jobs())["total"] == 1
        (record,) = [record for record in caplog.records if "expired early" in record.getMessage()]
        assert record.levelno == logging.WARNING
        assert "3 jobs are kept (--max-jobs)" in record.getMessage()


async def test_a_job_that_is_at_work_does_not_expire_early(live):
    async with live(max_jobs=2) as sim:
        old = await sim.imagine("one")
        await sim.cancel(await sim.imagine("two"))
        assert await sim.imagine("three"), "the cancelled one makes room"
        assert (await sim.job(old))["status"] == "pending"
        await refused(sim, "queue_full")
        sim.clock.advance(60_000)
        assert await sim.imagine("four")


@pytest.mark.parametrize("number", [1, 50])
async def test_as_many_jobs_as_max_jobs_are_kept(live, number):
    async with live(pace="instant", max_jobs=number) as sim:
        for place in range(60):
            job_id = await sim.imagine(f"boat {place}")
            assert (await sim.job(job_id))["status"] == "completed"
        assert (await sim.jobs())["total"] == number


async def test_a_file_with_more_jobs_than_max_jobs_shrinks_to_them(live):
    async with live(pace="instant") as sim:
        for place in range(30):
            await sim.imagine(f"boat {place}")
        data = (await sim.get("/_sim/export")).body
    async with live(pace="instant", max_jobs=10) as sim:
        assert (await sim.request("POST", "/_sim/import", data=data)).json == {"jobs": 30}
        newest = await sim.imagine("one more")
        assert (await sim.jobs())["total"] == 10
        assert (await sim.job(newest))["status"] == "completed"


async def test_a_file_with_more_jobs_at_work_than_max_jobs_is_full(live):
    async with live() as sim:
        for place in range(30):
            await sim.imagine(f"boat {place}")
        await sim.imagine("done --sim instant")
        data = (await sim.get("/_sim/export")).body
    async with live(max_jobs=10) as sim:
        await sim.request("POST", "/_sim/import", data=data)
        await refused(sim, "queue_full")
        assert (await sim.jobs())["total"] == 30


async def test_where_time_all_but_stands_still_the_wait_is_long_and_still_a_number(live):
    async with live(rate_limit="1/60s") as sim:
        await sim.imagine("a")
        await sim.request("PUT", "/_sim/clock", data=b'{"rate": 1e-320}')
        answer = await sim.post("/v1/imagine", {"prompt": "b"})
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1000000000")
