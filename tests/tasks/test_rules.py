"""Where the service and its documents differ, strict rules follow the service and lenient ones the documents."""

import json

import pytest

IMAGE = "https://example.com/a.png"
GENERATE = "/api/v1/mj/generate"
TEXT = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "fast"}
VIDEO = {"taskType": "mj_video", "prompt": "a fox", "motion": "low", "fileUrl": IMAGE}
OMNI = {"taskType": "mj_omni_reference", "prompt": "a fox", "fileUrl": IMAGE}


def without(fields, name):
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.parametrize(("rules", "code"), [("strict", 422), ("lenient", 200)])
async def test_what_samples_leave_out_is_demanded_by_strict_rules(live, rules, code):
    async with live(task_rules=rules) as sim:
        assert await sim.code(GENERATE, **without(TEXT, "speed")) == code
        assert await sim.code(GENERATE, **without(VIDEO, "motion")) == code
        assert await sim.code(GENERATE, **TEXT, waterMark=None) == code
        assert await sim.code(GENERATE, **TEXT | {"speed": "relax"}) == code
        assert await sim.code(GENERATE, **OMNI) == 200


async def test_pictures_to_vary_are_counted_from_0_or_as_older_clients_do_from_1(live):
    parents = {}
    for rules, first, last, beyond in (("strict", 0, 3, 4), ("lenient", 1, 4, 5)):
        async with live(task_rules=rules) as sim:
            grid = await sim.generate()
            await sim.done(grid)
            for index in (first, last):
                await sim.create("generateVary", taskId=grid, imageIndex=index)
            assert await sim.code("/api/v1/mj/generateVary", taskId=grid, imageIndex=beyond) == 422
            await sim.create("generateUpscale", taskId=grid, imageIndex=0)
            assert await sim.code("/api/v1/mj/generateUpscale", taskId=grid, imageIndex=4) == 422
            staged = (await sim.control("GET", "/jobs"))["data"]
            parents[rules] = [one["job"]["id"] for one in staged]
    # Equal ids say that the same pictures were varied.
    assert parents["strict"] == parents["lenient"]


async def test_times_are_milliseconds_or_text(live):
    for rules, created in (("strict", 1_767_225_600_000), ("lenient", "2026-01-01T00:00:00.000Z")):
        async with live(task_rules=rules) as sim:
            record = await sim.done(await sim.generate())
            assert record["createTime"] == created
            assert type(record["completeTime"]) is type(created)


async def test_null_is_as_good_as_nothing_to_lenient_rules(live):
    async with live(task_rules="lenient") as sim:
        task = await sim.generate(waterMark=None, fileUrls=None, version=None)
        assert not {"waterMark", "fileUrls", "version"} & set(json.loads((await sim.record(task))["paramJson"]))
        assert (await sim.post(GENERATE, taskType="mj_txt2img", prompt=None))["msg"] == "prompt: is required."


async def test_a_number_as_text_is_its_number_to_lenient_rules(live):
    fields = OMNI | {"ow": "500", "variety": "5"}
    async with live() as strict:
        assert (await strict.post(GENERATE, **OMNI, ow="500"))["msg"] == "ow: has to be an integer, not a string."
    async with live(task_rules="lenient") as sim:
        task = (await sim.post(GENERATE, **fields))["data"]["taskId"]
        sent = json.loads((await sim.record(task))["paramJson"])
        assert (sent["ow"], sent["variety"]) == (500, 5)
        await sim.done(task)
        await sim.create("generateUpscale", taskId=task, imageIndex="3")
        for text in ("4", "-1", "3.0", "0x1", "٣", "", "9" * 5000):
            assert (await sim.post("/api/v1/mj/generateUpscale", taskId=task, imageIndex=text))["code"] == 422


async def test_no_watermark_may_be_told_by_false_to_lenient_rules(live):
    async with live() as strict:
        assert await strict.code(GENERATE, **TEXT, waterMark=False) == 422
    async with live(task_rules="lenient") as sim:
        task = await sim.generate(waterMark=False)
        assert "waterMark" not in json.loads((await sim.record(task))["paramJson"])
        assert await sim.code(GENERATE, **TEXT, waterMark=True) == 422


async def test_a_version_that_does_not_exist_is_told_which_do(live):
    async with live() as sim:
        for version in ("niji7", ""):
            answer = await sim.post(GENERATE, **TEXT, version=version)
            assert answer["msg"] == f"version: {version!r} is none of 7, 6.1, 6, 5.2, 5.1, niji6."


@pytest.mark.parametrize("rules", ["strict", "lenient"])
@pytest.mark.parametrize(
    ("fields", "named"),
    [
        (TEXT | {"taskType": "mj_paint"}, "taskType"),
        (TEXT | {"prompt": ""}, "prompt"),
        (TEXT | {"prompt": "   "}, "prompt"),
        (TEXT | {"prompt": "x" * 2_001}, "prompt"),
        (TEXT | {"aspectRatio": "7:3"}, "aspectRatio"),
        (TEXT | {"version": "8"}, "version"),
        (TEXT | {"version": 5.5}, "version"),
        (TEXT | {"variety": 101}, "variety"),
        (TEXT | {"variety": "a few"}, "variety"),
        (TEXT | {"variety": "101"}, "variety"),
        (TEXT | {"stylization": -1}, "stylization"),
        (TEXT | {"weirdness": 3_001}, "weirdness"),
        (TEXT | {"enableTranslation": "yes"}, "enableTranslation"),
        (TEXT | {"taskType": "mj_img2img"}, "fileUrls"),
        (TEXT | {"taskType": "mj_style_reference", "fileUrl": "", "fileUrls": []}, "fileUrls"),
        (OMNI | {"ow": 0}, "ow"),
        (VIDEO | {"videoBatchSize": 3}, "videoBatchSize"),
        (VIDEO | {"motion": "none"}, "motion"),
        (VIDEO | {"fileUrls": [IMAGE, IMAGE]}, "fileUrls"),
        (without(VIDEO, "fileUrl"), "fileUrls"),
        (VIDEO | {"prompt": " --raw"}, "prompt"),
    ],
)
async def test_what_breaks_a_rule_is_refused_by_name_and_costs_nothing(live, rules, fields, named):
    async with live(task_rules=rules, credits=100) as sim:
        answer = await sim.post(GENERATE, **fields)
        assert answer["code"] == 422
        assert answer["msg"].startswith(f"{named}: "), answer
        assert await sim.credits() == 100


async def test_fields_of_other_kinds_of_task_are_passed_over(live):
    async with live() as sim:
        task = await sim.generate(ow=500, videoBatchSize=4, motion="low", fileUrls=["https://a.invalid/"])
        assert len(await sim.urls(task)) == 4
        assert json.loads((await sim.record(task))["paramJson"])["motion"] == "low"
