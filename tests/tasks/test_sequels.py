"""What is made of results: upscales, variations, and the rules about what they can be made from."""

from PIL import ImageChops, ImageStat


async def test_an_upscale_is_its_picture_at_twice_the_side(live):
    async with live() as sim:
        grid = await sim.generate()
        tiles = await sim.urls(grid)
        for index in (0, 3):
            task = await sim.create("generateUpscale", taskId=grid, imageIndex=index)
            (url,) = await sim.urls(task)
            assert url.endswith(f"/m/{task}_0_{index}.jpeg")
            large, small = await sim.picture(url), await sim.picture(tiles[index])
            assert large.size == (2048, 2048)
            assert max(ImageStat.Stat(ImageChops.difference(large.resize(small.size), small)).mean) < 6


async def test_a_variation_is_four_pictures_that_can_be_varied_again(live):
    async with live() as sim:
        grid = await sim.generate()
        await sim.done(grid)
        first = await sim.create("generateVary", taskId=grid, imageIndex=2, waterMark="x")
        assert len(await sim.urls(first)) == 4
        second = await sim.create("generateVary", taskId=first, imageIndex=0)
        record = await sim.done(second)
        assert (record["taskType"], len(record["resultInfoJson"]["resultUrls"])) == ("mj_vary", 4)
        assert record["paramJson"] == f'{{"imageIndex":0,"taskId":"{first}"}}'


async def test_results_are_made_from_what_has_succeeded_only(live):
    async with live() as sim:
        path = "/api/v1/mj/generateVary"
        grid = await sim.generate()
        assert await sim.code(path, taskId=grid, imageIndex=0) == 422
        await sim.fail(grid)
        assert await sim.code(path, taskId=grid, imageIndex=0) == 501
        assert await sim.code(path, taskId="0" * 32, imageIndex=0) == 422
        assert await sim.code(path, taskId="nothing", imageIndex=0) == 422


async def test_a_single_picture_cannot_be_chosen_from_and_neither_can_a_video(live):
    async with live() as sim:
        grid = await sim.generate()
        await sim.done(grid)
        single = await sim.create("generateUpscale", taskId=grid, imageIndex=1)
        video = await sim.generate("mj_video", fileUrl="https://example.com/a.png")
        for task in (single, video):
            await sim.done(task)
            answer = await sim.post("/api/v1/mj/generateUpscale", taskId=task, imageIndex=0)
            assert (answer["code"], "no four pictures" in answer["msg"]) == (422, True)


async def test_nobody_reads_or_uses_the_tasks_of_others(live):
    async with live() as sim:
        grid = await sim.generate()
        await sim.done(grid)
        other = sim.as_("sim-other")
        assert (await other.get(f"/api/v1/mj/record-info?taskId={grid}"))["code"] == 422
        assert await other.code("/api/v1/mj/generateUpscale", taskId=grid, imageIndex=0) == 422
