"""Who has no control API at hand picks the outcome by the request itself: by `--sim` in a prompt, by `Prefer` anywhere."""

from contextlib import suppress

import pytest
from aiohttp import ClientError
from PIL import ImageChops

from .unchecked import add, imagine, meet, total


async def life(sim, prompt):
    return await sim.life(await sim.imagine(prompt))


async def test_a_job_is_refused_at_submission(live):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": "a fox --sim refuse"}, 400, "banned_prompt")
        assert "as it was asked to be" in message
        await sim.refused("/v1/imagine", {"prompt": "a fox --sim refuse=queue_full"}, 429, "queue_full")
        assert await total(sim) == 0


async def test_a_job_fails_at_a_progress(live):
    async with live() as sim:
        faces = await life(sim, "a fox --sim fail@46=odd_code")
        assert [face["progress"] for face in faces] == [0, 0, 15, 31, 46, 46]
        assert (faces[-1]["status"], faces[-1]["error"]["code"]) == ("failed", "odd_code")
        assert "result" not in faces[-1]


async def test_a_job_sticks(live):
    async with live() as sim:
        job_id = await sim.imagine("a fox --sim stuck@93")
        sim.clock.advance(86_400_000)
        job = await sim.job(job_id)
        assert (job["status"], job["progress"]) == ("in_progress", 93)
        assert (await sim.cancel(job_id)).json["status"] == "cancelled"


async def test_a_job_fails_at_its_result_or_is_cancelled_by_another(live):
    async with live() as sim:
        failed = (await life(sim, "a fox --sim fail-result"))[-1]
        assert (failed["status"], failed["progress"], failed["error"]["code"]) == ("failed", 99, "result_unavailable")
        cancelled = (await life(sim, "a fox --sim cancel@30"))[-1]
        assert (cancelled["status"], cancelled["progress"]) == ("cancelled", 30)
        assert "error" not in cancelled


async def test_a_job_is_done_at_once_or_goes_straight_from_pending_to_completed(live):
    async with live() as sim:
        assert (await sim.job(await sim.imagine("a fox --sim instant")))["status"] == "completed"
        assert [face["status"] for face in await life(sim, "a fox --sim direct")] == ["pending", "completed"]


async def test_a_stuck_job_keeps_its_slot_and_lets_go_of_it_when_it_is_cancelled(live):
    async with live(plan="basic") as sim:
        stuck = [await sim.imagine(f"fox {number} --sim stuck@5") for number in range(3)]
        waiting = await sim.imagine("next")
        sim.clock.advance(86_400_000)
        assert (await sim.job(waiting))["status"] == "pending"
        await sim.cancel(stuck[0])
        assert (await sim.completed(waiting))["progress"] == 100


async def test_directives_are_echoed_in_the_prompt_and_change_neither_picture_nor_settings(live):
    async with live(pace="instant") as sim:
        plain = await sim.made("imagine", prompt="a fox --seed 5")
        asked = await sim.made("imagine", prompt="a fox --seed 5 --sim slow=2 --sim webhook-late=60s")
        assert asked["prompt"] == "a fox --seed 5 --sim slow=2 --sim webhook-late=60s"
        assert asked["parameters"] == plain["parameters"]
        tiles = [(await sim.get(job["result"]["images"][1]["url"])).image.convert("L") for job in (plain, asked)]
        # Only what is written on them differs: each has its own id.
        different = ImageChops.difference(*tiles).point(bool)
        assert different.histogram()[1] < 0.05 * 1024 * 1024


async def test_children_inherit_nothing(live):
    async with live() as sim:
        parent = await sim.imagine("a fox --sim instant")
        child = await sim.create("upscale", job_id=parent, index=1)
        assert (await sim.job(child))["status"] == "pending"
        assert (await sim.completed(child))["status"] == "completed"


@pytest.mark.parametrize("flag", ["--sim", "--sim fial", "--sim fail@100", "--sim instant=1", "--sim slow=x"])
async def test_a_malformed_directive_is_refused(live, flag):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": f"a fox {flag}"}, 400, "invalid_parameter")
        assert message.startswith("prompt: --sim")


async def test_who_misspells_a_directive_is_told_the_legal_ones(live):
    async with live() as sim:
        message = await sim.refused("/v1/imagine", {"prompt": "a fox --sim fial"}, 400, "invalid_parameter")
        assert "Did you mean fail?" in message
        assert "stuck[@PROGRESS]" in message


async def test_every_operation_that_makes_a_job_takes_directives_by_prefer(live, as_base64):
    async with live() as sim:
        parent = await sim.imagine("a fox --sim instant")
        images = [{"base64": as_base64((0, 0, number))} for number in range(2)]
        for path, body in (
            ("imagine", {"prompt": "a fox"}),
            ("upscale", {"job_id": parent, "index": 1}),
            ("variations", {"job_id": parent, "index": 1}),
            ("describe", {"image_base64": as_base64()}),
            ("blend", {"images": images}),
        ):
            answer = await meet(sim, "POST", f"/v1/{path}", body, 'sim="fail@46=odd"')
            assert answer.headers["Preference-Applied"] == "sim=fail@46=odd"
            last = (await sim.life(answer.json["data"]["job_id"]))[-1]
            assert (last["status"], last["error"]["code"]) == ("failed", "odd"), path


async def test_prefer_comes_before_the_prompt_which_comes_before_a_fault(live):
    async with live() as sim:
        fault = {"match": {"operations": ["createImagineJob"]}, "effect": {"job": "stuck@5"}}
        (fault_id,) = await add(sim, fault)
        first = await imagine(sim, "a fox --sim fail@46=by_prompt", prefer="sim=fail@15=by_prefer")
        second = await imagine(sim, "a fox --sim fail@46=by_prompt")
        third = await imagine(sim, "a fox")
        codes = [(await sim.life(answer.json["data"]["job_id"]))[-1]["error"]["code"] for answer in (first, second)]
        assert codes == ["by_prefer", "by_prompt"]
        sim.clock.advance(86_400_000)
        assert (await sim.job(third.json["data"]["job_id"]))["progress"] == 5
        assert (await meet(sim, "GET", f"/_sim/faults/{fault_id}")).json["fired"] == 1


async def test_a_preference_of_the_request_comes_before_a_fault(live):
    async with live() as sim:
        await add(sim, {"effect": {"response": {"status": 500}}})
        assert (await imagine(sim, prefer="code=503")).status == 503
        assert (await imagine(sim, prefer="foo=bar")).status == 500


async def test_preferences_that_mean_something_here_are_acknowledged(live):
    async with live() as sim:
        answer = await imagine(sim, prefer="foo=1, code=429, stale=5s, retry-after=2")
        assert answer.headers["Preference-Applied"] == "code=429, retry-after=2"
        assert "Preference-Applied" not in (await imagine(sim, prefer="wait=10")).headers
        assert "Preference-Applied" not in (await meet(sim, "GET", "/v1/jobs", prefer="sim=instant")).headers
        answer = await imagine(sim, prefer="close")
        assert answer.headers["Preference-Applied"] == "close"


async def test_a_preference_that_makes_no_sense_is_refused_and_nothing_is_done(live):
    async with live() as sim:
        answer = await sim.post("/v1/imagine", {"prompt": "a fox"}, headers={"Prefer": "latency=5"})
        assert (answer.status, answer.code) == (400, "invalid_parameter")
        assert answer.message.startswith("Prefer: latency")
        assert await total(sim) == 0


async def test_a_key_is_asked_for_before_any_preference(live):
    async with live() as sim:
        assert (await sim.as_(None).post("/v1/imagine", {"prompt": "x"}, {"Prefer": "code=500"})).status == 401


# What the journal tells of it


async def told(sim, path):
    """What the journal tells of the last request to a path: what fired, and what was asked for in vain."""
    *_, entry = (await sim.get(f"/_sim/journal?path={path}")).json["data"]
    return entry["faults"], entry.get("near_misses", [])


def said(reason):
    return {"fault": "--sim", "parts": ["sim"], "reason": f"{reason}: the prompt asks for it", "off_contract": False}


async def test_what_a_prompt_asks_for_is_told_by_the_journal(live, caplog):
    caplog.set_level("INFO", "mjsim")
    async with live() as sim:
        await sim.imagine("a fox --ar 2:3 --SIM fail@46 slow=4")
        assert await told(sim, "/v1/imagine") == ([said("fail@46=internal_error slow=4.000")], [])
        assert "POST /v1/imagine: --sim: fail@46=internal_error slow=4.000: the prompt asks for it" in caplog.messages
        await sim.refused("/v1/imagine", {"prompt": "a fox --sim refuse=queue_full"}, 429, "queue_full")
        assert await told(sim, "/v1/imagine") == ([said("refuse=queue_full")], [])
        await sim.request("POST", "/v1/imagine", data=rb'{"prompt": "a fox \u002d\u002dsim direct"}')
        assert await told(sim, "/v1/imagine") == ([said("direct")], [])
        for prompt in ("a fox", "a fox --ar 2:3", "a--sim direct"):
            await sim.imagine(prompt)
            assert await told(sim, "/v1/imagine") == ([], [])


async def test_what_a_prompt_asks_for_its_webhooks_is_told_by_the_journal_and_by_each_attempt(live):
    async with live() as sim:
        await sim.imagine("a fox --sim webhook-double=3", webhook_url=f"{sim.url}/_sim/inbox/hook")
        (fired,), missed = await told(sim, "/v1/imagine")
        reason = "webhook-double=3: the prompt asks for it"
        assert (fired["fault"], fired["parts"], fired["reason"], missed) == ("--sim", ["webhook"], reason, [])
        walk = (await sim.post("/_sim/clock/advance", {"until": "quiet"})).json
        cause = {"id": "request", "reason": "webhook-double=3: the request of its job asks for it"}
        assert [one["attempt"]["fault"] for one in walk["attempts"]] == [cause] * 3


@pytest.mark.parametrize(
    ("prompt", "headers", "fault", "asked", "reason"),
    [
        ("a fox --sim webhook-drop", {}, "--sim", "webhook-drop", "the job has no webhook"),
        ("a fox", {"Prefer": "sim=webhook-drop"}, "Prefer", "webhook-drop", "the job has no webhook"),
        ("a fox --sim direct", {"Prefer": "sim=instant"}, "--sim", "direct", "Prefer asks for something else"),
        ("a fox", {"Prefer": "stale=5s"}, "Prefer", "stale=5s", "it means nothing to createImagineJob"),
        ("a fox", {"Prefer": "cod=503"}, "Prefer", "cod", "did you mean code?"),
    ],
)
async def test_what_is_asked_for_in_vain_is_told_with_the_reason(live, prompt, headers, fault, asked, reason):
    async with live() as sim:
        assert (await sim.post("/v1/imagine", {"prompt": prompt}, headers)).status == 200
        _, missed = await told(sim, "/v1/imagine")
        assert missed == [{"fault": fault, "asked": asked, "reason": reason}]


@pytest.mark.parametrize("header", ["cod=503, stale=5s", "stale=5s, cod=503"])
async def test_all_that_is_asked_for_in_vain_is_told(live, header):
    async with live() as sim:
        await sim.post("/v1/imagine", {"prompt": "a fox --sim webhook-drop"}, {"Prefer": header})
        _, missed = await told(sim, "/v1/imagine")
        assert sorted(one["asked"] for one in missed) == ["cod", "stale=5s", "webhook-drop"]


@pytest.mark.parametrize(
    ("prefer", "happens", "missed"),
    [
        ("sim=instant", {"instant", "webhook-drop"}, []),
        ("sim=webhook-double", {"webhook-double=2"}, ["Prefer asks for something else"]),
    ],
)
async def test_a_preference_takes_the_place_of_what_the_prompt_asks_for_of_its_kind(live, prefer, happens, missed):
    async with live() as sim:
        body = {"prompt": "a fox --sim webhook-drop", "webhook_url": f"{sim.url}/_sim/inbox/a"}
        await sim.post("/v1/imagine", body, {"Prefer": prefer})
        fired, void = await told(sim, "/v1/imagine")
        assert {one["reason"].partition(":")[0] for one in fired} == happens
        assert [one["reason"] for one in void] == missed


async def test_a_refusal_that_was_asked_for_is_told_in_vain_where_there_was_another(live):
    async with live() as sim:
        body = {"prompt": "a fox --sim refuse=queue_full", "image_url": "http://127.0.0.1:1/a.png"}
        await sim.refused("/v1/imagine", body, 400, "image_inaccessible")
        missed = {"fault": "--sim", "asked": "refuse=queue_full", "reason": "no job was made: image_inaccessible"}
        assert await told(sim, "/v1/imagine") == ([], [missed])


async def test_a_prompt_whose_job_is_refused_asks_in_vain(live):
    async with live(rate_limit="1/60s") as sim:
        await sim.imagine("the first")
        await sim.refused("/v1/imagine", {"prompt": "a fox --sim fail@46"}, 429, "rate_limited")
        missed = {"fault": "--sim", "asked": "fail@46=internal_error", "reason": "no job was made: rate_limited"}
        assert await told(sim, "/v1/imagine") == ([], [missed])


async def test_a_preference_for_a_job_that_is_refused_was_asked_in_vain(live):
    async with live(rate_limit="1/60s") as sim:
        await sim.imagine("the first")
        prefer = {"Prefer": "sim=fail@46"}
        await sim.refused("/v1/imagine", {"prompt": "a fox"}, 429, "rate_limited", headers=prefer)
        missed = {"fault": "Prefer", "asked": "fail@46=internal_error", "reason": "no job was made: rate_limited"}
        assert await told(sim, "/v1/imagine") == ([], [missed])


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [("code=503, sim=fail@46", "code=503"), ("sim=fail@46, reset", None), ("sim=refuse", "sim=refuse")],
)
async def test_what_is_asked_for_a_job_is_acknowledged_only_where_something_comes_of_it(live, prefer, applied):
    async with live() as sim:
        with suppress(ClientError):
            answer = await meet(sim, "POST", "/v1/imagine", {"prompt": "a fox"}, prefer)
            assert answer.headers.get("Preference-Applied") == applied
        fired, missed = await told(sim, "/v1/imagine")
        made_nothing = {"fault": "Prefer", "asked": "fail@46=internal_error"}
        made_nothing["reason"] = "no job was made: the request was not carried out"
        assert missed == ([] if "refuse" in prefer else [made_nothing])
        assert any(one["parts"] == ["sim"] for one in fired) is ("refuse" in prefer)


@pytest.mark.parametrize("sim_asked", ["instant", "instant webhook-drop"])
async def test_a_preference_for_a_job_that_is_made_is_told_as_what_happened(live, sim_asked):
    async with live() as sim:
        body = {"prompt": "a fox", "webhook_url": f"{sim.url}/_sim/inbox/a"}
        assert (await sim.post("/v1/imagine", body, {"Prefer": f'sim="{sim_asked}"'})).status == 200
        fired, missed = await told(sim, "/v1/imagine")
        assert [(one["fault"], one["parts"], one["reason"]) for one in fired] == [
            ("Prefer", ["webhook" if "webhook" in one else "sim"], f"{one}: the request asks for it")
            for one in sim_asked.split()
        ]
        assert missed == []


async def test_a_fault_beside_it_is_told_before_what_the_prompt_asks_for(live):
    async with live() as sim:
        await add(sim, {"id": "slow", "effect": {"first_byte": {"type": "fixed", "milliseconds": 1}}})
        await sim.imagine("a fox --sim direct")
        fired, _ = await told(sim, "/v1/imagine")
        assert sorted(one["fault"] for one in fired) == ["--sim", "slow"]
