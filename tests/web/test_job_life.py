"""A job's life as a client sees it: pending, in progress in steps, then one end, with timestamps that tell the same."""

from datetime import datetime

import pytest

STEPS = [0, 15, 31, 46, 62, 78, 93]
WHOLE_LIFE = [("pending", 0), *(("in_progress", step) for step in STEPS), ("completed", 100)]
ALWAYS = {"id", "type", "status", "progress", "parameters", "created_at", "updated_at"}
FAILURES = {"moderation_blocked", "timed_out", "internal_error"}


def milliseconds(stamp):
    assert stamp.endswith("Z"), stamp
    return round(datetime.fromisoformat(stamp).timestamp() * 1000)


async def start(sim, job_type, as_base64):
    """A new job of this type, and the prompt that it has to show (None for none)."""
    if job_type == "imagine":
        return await sim.imagine("a harbour --ar 3:2"), "a harbour --ar 3:2"
    if job_type == "describe":
        return await sim.create("describe", image_base64=as_base64()), None
    if job_type == "blend":
        images = [{"base64": as_base64()}, {"url": "https://example.com/sea.png"}]
        return await sim.create("blend", images=images, prompt="a room", aspect_ratio="16:9"), "a room"
    parent = await sim.made("imagine", prompt="a mill --ar 4:5")
    operation = {"upscale": "upscale", "variation": "variations"}[job_type]
    return await sim.create(operation, job_id=parent["id"], index=3), "a mill --ar 4:5"


@pytest.mark.parametrize("job_type", ["imagine", "upscale", "variation", "describe", "blend"])
async def test_a_job_is_pending_then_in_progress_step_by_step_then_completed(live, as_base64, job_type):
    async with live() as sim:
        job_id, prompt = await start(sim, job_type, as_base64)
        begin = sim.clock.now()
        life = await sim.life(job_id)
        assert [(face["status"], face["progress"]) for face in life] == WHOLE_LIFE
        for face in life:
            assert (face["id"], face["type"], face.get("prompt")) == (job_id, job_type, prompt)
            assert face["parameters"] == life[0]["parameters"]
            assert milliseconds(face["created_at"]) == begin
            ended = {"result", "completed_at"} if face["status"] == "completed" else set()
            assert set(face) == ALWAYS | ended | ({"prompt"} if prompt else set())


@pytest.mark.parametrize("job_type", ["imagine", "describe"])
async def test_updated_at_is_when_the_job_changed_and_completed_at_is_when_it_was_done(live, as_base64, job_type):
    async with live() as sim:
        job_id, _ = await start(sim, job_type, as_base64)
        last, faces = sim.clock.now(), []
        while not faces or faces[-1]["status"] != "completed":
            face = await sim.job(job_id)
            if not faces or face != faces[-1]:
                # It changed after the last look, and not later than now.
                assert last <= milliseconds(face["updated_at"]) <= sim.clock.now()
                faces.append(face)
            last = sim.clock.now() + 1
            sim.clock.advance(5)
        assert faces[0]["updated_at"] == faces[0]["created_at"]
        assert faces[-1]["completed_at"] == faces[-1]["updated_at"]
        stamps = [milliseconds(face["updated_at"]) for face in faces]
        assert stamps == sorted(set(stamps))


async def test_what_has_ended_stays_as_it_is(live):
    async with live() as sim:
        job = await sim.made("imagine", prompt="a stone")
        sim.clock.advance(14 * 24 * 3_600_000)
        assert await sim.job(job["id"]) == job


async def test_time_that_stands_still_changes_nothing(live):
    async with live() as sim:
        job_id = await sim.imagine()
        sim.clock.advance(2000)
        faces = [await sim.job(job_id) for _ in range(20)]
        assert all(face == faces[0] for face in faces)
        assert faces[0]["status"] == "in_progress"


@pytest.mark.parametrize("operation", ["imagine", "variations", "blend"])
async def test_a_grid_has_five_images_the_whole_first_without_index_then_its_tiles_1_to_4(live, as_base64, operation):
    fields = {"imagine": {"prompt": "a hill --ar 16:9"}, "blend": {"images": [{"base64": as_base64()}] * 2}}
    fields["blend"]["aspect_ratio"] = "16:9"
    async with live(pace="instant") as sim:
        parent = (await sim.made("imagine", prompt="a hill --ar 16:9"))["id"]
        fields["variations"] = {"job_id": parent, "index": 2}
        result = (await sim.made(operation, **fields[operation]))["result"]
        assert set(result) == {"images"}
        grid, *tiles = result["images"]
        assert "index" not in grid
        assert (grid["width"], grid["height"]) == (2912, 1632)
        assert [tile["index"] for tile in tiles] == [1, 2, 3, 4]
        assert {(tile["width"], tile["height"]) for tile in tiles} == {(1456, 816)}
        assert len({image["url"] for image in result["images"]}) == 5


@pytest.mark.parametrize("index", [1, 2, 3, 4])
async def test_an_upscale_has_one_image_of_twice_the_side_and_without_index(live, index):
    async with live(pace="instant") as sim:
        parent = await sim.made("imagine", prompt="a hill --ar 2:1")
        (image,) = (await sim.made("upscale", job_id=parent["id"], index=index))["result"]["images"]
        assert "index" not in image
        assert (image["width"], image["height"]) == (3072, 1536)


@pytest.mark.parametrize(("size", "ratio"), [((640, 640), "1:1"), ((160, 90), "16:9"), ((90, 160), "9:16")])
async def test_a_description_is_four_different_prompts_that_end_in_the_ratio_of_the_picture(
    live, as_base64, size, ratio
):
    async with live(pace="instant") as sim:
        job = await sim.made("describe", image_base64=as_base64((200, 30, 30), size))
        assert set(job["result"]) == {"prompts"}
        assert len(set(job["result"]["prompts"])) == 4
        for prompt in job["result"]["prompts"]:
            assert prompt.endswith(f" --ar {ratio}")
            assert await sim.imagine(prompt), "what is suggested can be asked for"


async def test_an_instant_job_is_completed_as_soon_as_it_is_accepted(live):
    async with live(pace="instant") as sim:
        job = await sim.job(await sim.imagine())
        assert job["status"] == "completed"
        assert job["created_at"] == job["updated_at"] == job["completed_at"]


async def test_turbo_is_faster_and_relax_slower_than_fast(live):
    async with live(pace="realistic") as sim:
        took = {}
        for mode in ("turbo", "fast", "relax"):
            job = await sim.made("imagine", prompt=f"a wheel --{mode}")
            took[mode] = (milliseconds(job["completed_at"]) - milliseconds(job["created_at"])) / 1000
        assert 14 <= took["turbo"] <= 20
        assert 57 <= took["fast"] <= 70
        assert 190 <= took["relax"] <= 840


async def test_a_quick_job_takes_about_five_seconds(live):
    async with live() as sim:
        for number in range(20):
            job = await sim.made("imagine", prompt=f"leaf {number}")
            assert 4400 <= milliseconds(job["completed_at"]) - milliseconds(job["created_at"]) <= 5400


async def test_with_failure_rate_1_every_job_fails_midway_with_an_error_and_without_a_result(live, as_base64):
    async with live(failure_rate=1.0) as sim:
        for job_type in ("imagine", "describe", "blend"):
            job_id, prompt = await start(sim, job_type, as_base64)
            *before, end = await sim.life(job_id)
            assert [(face["status"], face["progress"]) for face in before] == WHOLE_LIFE[: len(before)]
            assert len(before) >= 2, "a job fails while it runs"
            assert end["status"] == "failed"
            assert end["progress"] == before[-1]["progress"]
            assert set(end) == ALWAYS | {"error"} | ({"prompt"} if prompt else set())
            assert end["error"]["code"] in FAILURES
            assert end["error"]["message"]
            assert await sim.job(job_id) == end


async def test_the_failure_rate_is_the_share_of_jobs_that_fail(live):
    async with live(pace="instant", failure_rate=0.3) as sim:
        ends = [(await sim.job(await sim.imagine(f"cloud {number}"))) for number in range(150)]
        failed = [end for end in ends if end["status"] == "failed"]
        assert {end["status"] for end in ends} == {"completed", "failed"}
        assert 25 <= len(failed) <= 65
        assert {end["error"]["code"] for end in failed} == FAILURES
    async with live(pace="instant", failure_rate=0.0) as sim:
        assert {(await sim.job(await sim.imagine(f"cloud {n}")))["status"] for n in range(50)} == {"completed"}
