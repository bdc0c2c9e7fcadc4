"""Videos are real: H.264 in MP4 that plays, of the promised size and length, and moving as they were asked to."""

import io
from importlib.util import find_spec

import pytest
from PIL import ImageChops, ImageStat

av = pytest.importorskip("av")

IMAGE = "https://example.com/a.png"
EXTEND = "/api/v1/mj/generateVideoExtend"


async def video(sim, url):
    """The frames of a video, and its stream."""
    kind, data = await sim.file(url)
    assert kind == "video/mp4"
    with av.open(io.BytesIO(data)) as container:
        (stream,) = container.streams
        frames = [frame.to_image() for frame in container.decode(stream)]
        shown = stream.codec_context
        assert (shown.name, shown.pix_fmt, len(frames)) == ("h264", "yuv420p", stream.frames)
        return frames, (shown.width, shown.height), float(stream.duration * stream.time_base)


def apart(first, second):
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"task_type": "mj_video"}, (832, 464)),
        ({"task_type": "mj_video_hd"}, (1280, 720)),
        ({"task_type": "mj_video", "aspectRatio": "1:1"}, (624, 624)),
        ({"task_type": "mj_video", "aspectRatio": "9:16"}, (464, 832)),
    ],
)
async def test_a_video_has_its_size_and_lasts_five_seconds(live, fields, size):
    async with live() as sim:
        (url,) = await sim.urls(await sim.generate(fileUrls=[IMAGE], **fields))
        assert url.endswith("_0_0.mp4")
        _frames, found, seconds = await video(sim, url)
        assert (found, seconds) == (size, 5)


async def test_high_motion_moves_more_than_low_and_both_show_the_picture(live):
    async with live() as sim:
        source = (await sim.urls(await sim.generate(prompt="a red desert", aspectRatio="16:9")))[2]
        picture = (await sim.picture(source)).resize((832, 464))
        moved = {}
        for motion in ("high", "low"):
            task = await sim.generate("mj_video", "it moves", fileUrl=source, motion=motion)
            frames, _size, _seconds = await video(sim, (await sim.urls(task))[0])
            assert apart(frames[0], picture) < 6
            steps = [apart(one, two) for one, two in zip(frames[::4], frames[4::4], strict=False)]
            moved[motion] = sum(steps)
            assert max(steps) < 0.1 * moved[motion]
        assert moved["high"] > 1.5 * moved["low"] > 10


async def test_a_batch_is_as_many_videos_of_different_movement(live):
    async with live() as sim:
        task = await sim.generate("mj_video", fileUrl=IMAGE, videoBatchSize=4)
        urls = await sim.urls(task)
        assert [url.rpartition("/m/")[2] for url in urls] == [f"{task}_0_{number}.mp4" for number in range(4)]
        files = {(await sim.file(url))[1] for url in urls[:2]}
        assert len(files) == 2


async def test_an_extended_video_begins_like_the_one_it_was_made_of_and_is_longer(live):
    async with live() as sim:
        task = await sim.generate("mj_video", fileUrl=IMAGE, videoBatchSize=2)
        urls = await sim.urls(task)
        asked = {"taskId": task, "index": 1}
        longer = await sim.create(
            "generateVideoExtend", **asked, taskType="mj_video_extend_manual", prompt="night falls"
        )
        (url,) = await sim.urls(longer)
        frames, _size, seconds = await video(sim, url)
        before, _size, _seconds = await video(sim, urls[1])
        assert seconds == 9
        assert max(apart(one, two) for one, two in zip(frames[::40], before[::40], strict=False)) < 3
        again = await sim.create("generateVideoExtend", taskId=longer, index=0, taskType="mj_video_extend_auto")
        assert (await sim.record(again))["taskType"] == "mj_video_extend_auto"
        assert (await video(sim, (await sim.urls(again))[0]))[2] == 13


async def test_a_video_can_be_extended_four_times(live):
    async with live(pace="instant") as sim:
        task = await sim.generate("mj_video", fileUrl=IMAGE)
        auto = {"taskType": "mj_video_extend_auto", "index": 0}
        for _ in range(4):
            task = await sim.create("generateVideoExtend", taskId=task, **auto)
        answer = await sim.post(EXTEND, taskId=task, **auto)
        assert (answer["code"], "lasts 21 s already" in answer["msg"]) == (422, True)


async def test_only_a_video_that_is_there_can_be_extended(live):
    async with live() as sim:
        task = await sim.generate("mj_video", fileUrl=IMAGE)
        auto = {"taskType": "mj_video_extend_auto", "index": 0}
        assert await sim.code(EXTEND, taskId=task, **auto) == 422
        await sim.done(task)
        assert await sim.code(EXTEND, taskId=task, **auto | {"index": 1}) == 422
        assert await sim.code(EXTEND, taskId=task, **auto | {"taskType": "mj_video_extend_manual"}) == 422
        assert await sim.code(EXTEND, taskId=task, **auto, prompt="bannedword") == 400
        grid = await sim.generate()
        await sim.done(grid)
        assert await sim.code(EXTEND, taskId=grid, **auto) == 422


async def test_a_video_is_the_same_file_each_time_and_can_be_had_in_parts(live):
    files = []
    for _ in range(2):
        async with live() as sim:
            (url,) = await sim.urls(await sim.generate("mj_video", fileUrl=IMAGE, waterMark="mine"))
            status, headers, whole = await sim.as_(None).send("GET", url)
            files.append(whole)
            assert (status, headers["Accept-Ranges"]) == (200, "bytes")
            status, _headers, part = await sim.send("GET", url, headers={"Range": "bytes=4-11"})
            assert (status, part) == (206, b"ftypisom")
            status, _headers, none = await sim.send("GET", url, headers={"If-None-Match": headers["ETag"]})
            assert (status, none) == (304, b"")
    assert files[0] == files[1]


async def test_the_address_of_a_video_cannot_be_guessed_and_is_none_before_it_is_done(live):
    async with live() as sim:
        task = await sim.generate("mj_video", fileUrl=IMAGE)
        (url,) = await sim.urls(task)
        for wrong in (url.replace("_0_0.", "_0_1."), url.replace("/files/", "/files/0"), url.replace(".mp4", ".jpeg")):
            assert (await sim.send("GET", wrong))[0] == 404
        other = await sim.generate("mj_video", prompt="later", fileUrl=IMAGE)
        sim.clock.advance(1)
        assert (await sim.send("GET", url.replace(task, other)))[0] == 404


async def test_without_the_extra_videos_are_off_and_it_is_said_what_to_install(live, monkeypatch):
    monkeypatch.setattr("mjsim.paint.painter.find_spec", lambda name: None if name == "av" else find_spec(name))
    async with live() as sim:
        fields = {"taskType": "mj_video", "prompt": "a fox", "motion": "low", "fileUrl": IMAGE}
        answer = await sim.post("/api/v1/mj/generate", **fields)
        assert (answer["code"], "pip install 'mjsim[video]'" in answer["msg"]) == (505, True)
        assert (await sim.post(EXTEND, taskId="0" * 32, taskType="mj_video_extend_auto", index=0))["code"] == 505
        await sim.done(await sim.generate())
