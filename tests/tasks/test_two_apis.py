"""Both APIs show the same jobs: what is made through one is seen, and used, through the other."""

import json


async def created(sim, operation, **fields):
    """A job of the published API."""
    _status, _headers, body = await sim.send("POST", f"/v1/{operation}", json=fields)
    return json.loads(body)["data"]["job_id"]


async def listed(sim, query=""):
    return json.loads((await sim.send("GET", f"/v1/jobs{query}"))[2])


async def test_pictures_are_listed_by_the_published_api_and_videos_are_not(live):
    async with live() as sim:
        grid = await sim.generate()
        video = await sim.generate("mj_video", fileUrl="https://example.com/a.png")
        await sim.done(grid)
        await sim.create("generateUpscale", taskId=grid, imageIndex=0)
        page = await listed(sim)
        assert [job["type"] for job in page["data"]] == ["upscale", "imagine"]
        assert page["total"] == 2
        assert (await listed(sim, "?status=completed"))["total"] == 1
        assert page["data"][1]["id"].replace("-", "") == grid
        assert len(page["data"][1]["result"]["images"]) == 5
        hyphens = f"{video[:8]}-{video[8:12]}-{video[12:16]}-{video[16:20]}-{video[20:]}"
        assert (await sim.send("GET", f"/v1/jobs/{hyphens}"))[0] == 404
        assert (await sim.send("POST", f"/v1/jobs/{hyphens}/cancel"))[0] == 404
        assert (await sim.record(hyphens))["taskId"] == video


async def test_a_grid_of_the_published_api_can_be_upscaled_as_a_task(live):
    async with live() as sim:
        job = await created(sim, "imagine", prompt="a fox --turbo")
        record = await sim.done(job)
        assert (record["taskId"], record["taskType"]) == (job.replace("-", ""), "mj_txt2img")
        assert json.loads(record["paramJson"])["speed"] == "turbo"
        assert len(record["resultInfoJson"]["resultUrls"]) == 4
        assert len(await sim.urls(await sim.create("generateUpscale", taskId=job, imageIndex=3))) == 1
        varied = await created(sim, "variations", job_id=job, index=2)
        record = await sim.done(varied)
        assert record["paramJson"] == f'{{"imageIndex":1,"taskId":"{record_of(job)}"}}'


def record_of(job):
    return job.replace("-", "")


async def test_a_job_without_pictures_is_no_task(live):
    async with live() as sim:
        job = await created(sim, "describe", image_url="https://example.com/a.png")
        assert (await sim.get(f"/api/v1/mj/record-info?taskId={job}"))["code"] == 422


async def test_a_task_that_is_cancelled_through_the_other_api_has_failed_and_says_so(live):
    async with live() as sim:
        task = await sim.generate(callBackUrl=sim.inbox())
        (job,) = (await listed(sim))["data"]
        assert (await sim.send("POST", f"/v1/jobs/{job['id']}/cancel"))[0] == 200
        record = await sim.record(task)
        assert (record["successFlag"], record["errorMessage"]) == (2, "The task was cancelled.")
        await sim.later("1s")
        ((_headers, told),) = await sim.received()
        assert (told["code"], told["data"]["resultUrls"]) == (500, [])


async def test_the_stage_shows_tasks_their_exchanges_and_their_deliveries(live):
    async with live() as sim:
        video = await sim.generate("mj_video", fileUrl="https://example.com/a.png", callBackUrl=sim.inbox())
        await sim.later("10s")
        (staged,) = (await sim.control("GET", "/jobs?tenant=sim-test"))["data"]
        assert staged["task"] == await sim.record(video)
        (only,) = staged["job"]["result"]["videos"]
        assert only["url"] == staged["task"]["resultInfoJson"]["resultUrls"][0]["resultUrl"]
        assert (staged["job"]["type"], staged["webhook"]["type"]) == ("video", "end")
        entries = (await sim.control("GET", "/journal?path=/api/v1/mj/generate"))["data"]
        assert [(entry["surface"], entry["tenant"]) for entry in entries] == [("tasks", "sim-test")]
        (delivery,) = (await sim.control("GET", "/webhooks/deliveries?tenant=sim-test"))["deliveries"]
        assert (delivery["event"], delivery["standing"]) == ("job.completed", "delivered")


async def test_starting_over_forgets_tasks_and_credits(live):
    async with live(credits=100) as sim:
        await sim.generate()
        await sim.generate("mj_video", fileUrl="https://example.com/a.png")
        await sim.control("PUT", "/tenants/sim-test/credits", {"credits": 7})
        assert await sim.control("POST", "/reset", {"tenant": "sim-test"}) == {"jobs": 2}
        assert await sim.credits() == 100


async def test_plans_count_the_jobs_of_both_apis(live):
    async with live(plan="basic") as sim:
        for number in range(3):
            await created(sim, "imagine", prompt=f"number {number}")
        video = await sim.generate("mj_video", fileUrl="https://example.com/a.png")
        sim.clock.advance(2_000)
        staged = (await sim.control("GET", "/jobs"))["data"]
        assert [job["job"]["status"] for job in staged] == ["pending", *["in_progress"] * 3]
        assert (await sim.done(video))["successFlag"] == 1
