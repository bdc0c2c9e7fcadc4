"""Every code that is documented is reached, in the envelope, and by the HTTP status where that is wanted."""

import json

import pytest

JSON = {"Content-Type": "application/json"}
IMAGE = "https://example.com/a.png"
GENERATE = "/api/v1/mj/generate"
TEXT = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "fast"}
VIDEO = {"taskType": "mj_video", "prompt": "a fox", "motion": "low", "fileUrl": IMAGE}


async def refusals(sim):
    """A refusal of every code but those of faults: what was sent, and the code."""
    grid = await sim.generate(prompt="to be failed")
    await sim.fail(grid)
    upscale = "/api/v1/mj/generateUpscale"
    return [
        (sim, "POST", GENERATE, {"data": b"{", "headers": JSON}, 400),
        (sim, "POST", GENERATE, {"json": TEXT | {"prompt": "bannedword"}}, 400),
        (sim, "POST", GENERATE, {"json": TEXT | {"taskType": "mj_img2img", "fileUrl": "https://a.invalid/x"}}, 400),
        (sim.as_(None), "POST", GENERATE, {"json": TEXT}, 401),
        (sim.as_("nobody"), "GET", "/api/v1/chat/credit", {}, 401),
        (sim, "POST", GENERATE, {"json": VIDEO}, 402),
        (sim, "POST", GENERATE, {"json": TEXT | {"speed": "slow"}}, 422),
        (sim, "POST", GENERATE, {"json": []}, 422),
        (sim, "GET", "/api/v1/mj/record-info", {}, 422),
        (sim, "GET", "/api/v1/mj/record-info?taskId=a&taskId=b", {}, 422),
        (sim, "POST", upscale, {"json": {"taskId": grid, "imageIndex": 0}}, 501),
        *(
            (sim, "GET", "/api/v1/chat/credit", {"headers": {"Prefer": f"code={code}"}}, code)
            for code in (455, 500, 505)
        ),
    ]


@pytest.mark.parametrize("where", ["envelope", "http"])
async def test_every_code_is_told_where_it_is_wanted(live, where):
    async with live(task_errors=where, credits=50) as sim:
        for who, method, path, given, code in await refusals(sim):
            status, headers, body = await who.send(method, path, **given)
            answer = json.loads(body)
            assert (list(answer), answer["code"], answer["data"]) == (["code", "msg", "data"], code, None), answer
            assert answer["msg"]
            assert status == (code if where == "http" else 200)
            assert ("WWW-Authenticate" in headers) == (code == 401)
            assert headers["Content-Type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("where", ["envelope", "http"])
async def test_what_is_the_business_of_http_keeps_its_status(live, where):
    async with live(task_errors=where) as sim:
        for method, path, status in (
            ("GET", "/api/v1/mj/recordinfo", 404),
            ("POST", "/api/", 404),
            ("GET", GENERATE, 405),
            ("DELETE", "/api/v1/chat/credit", 405),
        ):
            got, headers, body = await sim.send(method, path)
            assert (got, json.loads(body)["code"]) == (status, 404)
            assert ("Allow" in headers) == (status == 405)
        got, _headers, body = await sim.send("POST", GENERATE, data=b"", headers=JSON | {"Content-Length": "99999999"})
        assert (got, json.loads(body)["code"]) == (413, 400)


async def test_the_twenty_first_task_in_ten_seconds_is_refused_and_told_when_to_come_again(live):
    async with live(task_rate_limit="20/10s") as sim:
        first = await sim.generate(prompt="first")
        sim.clock.advance(7_000)
        for number in range(17):
            await sim.generate(prompt=f"number {number}")
        await sim.create("generateUpscale", taskId=first, imageIndex=0)
        await sim.generate("mj_video", fileUrl=IMAGE)
        status, headers, body = await sim.send("POST", GENERATE, json=TEXT)
        assert (status, json.loads(body)["code"], headers["Retry-After"]) == (200, 429, "3")
        assert (await sim.as_("sim-other").post(GENERATE, **TEXT))["code"] == 200
        sim.clock.advance(3_000)
        assert await sim.code(GENERATE, **TEXT) == 200
        assert await sim.code(GENERATE, **TEXT) == 429


async def test_a_failure_of_our_own_is_told_in_the_envelope_too(live, monkeypatch, caplog):
    async with live() as sim:
        monkeypatch.setattr("mjsim.tasks.Tasks.credits", None)
        status, _headers, body = await sim.send("GET", "/api/v1/chat/credit")
        assert (status, json.loads(body)["code"]) == (200, 500)
        caplog.clear()


async def test_browsers_may_read_it(live):
    async with live() as sim:
        status, headers, _body = await sim.as_(None).send("OPTIONS", GENERATE)
        assert (status, headers["Allow"], headers["Access-Control-Allow-Origin"]) == (204, "POST, OPTIONS", "*")


async def test_the_document_is_served(live):
    async with live() as sim:
        status, _headers, body = await sim.as_(None).send("GET", "/openapi.tasks.json")
        assert (status, json.loads(body)["openapi"]) == (200, "3.1.0")
