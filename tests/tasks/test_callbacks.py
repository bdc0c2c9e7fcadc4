"""A callback tells the end of a task in the shape that the service sends, signed, and again until it is received."""

import base64
import hashlib
import hmac
import json

import pytest

from mjsim.web.tasks.callback import signature

from .conftest import obeys

IMAGE = "https://example.com/a.png"


async def test_success_is_told_with_plain_strings_and_the_request_as_prompt_json(live):
    async with live() as sim:
        task = await sim.generate(callBackUrl=sim.inbox(), version=7)
        await sim.later("1m")
        record = await sim.record(task)
        ((headers, told),) = await sim.received()
        obeys("Callback", told)
        assert (told["code"], told["msg"]) == (200, "success")
        assert told["data"] == {
            "taskId": task,
            "promptJson": record["paramJson"],
            "resultUrls": [one["resultUrl"] for one in record["resultInfoJson"]["resultUrls"]],
        }
        assert list(json.loads(told["data"]["promptJson"])) == sorted(json.loads(told["data"]["promptJson"]))
        assert headers["content-type"] == "application/json"
        assert not [name for name in headers if "signature" in name or name.startswith("webhook")]


async def test_failure_is_told_with_its_reason_and_no_results(live):
    async with live() as sim:
        task = await sim.generate(callBackUrl=sim.inbox())
        await sim.fail(task, "No.")
        await sim.later("1s")
        ((_headers, told),) = await sim.received()
        obeys("Callback", told)
        assert (told["code"], told["msg"], told["data"]["resultUrls"]) == (500, "No.", [])


async def test_nothing_is_told_before_the_end_nor_of_tasks_without_a_url(live):
    async with live() as sim:
        await sim.generate(callBackUrl=sim.inbox())
        await sim.generate(prompt="quiet", callBackUrl="")
        assert await sim.later("3s") == []
        assert len(await sim.later("1m")) == 1


async def test_upscales_and_variations_have_callbacks_too(live):
    async with live() as sim:
        grid = await sim.generate()
        await sim.done(grid)
        task = await sim.create("generateVary", taskId=grid, imageIndex=1, callBackUrl=sim.inbox())
        await sim.later("1m")
        ((_headers, told),) = await sim.received()
        assert (told["data"]["taskId"], len(told["data"]["resultUrls"])) == (task, 4)
        assert json.loads(told["data"]["promptJson"])["imageIndex"] == 1


async def test_a_longer_video_has_a_callback_of_its_own_shape(live):
    async with live() as sim:
        video = await sim.generate("mj_video", fileUrl=IMAGE)
        await sim.done(video)
        asked = {"taskId": video, "taskType": "mj_video_extend_auto", "index": 0, "callBackUrl": sim.inbox()}
        task, other = [await sim.create("generateVideoExtend", **asked) for _ in range(2)]
        await sim.fail(other, "No.")
        await sim.later("1m")
        told = {one["data"]["taskId"]: obeys("ExtendCallback", one) for _, one in await sim.received()}
        record = await sim.record(task)
        assert told[task]["data"] == {
            "taskId": task,
            "taskType": "mj_video_extend_auto",
            "resultInfoJson": record["resultInfoJson"],
            "successFlag": 1,
        }
        assert told[other] == {
            "code": 500,
            "msg": "No.",
            "data": {"taskId": other, "successFlag": 3, "errorCode": "VIDEO_EXTEND_FAILED", "errorMessage": "No."},
        }


async def test_a_key_signs_the_id_and_the_time_and_not_the_body(live):
    async with live(task_webhook_key="a key") as sim:
        task = await sim.generate(callBackUrl=sim.inbox())
        await sim.later("1m")
        ((headers, _told),) = await sim.received()
        stamp = headers["x-webhook-timestamp"]
        assert stamp.isdigit()
        expected = base64.b64encode(hmac.digest(b"a key", f"{task}.{stamp}".encode(), hashlib.sha256)).decode()
        assert headers["x-webhook-signature"] == expected == signature("a key", task, int(stamp))


async def test_what_is_not_received_is_told_again_after_1_5_and_15_minutes_and_then_given_up(live):
    async with live() as sim:
        await sim.control("PUT", "/inboxes/box/answers", {"answers": [500]})
        await sim.generate(callBackUrl=sim.inbox())
        attempts = await sim.later("24h")
        first, *later = [_minutes(one["attempt"]["at"]) for one in attempts]
        assert [round(at - first, 6) for at in later] == [1, 6, 21]
        (delivery,) = (await sim.control("GET", "/webhooks/deliveries"))["deliveries"]
        assert delivery["standing"] == "given_up"
        assert len({json.dumps(told) for _, told in await sim.received()}) == 1


async def test_news_of_the_published_api_keep_their_own_shape_and_schedule(live):
    async with live(webhook_retries="1s", task_webhook_key="k") as sim:
        await sim.control("PUT", "/inboxes/box/answers", {"answers": [500]})
        body = {"prompt": "a fox", "webhook_url": sim.inbox()}
        assert (await sim.send("POST", "/v1/imagine", json=body))[0] == 200
        attempts = await sim.later("1h")
        assert len(attempts) == 2
        headers, told = (await sim.received())[0]
        assert told["event"] == "job.completed"
        assert "webhook-signature" in headers
        assert "x-webhook-signature" not in headers


@pytest.mark.parametrize("url", ["ftp://example.com/", "example.com", "http://", "http://a b/", "javascript:alert(1)"])
async def test_a_url_that_is_none_is_refused(live, url):
    async with live() as sim:
        fields = {"taskType": "mj_txt2img", "prompt": "a", "speed": "fast", "callBackUrl": url}
        assert await sim.code("/api/v1/mj/generate", **fields) == 422


def _minutes(instant):
    from datetime import datetime

    return datetime.fromisoformat(instant).timestamp() / 60
