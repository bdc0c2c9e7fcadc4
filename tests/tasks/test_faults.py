"""Faults strike the task API as they strike the published one, and its errors stay envelopes."""

import json

import pytest

from mjsim.web.tasks.callback import signature
from mjsim.web.tasks.envelope import MEANINGS

IMAGE = "https://example.com/a.png"
GENERATE = "/api/v1/mj/generate"
TEXT = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "fast"}
VIDEO = {"taskType": "mj_video", "prompt": "a fox", "motion": "low", "fileUrl": IMAGE}


async def fault(sim, effect, **match):
    """Add a fault."""
    body = {"match": match, "effect": effect}
    status, _headers, answer = await sim.send("POST", "/_sim/faults", json=body)
    assert status in {200, 201}, answer


@pytest.mark.parametrize("code", MEANINGS)
@pytest.mark.parametrize("where", ["envelope", "http"])
async def test_a_fault_of_a_status_is_a_code_of_the_envelope(live, where, code):
    async with live(task_errors=where) as sim:
        await fault(sim, {"response": {"status": code}}, operations=["generateTask"])
        status, _headers, body = await sim.send("POST", GENERATE, json=TEXT)
        assert json.loads(body) == {"code": code, "msg": MEANINGS[code], "data": None}
        assert status == (code if where == "http" else 200)
        assert await sim.credits() == 1_000_000


async def test_a_fault_strikes_the_operation_the_tenant_and_the_task_that_it_names(live):
    async with live() as sim:
        one, two = await sim.generate(prompt="one"), await sim.generate(prompt="two")
        hyphens = f"{one[:8]}-{one[8:12]}-{one[12:16]}-{one[16:20]}-{one[20:]}"
        await fault(sim, {"response": {"status": 500, "message": "Not today."}}, operations=["getTask"], job_id=hyphens)
        answer = await sim.get(f"/api/v1/mj/record-info?taskId={one}")
        assert (answer["code"], answer["msg"]) == (500, "Not today.")
        assert (await sim.record(two))["successFlag"] == 0
        await fault(sim, {"response": {"status": 455}}, tenant="sim-other")
        assert (await sim.as_("sim-other").get("/api/v1/chat/credit"))["code"] == 455
        assert await sim.credits() == 1_000_000 - 16


async def test_a_request_may_ask_for_its_own_error_or_a_page_of_a_proxy(live):
    async with live() as sim:
        status, headers, body = await sim.send("GET", "/api/v1/chat/credit", headers={"Prefer": "code=455"})
        assert (status, json.loads(body)["code"], headers["Preference-Applied"]) == (200, 455, "code=455")
        status, headers, _body = await sim.send("GET", "/api/v1/chat/credit", headers={"Prefer": "html"})
        assert (status, headers["Content-Type"].partition(";")[0]) == (502, "text/html")


@pytest.mark.parametrize("fields", [TEXT, VIDEO], ids=["picture", "video"])
async def test_the_prompt_picks_the_outcome(live, fields):
    async with live() as sim:
        before = await sim.credits()
        prompt = "a fox --ar 1:1 --sim fail@46=timed_out"
        task = await sim.create("generate", **fields | {"prompt": prompt})
        record = await sim.done(task)
        assert (record["successFlag"], record["errorCode"]) == (3, 501)
        assert json.loads(record["paramJson"])["prompt"] == prompt
        assert await sim.credits() == before
        refused = await sim.post(GENERATE, **fields | {"prompt": "a fox --sim refuse=image_inaccessible"})
        assert refused["code"] == 400


async def test_an_extension_and_a_variation_can_be_made_to_fail(live):
    async with live() as sim:
        video, grid = await sim.create("generate", **VIDEO), await sim.generate()
        await sim.done(video)
        longer = {"taskId": video, "taskType": "mj_video_extend_manual", "index": 0, "prompt": "night --sim fail"}
        assert (await sim.done(await sim.create("generateVideoExtend", **longer)))["successFlag"] == 3
        await fault(sim, {"job": "fail"}, operations=["varyTask"])
        varied = await sim.create("generateVary", taskId=grid, imageIndex=0)
        assert (await sim.done(varied))["successFlag"] == 3


async def test_callbacks_go_wrong_as_webhooks_do(live):
    async with live(task_webhook_key="k") as sim:
        right = await sim.generate(callBackUrl=sim.inbox("right"))
        for name in ("forged", "unsigned", "double", "skew"):
            await sim.generate(prompt=f"a fox --sim webhook-{name}", callBackUrl=sim.inbox(name))
        await sim.later("10m")
        got = {name: await sim.received(name) for name in ("right", "forged", "unsigned", "double", "skew")}
        assert {name: len(one) for name, one in got.items()} == {n: 2 if n == "double" else 1 for n in got}
        valid = {}
        for name, ((headers, told), *_rest) in got.items():
            stamp = int(headers["x-webhook-timestamp"])
            valid[name] = headers.get("x-webhook-signature") == signature("k", told["data"]["taskId"], stamp)
        assert valid == {"right": True, "forged": False, "unsigned": False, "double": True, "skew": True}
        assert got["right"][0][1]["data"]["taskId"] == right


@pytest.mark.parametrize("told", [True, False])
async def test_what_a_prompt_asks_for_its_callbacks_is_in_vain_where_there_are_none(live, told):
    async with live() as sim:
        callback = {"callBackUrl": sim.inbox()} if told else {}
        await sim.generate(prompt="a fox --sim webhook-drop", **callback)
        (entry,) = (await sim.control("GET", f"/journal?path={GENERATE}"))["data"]
        assert [one["reason"] for one in entry.get("near_misses", [])] == ([] if told else ["the job has no webhook"])
        assert len(entry["faults"]) == told


async def test_faults_of_files_strike_videos_too(live):
    async with live() as sim:
        task = await sim.create("generate", **VIDEO)
        (url,) = await sim.urls(task)
        await fault(sim, {"response": {"status": 403}}, operations=["images"], tenant="sim-test")
        assert (await sim.send("GET", url))[0] == 403


async def test_a_stale_record_is_as_it_was_and_never_before_its_task(live):
    async with live() as sim:
        task = await sim.generate()
        await sim.done(task)
        for stale, flag in (("90m", 0), ("1s", 1)):
            path = f"/api/v1/mj/record-info?taskId={task}"
            _status, _headers, body = await sim.send("GET", path, headers={"Prefer": f"stale={stale}"})
            assert json.loads(body)["data"]["successFlag"] == flag
