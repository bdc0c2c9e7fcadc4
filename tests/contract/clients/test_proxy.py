"""The proxy tells one story to whoever asks, by whichever operation, and breaks only what a script tells it to break."""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from mjsim_contracts.client.command import Command
from mjsim_contracts.client.run import Runner, Stage
from mjsim_contracts.exchange import Operation
from mjsim_contracts.proxy.fault import IMAGE, Break, Close, Fault, Replace, Slow, Stall, error
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.traffic.call import Call, Origin

Act = Callable[[aiohttp.ClientSession, Stage], Awaitable[None]]


@pytest.fixture
def play(instant: str) -> Callable[[Script, Act], tuple[Call, ...]]:
    """Plays a script to a client, and gives its record."""

    async def played(script: Script, act: Act) -> tuple[Call, ...]:
        async with Upstream(instant) as upstream, asyncio.timeout(20):
            runner = Runner(upstream, Command((), {}), f"sim-{script.__hash__()}-{id(act)}")
            async with runner.stage(script) as stage:
                headers = {"Authorization": f"Bearer {stage.key}"}
                async with aiohttp.ClientSession(stage.url, headers=headers) as session:
                    await act(session, stage)
            return stage.stand.calls

    return lambda script, act: asyncio.run(played(script, act))


async def ask(session: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any]:
    """Status and document of an answer."""
    async with session.request(method, path, **more) as answer:
        return answer.status, await answer.json()


async def created(session: aiohttp.ClientSession) -> str:
    """The id of a new job."""
    status, answer = await ask(session, "POST", "/v1/imagine", json={"prompt": "a cat"})
    assert status == 200
    job_id: str = answer["data"]["job_id"]
    return job_id


def test_a_job_comes_along_look_by_look(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """Pending, running, completed; and every look is in the record."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        job_id = await created(session)
        looks = [(await ask(session, "GET", f"/v1/jobs/{job_id}"))[1] for _ in range(4)]
        assert [job["status"] for job in looks] == ["pending", "in_progress", "completed", "completed"]
        assert ["result" in job for job in looks] == [False, False, True, True]

    calls = play(Script(), act)
    assert [call.operation for call in calls] == [Operation.IMAGINE, *[Operation.GET] * 4]
    assert [call.number for call in calls] == list(range(5))
    assert not any(call.note or call.lost for call in calls)


def test_children_need_a_parent_that_is_seen_to_be_completed(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """Though the simulator itself has finished it long ago."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        wish = {"job_id": await created(session), "index": 1}
        status, answer = await ask(session, "POST", "/v1/upscale", json=wish)
        assert (status, answer["code"]) == (400, "parent_not_completed")
        for _ in range(3):
            await ask(session, "GET", f"/v1/jobs/{wish['job_id']}")
        assert (await ask(session, "POST", "/v1/upscale", json=wish))[0] == 200

    play(Script(), act)


def test_lists_and_filters_tell_the_same_story(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """A job that is cancelled is listed as cancelled, and jobs from before are completed."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        job_id = await created(session)
        status, job = await ask(session, "POST", f"/v1/jobs/{job_id}/cancel")
        assert (status, job["status"], job["id"]) == (200, "cancelled", job_id)
        assert (await ask(session, "POST", f"/v1/jobs/{job_id}/cancel"))[0] == 400
        found = {}
        for wanted in ("pending", "completed", "cancelled"):
            _, listed = await ask(session, "GET", "/v1/jobs", params={"status": wanted, "limit": 2})
            assert {each["status"] for each in listed["data"]} <= {wanted}
            found[wanted] = (listed["total"], len(listed["data"]), listed["limit"])
        assert found == {"pending": (0, 0, 2), "completed": (3, 2, 2), "cancelled": (1, 1, 2)}
        _, listed = await ask(session, "GET", "/v1/jobs")
        assert [each["status"] for each in listed["data"]] == ["cancelled", *["completed"] * 3]

    play(Script(), act)


def test_what_failed_stays_failed(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """With its error, by list and by look."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        job_id = await created(session)
        looks = [(await ask(session, "GET", f"/v1/jobs/{job_id}"))[1] for _ in range(5)]
        assert [job["status"] for job in looks[2:]] == ["failed"] * 3
        assert looks[2]["error"]["code"] == "moderation_blocked"
        _, listed = await ask(session, "GET", "/v1/jobs", params={"status": "failed"})
        assert [job["id"] for job in listed["data"]] == [job_id]
        assert (await ask(session, "POST", f"/v1/jobs/{job_id}/cancel"))[0] == 400

    play(Script(story=Story.FAILS), act)


def test_pictures_have_an_origin_of_their_own(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """They are true ones; and what is sent back to the API as an address is found there."""

    async def act(session: aiohttp.ClientSession, stage: Stage) -> None:
        _, job = await ask(session, "GET", f"/v1/jobs/{await created(session)}")
        urls = [image["url"] for image in job["result"]["images"]]
        assert all(url.startswith(stage.stand.images.url) for url in urls)
        async with aiohttp.ClientSession() as stranger, stranger.get(urls[1]) as answer:
            assert answer.status == 200
            assert (await answer.read()).startswith(b"\x89PNG")
        assert (await ask(session, "POST", "/v1/describe", json={"image_url": urls[1]}))[0] == 200

    calls = play(Script(story=Story.AT_ONCE), act)
    assert [call.origin for call in calls].count(Origin.IMAGES) == 1


def test_other_accounts_and_bad_keys_are_the_simulators_business(
    play: Callable[[Script, Act], tuple[Call, ...]],
) -> None:
    """The truth about them is told, too."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        job_id = await created(session)
        assert (await ask(session, "GET", f"/v1/jobs/{job_id}", headers={"Authorization": "Bearer nobody"}))[0] == 401
        assert (await ask(session, "GET", f"/v1/jobs/{job_id}", headers={"Authorization": "Bearer sim-x"}))[0] == 404

    play(Script(), act)


@pytest.mark.parametrize("effect", [Break.BEFORE, Break.AFTER, Break.AMID])
def test_a_connection_that_breaks(play: Callable[[Script, Act], tuple[Call, ...]], effect: Break) -> None:
    """The record knows whether the server had done its work; the next call is well again."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        with pytest.raises(aiohttp.ClientError):
            await created(session)
        await created(session)

    lost, well = play(Script(faults=(Fault(Operation.IMAGINE, effect),)), act)
    assert (lost.lost, lost.accepted, lost.succeeded) == (True, effect is not Break.BEFORE, False)
    assert (well.lost, well.note) == (False, "")


def test_refusals_begin_and_end_when_they_should(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """After one that passes, two are refused."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        statuses = [(await ask(session, "GET", "/v1/jobs"))[0] for _ in range(4)]
        assert statuses == [200, 429, 429, 200]

    refusal = error(429, "rate_limited", "Too many.", ("Retry-After", "{date}"), ("Date", "{now}"))
    calls = play(Script(faults=(Fault(Operation.LIST, refusal, after=1, times=2),)), act)
    assert str(calls[1].answer_header("Retry-After")).endswith(" GMT")


def test_answers_that_are_slow_cut_or_closed(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """Slow ones come whole; one that is cut looks like all there was; one that stalls never ends."""
    faults = (
        Fault(Operation.LIST, Slow(first=0.02, drip=0.05)),
        Fault(Operation.LIST, Replace(keep=0.5), after=1),
        Fault(Operation.LIST, Close(), after=2),
        Fault(Operation.LIST, Stall(), after=3),
        Fault(IMAGE, Replace(b"<html>", "text/html")),
    )

    async def act(session: aiohttp.ClientSession, stage: Stage) -> None:
        assert (await ask(session, "GET", "/v1/jobs"))[1]["total"] == 3
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            await ask(session, "GET", "/v1/jobs")
        assert (await ask(session, "GET", "/v1/jobs"))[0] == 200
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await ask(session, "GET", "/v1/jobs")
        async with session.get(f"{stage.stand.images.url}/files/x.png") as answer:
            assert (answer.headers["Content-Type"], await answer.read()) == ("text/html", b"<html>")

    calls = play(Script(faults=faults, earlier=3), act)
    assert [call.lost for call in calls[:3]] == [False] * 3


def test_a_large_body_is_invited(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """A client that asks before it sends is told to go on, and what it sends arrives whole."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        body = BytesIO(json.dumps({"image_base64": base64.b64encode(bytes(2_000_000)).decode()}).encode())
        kind = {"Content-Type": "application/json"}
        status, answer = await ask(session, "POST", "/v1/describe", data=body, headers=kind, expect100=True)
        assert (status, answer["code"]) == (400, "invalid_image")

    (call,) = play(Script(), act)
    assert len(call.body) > 2_600_000


def test_others_who_use_the_account_move_the_pages(play: Callable[[Script, Act], tuple[Call, ...]]) -> None:
    """With drift, a job is created after each page."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        totals = [(await ask(session, "GET", "/v1/jobs"))[1]["total"] for _ in range(3)]
        assert totals == [7, 8, 9]

    play(Script(earlier=7, drift=True), act)
