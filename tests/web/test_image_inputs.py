"""Pictures that a client sends are really looked at; what cannot be, is refused by the name of its field."""

import asyncio
import base64
import gzip

import pytest

from mjsim import fetch

HEAD = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def answered(body, head=HEAD):
    """A server's whole answer."""

    async def respond(_reader, writer):
        writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)

    return respond


async def described(sim, **fields):
    return (await sim.made("describe", **fields))["result"]["prompts"]


async def test_base64_is_looked_at(live, as_base64):
    async with live(pace="instant") as sim:
        assert all("red" in prompt for prompt in await described(sim, image_base64=as_base64((214, 40, 40))))
        assert all("navy" in prompt for prompt in await described(sim, image_base64=as_base64((20, 40, 80))))


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF", "BMP"])
async def test_every_usual_format_is_read(live, as_base64, form):
    async with live(pace="instant") as sim:
        prompts = await described(sim, image_base64=as_base64((214, 40, 40), (120, 80), form))
        assert all(prompt.endswith("--ar 3:2") for prompt in prompts)


async def test_a_data_url_is_looked_at(live, as_base64):
    async with live(pace="instant") as sim:
        url = f"data:image/png;base64,{as_base64((214, 40, 40))}"
        assert all("red" in prompt for prompt in await described(sim, image_url=url))
        assert await sim.create("blend", images=[{"url": url}, {"url": url.replace("data:", "DATA:")}])
        assert await sim.imagine("a", image_url=url)


@pytest.mark.parametrize(
    "url", ["data:,hello", "data:image/png,abc", "data:image/png;base64", "data:image/png;base64,", "data:;base64,!!!!"]
)
async def test_a_data_url_without_a_picture_is_refused(live, url):
    async with live() as sim:
        assert (await sim.refused("/v1/describe", {"image_url": url}, 400, "invalid_image")).startswith("image_url: ")


async def test_one_of_our_own_pictures_says_what_it_shows(live):
    """Whether it is named by address or sent as bytes, and under whatever name the simulator is reached."""
    async with live(pace="instant") as sim:
        image = (await sim.made("imagine", prompt="a lighthouse in a storm --ar 16:9"))["result"]["images"][1]
        data = (await sim.get(image["url"])).body
        elsewhere = image["url"].replace(sim.url, "https://mj.example")
        for fields in (
            {"image_url": image["url"]},
            {"image_url": elsewhere},
            {"image_base64": base64.b64encode(data).decode()},
        ):
            for prompt in await described(sim, **fields):
                assert "a lighthouse in a storm" in prompt
                assert prompt.endswith("--ar 16:9")


async def test_one_of_our_own_pictures_that_is_not_there_is_inaccessible(live):
    async with live(public_base_url="http://mj.example") as sim:
        url = (await sim.made("imagine", prompt="a boat"))["result"]["images"][1]["url"]
    async with live(public_base_url="http://mj.example") as sim:
        await sim.imagine("a boat")
        message = await sim.refused("/v1/describe", {"image_url": url}, 400, "image_inaccessible")
        assert message.startswith("image_url: ")


async def test_a_server_on_this_machine_is_really_asked(live, serving, png):
    async with live(pace="instant") as sim, serving(answered(png((214, 40, 40), (90, 160)))) as url:
        for address in (url, url.replace("127.0.0.1", "localhost"), url.replace("http:", "HTTP:") + "?a=b#c"):
            prompts = await described(sim, image_url=address)
            assert all("red" in prompt and prompt.endswith("--ar 9:16") for prompt in prompts)
        assert await sim.create("blend", images=[{"url": url}, {"url": url}])
        assert await sim.imagine(f"{url} a house", image_url=url)


async def test_requests_are_equal_only_where_all_of_their_pictures_are(live):
    """An id tells how many equal requests there were before."""
    prompts = [
        "http://nobody.test/a.png http://nobody.test/b.png a house",
        "http://nobody.test/a.png http://nobody.test/c.png a house",
    ]
    together, alone = [], []
    async with live() as sim:
        for prompt in prompts:
            together.append(await sim.imagine(prompt))
    for prompt in prompts:
        async with live() as sim:
            alone.append(await sim.imagine(prompt))
    assert together == alone


async def test_a_picture_on_another_host_is_made_up_and_nobody_is_contacted(live):
    """The names cannot be resolved; the same address always shows the same picture."""
    async with live(pace="instant") as sim:
        first = await described(sim, image_url="http://nobody.test/a.png")
        assert len(first) == 4
        assert await sim.create("blend", images=[{"url": "https://nobody.test/a"}, {"url": "http://10.255.255.1/b"}])
        assert await sim.imagine("http://nobody.test/a.png a house", image_url="https://nobody.test:1/x")
    async with live(pace="instant") as sim:
        assert await described(sim, image_url="http://nobody.test/a.png") == first
        assert await described(sim, image_url="http://nobody.test/b.png") != first


@pytest.mark.parametrize(
    "url",
    [
        "https://nowhere.invalid/a.png",
        "http://invalid/",
        "http://a.b.INVALID./x",
        "https://user:pass@x.invalid:99/",
        "http://[::1",
        "http://a:99999/",
        "https:///path",
    ],
)
async def test_an_address_that_cannot_exist_is_inaccessible_and_named(live, url):
    async with live() as sim:
        for path, body, field in (
            ("/v1/describe", {"image_url": url}, "image_url"),
            ("/v1/imagine", {"prompt": "a", "image_url": url}, "image_url"),
            ("/v1/blend", {"images": [{"url": "https://a.test/"}, {"url": url}]}, "images.1.url"),
        ):
            answer = await sim.post(path, body)
            assert answer.status == 400
            assert answer.code in ("image_inaccessible", "invalid_request")
            assert answer.message.startswith(f"{field}: ")
        assert (await sim.jobs())["total"] == 0


async def test_an_address_in_a_prompt_that_cannot_exist_is_inaccessible(live):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": "http://x.invalid/a a cat"}, 400, "image_inaccessible")
        assert message.startswith("prompt: ")


@pytest.mark.parametrize("url", ["ftp://a.test/x", "file:///etc/passwd", "javascript:alert(1)", "urn:a:b", "a.png", ""])
async def test_an_address_of_another_kind_is_refused(live, url):
    async with live() as sim:
        for path, body, field in (
            ("/v1/describe", {"image_url": url}, "image_url"),
            ("/v1/imagine", {"prompt": "a", "image_url": url}, "image_url"),
            ("/v1/blend", {"images": [{"url": url}, {"url": "https://a.test/"}]}, "images.0.url"),
        ):
            assert (await sim.refused(path, body, 400, "invalid_request")).startswith(f"{field}: ")


async def nothing(_reader, _writer):
    """A server that hangs up."""


async def garbage(_reader, writer):
    writer.write(b"\x00\x01 this is no HTTP at all\r\n\r\n")


async def moved(_reader, writer):
    writer.write(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")


async def cut_off(_reader, writer):
    writer.write(HEAD + b"Content-Length: 1000\r\n\r\nabc")


async def endless(_reader, writer):
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    for _ in range(33):
        writer.write(b"100000\r\n" + b"\x89" * 0x100000 + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")


async def bomb(_reader, writer):
    packed = gzip.compress(b"\x00" * (40 * 1024 * 1024))
    writer.write(HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)


@pytest.mark.parametrize(
    ("respond", "code"),
    [
        (nothing, "image_inaccessible"),
        (garbage, "image_inaccessible"),
        (moved, "image_inaccessible"),
        (cut_off, "image_inaccessible"),
        (endless, "image_inaccessible"),
        (bomb, "image_inaccessible"),
        (answered(b"", b"HTTP/1.1 404 Not Found\r\n"), "image_inaccessible"),
        (answered(b"", b"HTTP/1.1 500 Oh\r\n"), "image_inaccessible"),
        (answered(b"no", HEAD + b"Content-Encoding: gzip\r\n"), "image_inaccessible"),
        (answered(b""), "invalid_image"),
        (answered(b"<html>not a picture</html>"), "invalid_image"),
        (answered(b"\x89PNG\r\n\x1a\n"), "invalid_image"),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
async def test_a_server_on_this_machine_that_gives_no_picture_is_told_by_field(live, serving, respond, code):
    async with live() as sim, serving(respond) as url:
        assert (await sim.refused("/v1/describe", {"image_url": url}, 400, code)).startswith("image_url: ")
        body = {"images": [{"url": "https://a.test/"}, {"url": url}]}
        assert (await sim.refused("/v1/blend", body, 400, code)).startswith("images.1.url: ")
        assert (await sim.jobs())["total"] == 0
        await sim.answers_still()


async def test_a_slow_server_is_given_up_while_others_are_answered(live, serving, monkeypatch):
    monkeypatch.setattr(fetch, "SECONDS", 0.3)
    asked = asyncio.Event()

    async def slow(reader, writer):
        writer.write(HEAD + b"Content-Length: 10\r\n\r\n")
        asked.set()
        await reader.read()

    async with live() as sim, serving(slow) as url:
        waiting = asyncio.create_task(sim.post("/v1/describe", {"image_url": url}))
        await asked.wait()
        await sim.answers_still()
        answer = await waiting
        assert (answer.status, answer.code) == (400, "image_inaccessible")


async def test_a_port_where_nobody_listens_is_inaccessible(live, serving):
    async with live() as sim:
        async with serving(nothing) as url:
            pass
        message = await sim.refused("/v1/describe", {"image_url": url}, 400, "image_inaccessible")
        assert message.startswith("image_url: ")
        for port in (0, 1):
            await sim.refused("/v1/describe", {"image_url": f"http://127.0.0.1:{port}/"}, 400, "image_inaccessible")


async def test_other_hosts_are_really_asked_where_the_user_says_so(live, serving, png):
    """The address 0.0.0.0 is none of loopback's, but leads to this machine all the same."""
    red = png((214, 40, 40), (90, 160))
    async with serving(answered(red)) as url:

        async def led_on(_reader, writer):
            writer.write(b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: 0\r\n\r\n" % url.encode())

        async with serving(led_on) as first:
            async with live() as sim:
                message = await sim.refused("/v1/describe", {"image_url": first}, 400, "image_inaccessible")
                assert "302" in message, "loopback might lead anywhere, and is not followed"
            for address in (url, first):
                elsewhere = {"image_url": address.replace("127.0.0.1", "0.0.0.0")}
                async with live(pace="instant") as sim:
                    assert not all(prompt.endswith("--ar 9:16") for prompt in await described(sim, **elsewhere))
                async with live(pace="instant", fetch="any") as sim:
                    assert all(prompt.endswith("--ar 9:16") for prompt in await described(sim, **elsewhere))


async def test_a_page_of_our_own_is_no_picture(live):
    async with live() as sim:
        await sim.refused("/v1/describe", {"image_url": f"{sim.url}/docs"}, 400, "invalid_image")
        await sim.refused("/v1/describe", {"image_url": f"{sim.url}/v1/jobs"}, 400, "image_inaccessible")


async def test_describe_takes_one_picture_and_not_two_or_none(live, as_base64):
    async with live() as sim:
        both = {"image_url": "https://a.test/", "image_base64": as_base64()}
        for body in ({}, both, {"webhook_url": "https://a.test/"}):
            message = await sim.refused("/v1/describe", body, 400, "invalid_request")
            assert "image_url" in message
            assert "image_base64" in message


async def test_each_item_of_a_blend_is_one_picture(live, as_base64):
    async with live() as sim:
        good = {"base64": as_base64()}
        for bad in ({}, {"url": "https://a.test/", "base64": as_base64()}):
            message = await sim.refused("/v1/blend", {"images": [good, bad]}, 400, "invalid_request")
            assert message.startswith("images.1: ")


@pytest.mark.parametrize("number", [0, 1, 6, 50])
async def test_a_blend_takes_two_to_five_pictures(live, as_base64, number):
    async with live() as sim:
        body = {"images": [{"base64": as_base64()}] * number}
        message = await sim.refused("/v1/blend", body, 400, "invalid_request")
        assert message.startswith("images: ")
        assert str(number) in message


@pytest.mark.parametrize("number", [2, 5])
async def test_a_blend_of_two_or_of_five_pictures_is_made(live, as_base64, number):
    async with live() as sim:
        assert await sim.create("blend", images=[{"base64": as_base64()}] * number)
