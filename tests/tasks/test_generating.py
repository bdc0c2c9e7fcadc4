"""Pictures and videos are made as tasks, and their records tell it as the real service does."""

import base64
import io
import json
import re

import pytest
from PIL import Image, ImageChops, ImageStat

IMAGE = "https://example.com/a.png"
KINDS = {
    "mj_txt2img": {},
    "mj_img2img": {"fileUrls": [IMAGE]},
    "mj_style_reference": {"fileUrl": IMAGE},
    "mj_omni_reference": {"fileUrls": [IMAGE, "https://example.com/b.png"], "ow": 500},
}


def distance(first, second):
    """How far two pictures lie apart on average, in levels of 255."""
    first, second = (one.convert("RGB").resize((64, 64)) for one in (first, second))
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


@pytest.mark.parametrize(("kind", "fields"), KINDS.items())
async def test_every_kind_of_picture_is_made_four_times(live, kind, fields):
    async with live() as sim:
        task = await sim.generate(kind, **fields)
        assert re.fullmatch(r"[0-9a-f]{32}", task)
        urls = await sim.urls(task)
        assert [url.rpartition("/m/")[2] for url in urls] == [f"{task}_0_{number}.jpeg" for number in range(4)]
        assert (await sim.record(task))["taskType"] == kind
        kinds = {(await sim.file(url))[0] for url in urls}
        assert kinds == {"image/jpeg"}
        picture = await sim.picture(urls[0])
        assert (picture.format, picture.size) == ("JPEG", (1024, 1024))


async def test_a_record_goes_from_nothing_to_results_and_never_back(live):
    async with live() as sim:
        task = await sim.generate()
        flags, before = [], None
        for _ in range(60):
            record = await sim.record(task)
            flags.append(record["successFlag"])
            if record["successFlag"] == 0:
                ended = [record[name] for name in ("completeTime", "resultInfoJson", "errorCode", "errorMessage")]
                assert ended == [None] * 4
            elif before:
                assert record == before
            before = record if record["successFlag"] else None
            sim.clock.advance(200)
        assert flags == sorted(flags)
        assert {0, 1} == set(flags)
        assert record["createTime"] == 1_767_225_600_000 < record["completeTime"] < sim.clock.now()
        assert (record["errorCode"], record["errorMessage"]) == (None, None)


async def test_param_json_is_compact_alphabetical_and_filled_in_as_the_service_does(live):
    async with live() as sim:
        fields = {"version": 6, "weirdness": 100.0, "waterMark": "über", "unknown": 1, "callBackUrl": ""}
        record = await sim.record(await sim.generate(aspectRatio="16:9", **fields))
        assert record["paramJson"] == (
            '{"aspectRatio":"16:9","callBackUrl":"","enableTranslation":true,"motion":"high","prompt":"a lighthouse",'
            '"speed":"fast","taskType":"mj_txt2img","version":"6","videoBatchSize":1,"waterMark":"über","weirdness":100}'
        )
        said = await sim.record(await sim.generate(enableTranslation=False))
        assert json.loads(said["paramJson"])["enableTranslation"] is False


async def test_settings_reach_the_job_and_explicit_fields_win_over_flags(live):
    async with live() as sim:
        await sim.generate(
            prompt="a fox --ar 1:2 --s 5 --weird 3",
            aspectRatio="16:9",
            version="niji6",
            variety=30,
            stylization=700,
            weirdness=2_000,
            speed="relaxed",
        )
        (staged,) = (await sim.control("GET", "/jobs"))["data"]
        wanted = {"aspect_ratio": "16:9", "model_version": "niji6", "chaos": 30, "stylize": 700, "weird": 2_000}
        assert wanted.items() <= staged["job"]["parameters"].items()
        assert staged["job"]["parameters"]["process_mode"] == "relax"


async def test_a_number_for_a_version_means_its_text(live):
    async with live() as sim:
        same = [json.loads((await sim.record(await sim.generate(version=v)))["paramJson"]) for v in (6.1, "6.1", 7)]
        assert [one["version"] for one in same] == ["6.1", "6.1", "7"]


async def test_image_to_image_shows_the_image_it_was_made_of(live):
    async with live() as sim:
        source = (await sim.urls(await sim.generate(prompt="a red desert")))[1]
        made = (await sim.urls(await sim.generate("mj_img2img", "a red desert", fileUrl=source)))[0]
        other = (await sim.urls(await sim.generate(prompt="a green forest at night")))[0]
        picture = await sim.picture(source)
        assert distance(picture, await sim.picture(made)) < 0.5 * distance(picture, await sim.picture(other))


def coloured(colour):
    """A picture of one colour, as a URL."""
    file = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


async def test_an_image_that_stands_in_the_prompt_lends_its_colours_too(live):
    async with live() as sim:
        source = (await sim.urls(await sim.generate(prompt="a red desert")))[0]
        with_image = await sim.generate(prompt=f"{source} a ship --seed 3")
        plain = await sim.generate(prompt="a ship --seed 3")
        first, second = [await sim.picture((await sim.urls(task))[0]) for task in (with_image, plain)]
        assert distance(first, second) > 1
        refused = {"taskType": "mj_txt2img", "prompt": "https://a.invalid/x a ship", "speed": "fast"}
        assert await sim.code("/api/v1/mj/generate", **refused) == 400


@pytest.mark.parametrize("kind", ["mj_style_reference", "mj_omni_reference"])
async def test_a_reference_lends_its_colours(live, kind):
    async with live() as sim:
        warmth = {}
        for colour in ("red", "blue"):
            picture = await sim.picture((await sim.urls(await sim.generate(kind, fileUrl=coloured(colour))))[0])
            red, _green, blue = ImageStat.Stat(picture).mean
            warmth[colour] = red - blue
        assert warmth["red"] > 20 > -20 > warmth["blue"]


async def test_a_watermark_is_seen_on_every_picture_and_on_nothing_else(live):
    async with live() as sim:
        plain = await sim.urls(await sim.generate(prompt="a ship --seed 4"))
        task = await sim.generate(prompt="a ship --seed 4", waterMark="mark of the owner")
        for marked, bare in zip(await sim.urls(task), plain, strict=True):
            apart = ImageChops.difference(await sim.picture(marked), await sim.picture(bare)).convert("L")
            middle = apart.crop((100, 400, 924, 624)).point(lambda level: 255 if level > 20 else 0)
            assert ImageStat.Stat(middle).mean[0] > 10
            assert max(apart.crop((0, 0, 1024, 300)).getextrema()) < 20
        child = (await sim.urls(await sim.create("generateUpscale", taskId=task, imageIndex=0)))[0]
        bare = (await sim.urls(await sim.create("generateUpscale", taskId=task, imageIndex=0, waterMark="mine")))[0]
        assert distance(await sim.picture(child), await sim.picture(bare)) > 0.2


async def test_equal_requests_give_equal_tasks_in_equal_worlds(live):
    seen = []
    for _ in range(2):
        async with live() as sim:
            tasks = [await sim.generate(), await sim.generate(), await sim.generate(waterMark="x")]
            seen.append([tasks, [await sim.done(task) | {"resultInfoJson": None} for task in tasks]])
    assert seen[0] == seen[1]
    assert len(set(seen[0][0])) == 3


async def test_tasks_and_files_are_gone_after_fifteen_days(live):
    async with live() as sim:
        task = await sim.generate()
        url = (await sim.urls(task))[0]
        sim.clock.advance(15 * 86_400_000 - 3_600_001)
        assert (await sim.record(task))["successFlag"] == 1
        sim.clock.advance(1)
        assert (await sim.get(f"/api/v1/mj/record-info?taskId={task}"))["code"] == 422
        assert (await sim.send("GET", url))[0] == 404


async def test_a_task_that_fails_says_why_and_whether_it_ever_ran(live):
    async with live() as sim:
        early, late = await sim.generate(prompt="one"), await sim.generate(prompt="two")
        await sim.fail(early, "No room.")
        sim.clock.advance(2_000)
        await sim.fail(late, "Half way.")
        records = [await sim.record(task) for task in (early, late)]
        assert [(r["successFlag"], r["errorCode"], r["errorMessage"]) for r in records] == [
            (2, 501, "No room."),
            (3, 501, "Half way."),
        ]
        assert [(r["resultInfoJson"], r["completeTime"] - r["createTime"]) for r in records] == [
            (None, 0),
            (None, 2_000),
        ]
