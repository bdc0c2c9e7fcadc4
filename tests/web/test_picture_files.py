"""The addresses in a result give real pictures: to anybody who knows them, in both formats, whole or in part."""

import pytest
from PIL import Image, ImageChops


def tiles_of(grid):
    """The four quarters of a grid: top-left, top-right, bottom-left, bottom-right."""
    width, height = grid.width // 2, grid.height // 2
    return [grid.crop((x, y, x + width, y + height)) for y in (0, height) for x in (0, width)]


def same_pixels(one, other):
    return one.size == other.size and ImageChops.difference(one.convert("RGB"), other.convert("RGB")).getbbox() is None


def mean_colour(picture):
    return picture.convert("RGB").resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))


@pytest.mark.parametrize("ratio", ["1:1", "16:9", "2:3"])
async def test_the_pictures_are_what_the_result_says_and_the_grid_is_its_tiles_pixel_for_pixel(live, ratio):
    async with live(pace="instant") as sim:
        job = await sim.made("imagine", prompt=f"a harbour --ar {ratio}")
        pictures = []
        for image in job["result"]["images"]:
            answer = await sim.as_(None).get(image["url"])
            assert answer.status == 200
            assert answer.headers["Content-Type"] == image["content_type"]
            assert answer.image.format == image["content_type"].removeprefix("image/").upper()
            assert answer.image.size == (image["width"], image["height"])
            pictures.append(answer.image)
        grid, *tiles = pictures
        assert all(same_pixels(part, tile) for part, tile in zip(tiles_of(grid), tiles, strict=True))
        assert not same_pixels(tiles[0], tiles[1])


async def test_every_file_is_there_in_both_formats_with_the_same_pixels(live):
    async with live(pace="instant") as sim:
        job = await sim.made("imagine", prompt="a harbour")
        for image in (job["result"]["images"][0], job["result"]["images"][2]):
            stem = image["url"].rpartition(".")[0]
            png, webp = await sim.get(f"{stem}.png"), await sim.get(f"{stem}.webp")
            assert (png.headers["Content-Type"], webp.headers["Content-Type"]) == ("image/png", "image/webp")
            assert (png.image.format, webp.image.format) == ("PNG", "WEBP")
            assert same_pixels(png.image, webp.image)
            assert png.headers["ETag"] != webp.headers["ETag"]


async def test_an_upscale_is_its_tile_at_twice_the_side(live):
    """Made small again, it is the tile but for what sharpening and the caption do."""
    async with live(pace="instant") as sim:
        job = await sim.made("imagine", prompt="a harbour --ar 3:2")
        likeness = []
        for index in (1, 3):
            (image,) = (await sim.made("upscale", job_id=job["id"], index=index))["result"]["images"]
            large = (await sim.get(image["url"])).image
            assert large.size == (image["width"], image["height"]) == (2688, 1792)
            small = large.convert("RGB").resize((168, 112), Image.Resampling.BOX)
            distances = []
            for tile in job["result"]["images"][1:]:
                other = (await sim.get(tile["url"])).image.convert("RGB").resize((168, 112), Image.Resampling.BOX)
                histogram = ImageChops.difference(small, other).convert("L").histogram()
                distances.append(sum(level * count for level, count in enumerate(histogram)) / (168 * 112))
            likeness.append(min(range(4), key=distances.__getitem__) + 1)
            assert min(distances) < 4, distances
        assert likeness == [1, 3]


async def test_a_blend_is_made_of_the_colours_of_its_inputs(live, as_base64):
    async with live(pace="instant") as sim:
        means = []
        for colour in ((220, 20, 20), (20, 20, 220)):
            images = [{"base64": as_base64(colour, (64, 64))}, {"base64": as_base64(colour, (32, 64))}]
            job = await sim.made("blend", images=images)
            means.append(mean_colour((await sim.get(job["result"]["images"][1]["url"])).image))
        assert means[0][0] > means[0][2] + 40
        assert means[1][2] > means[1][0] + 40


async def test_a_reference_picture_tints_what_is_imagined(live, png, as_base64):
    async with live(pace="instant") as sim:
        means = []
        for colour in ((230, 20, 20), (20, 20, 230)):
            url = f"data:image/png;base64,{as_base64(colour)}"
            job = await sim.made("imagine", prompt="a harbour", seed=5, image_url=url)
            means.append(mean_colour((await sim.get(job["result"]["images"][1]["url"])).image))
        assert means[0][0] - means[0][2] > means[1][0] - means[1][2] + 20


async def test_a_picture_names_its_job_and_its_prompt(live):
    async with live(pace="instant") as sim:
        job = await sim.made("imagine", prompt="a harbour at dawn --seed 9")
        text = (await sim.get(job["result"]["images"][1]["url"])).image.text
        assert text["Job"] == job["id"]
        assert text["Description"] == "a harbour at dawn --seed 9"
        assert "--seed 9" in text["Parameters"]


async def test_head_gives_the_same_headers_without_the_picture(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][2]["url"]
        got, headed = await sim.get(url), await sim.request("HEAD", url)
        assert (headed.status, headed.body) == (200, b"")
        for name in ("Content-Type", "Content-Length", "ETag", "Accept-Ranges", "Cache-Control"):
            assert headed.headers[name] == got.headers[name]
        assert int(got.headers["Content-Length"]) == len(got.body)


async def test_a_picture_that_has_not_changed_is_304(live):
    async with live(pace="instant") as sim:
        images = (await sim.made("imagine", prompt="a"))["result"]["images"]
        url = images[1]["url"]
        tag = (await sim.get(url)).headers["ETag"]
        assert tag.startswith('"'), "the tag is strong"
        for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
            answer = await sim.get(url, headers={"If-None-Match": known})
            assert (answer.status, answer.body) == (304, b"")
            assert answer.headers["ETag"] == tag
        for unknown in ('"other"', tag.strip('"'), ""):
            assert (await sim.get(url, headers={"If-None-Match": unknown})).status == 200
        assert (await sim.get(images[2]["url"], headers={"If-None-Match": tag})).status == 200


async def test_parts_of_a_picture(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][1]["url"]
        whole = await sim.get(url)
        data, length = whole.body, len(whole.body)
        for wanted, part in (
            ("bytes=0-99", range(100)),
            ("bytes=100-", range(100, length)),
            ("bytes=-7", range(length - 7, length)),
            (f"bytes=0-{length * 9}", range(length)),
            (f"bytes=-{length * 9}", range(length)),
            (f"bytes={length - 1}-", range(length - 1, length)),
        ):
            answer = await sim.get(url, headers={"Range": wanted})
            assert answer.status == 206
            assert answer.body == data[part.start : part.stop]
            assert answer.headers["Content-Range"] == f"bytes {part.start}-{part.stop - 1}/{length}"
            assert answer.headers["Content-Type"] == "image/png"
            assert answer.headers["ETag"] == whole.headers["ETag"]


@pytest.mark.parametrize("wanted", ["bytes={length}-", "bytes=99999999999999999999-", "bytes=-0"])
async def test_a_part_that_is_not_there_is_416_and_tells_the_length(live, wanted):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][1]["url"]
        length = len((await sim.get(url)).body)
        answer = await sim.get(url, headers={"Range": wanted.format(length=length)})
        assert (answer.status, answer.code) == (416, "range_not_satisfiable")
        assert answer.headers["Content-Range"] == f"bytes */{length}"


@pytest.mark.parametrize(
    "wanted",
    ["bytes=9-5", "bytes=-", "bytes=a-b", "lines=1-2", "nonsense", "", "bytes=0-1,5-6", "bytes=" + "9" * 5000 + "-"],
)
async def test_a_range_that_cannot_be_read_is_passed_over(live, wanted):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][1]["url"]
        answer = await sim.get(url, headers={"Range": wanted})
        assert answer.status == 200
        assert answer.image.size == (1024, 1024)


async def test_a_range_holds_for_the_picture_that_it_was_meant_for_and_for_get_alone(live):
    async with live(pace="instant") as sim:
        url = (await sim.made("imagine", prompt="a"))["result"]["images"][1]["url"]
        tag = (await sim.get(url)).headers["ETag"]
        part = {"Range": "bytes=0-9"}
        assert (await sim.get(url, headers={**part, "If-Range": tag})).status == 206
        assert (await sim.get(url, headers={**part, "If-Range": '"other"'})).status == 200
        assert (await sim.request("HEAD", url, headers=part)).status == 200


async def test_an_address_that_was_guessed_is_404(live, as_base64):
    async with live(pace="instant") as sim:
        job = await sim.made("imagine", prompt="a")
        other = await sim.made("imagine", prompt="b")
        upscale = await sim.made("upscale", job_id=job["id"], index=2)
        url = job["result"]["images"][1]["url"]
        origin, token, job_id, name = *url.rsplit("/", 3)[:1], *url.rsplit("/", 3)[1:]
        upscaled = upscale["result"]["images"][0]["url"]
        assert upscaled.endswith("/0_1.png")
        for guess in (
            f"{origin}/{'0' * 24}/{job_id}/{name}",
            f"{origin}/{token}/{other['id']}/{name}",
            f"{origin}/{token[:-1]}/{job_id}/{name}",
            f"{origin}/{token.upper()}x/{job_id}/{name}",
            f"{origin}/{token}/{job_id}/0_4.png",
            f"{origin}/{token}/{job_id}/0_0.jpg",
            f"{origin}/{token}/{job_id}/0_0.png/",
            f"{origin}/{token}/{job_id}/",
            f"{origin}/{job_id}/{name}",
            upscaled.replace("0_1", "0_0"),
            upscaled.replace("0_1", "grid_0"),
            f"{origin}/",
        ):
            answer = await sim.get(guess)
            assert (answer.status, answer.code) == (404, "not_found"), guess


async def test_a_picture_appears_when_its_job_is_completed_and_not_before(live):
    async with live(public_base_url="http://mj.example") as sim:
        url = (await sim.made("imagine", prompt="a boat"))["result"]["images"][1]["url"]
    path = url.removeprefix("http://mj.example")
    async with live() as sim:
        assert (await sim.get(path)).status == 404
        job_id = await sim.imagine("a boat")
        assert (await sim.get(path)).status == 404
        await sim.completed(job_id)
        assert (await sim.get(path)).status == 200


@pytest.mark.parametrize(
    ("host", "origin"),
    [
        ("mj.example:8081", "http://mj.example:8081"),
        ("localhost", "http://localhost"),
        ("[::1]:9000", "http://[::1]:9000"),
        ("evil.example/path", None),
        ('a"b', None),
        ("a b", None),
    ],
)
async def test_addresses_begin_with_the_host_that_the_client_used(live, host, origin):
    async with live(pace="instant") as sim:
        job_id = await sim.imagine()
        seen = (await sim.get(f"/v1/jobs/{job_id}", headers={"Host": host})).json
        listed = (await sim.get("/v1/jobs", headers={"Host": host})).json["data"][0]
        assert seen == listed
        for image in seen["result"]["images"]:
            assert image["url"].startswith(f"{origin or sim.url}/files/")
        # And the next client is not shown what another one used.
        assert (await sim.job(job_id))["result"]["images"][0]["url"].startswith(f"{sim.url}/files/")


@pytest.mark.parametrize("base", ["https://mj.example", "https://mj.example/", "http://proxy.example:99/mj"])
async def test_a_public_base_url_overrides_the_host(live, base):
    async with live(pace="instant", public_base_url=base) as sim:
        job_id = await sim.imagine()
        job = (await sim.get(f"/v1/jobs/{job_id}", headers={"Host": "other.example"})).json
        for image in job["result"]["images"]:
            assert image["url"].startswith(base.rstrip("/") + "/files/")
