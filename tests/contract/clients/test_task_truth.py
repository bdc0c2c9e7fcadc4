"""The truth of the task API is told as one story, and what is varied in it is labelled by its contract."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from PIL import Image

from mjsim_contracts.client.api import TASKS_API
from mjsim_contracts.client.catalogue import edits_of
from mjsim_contracts.client.command import Command
from mjsim_contracts.client.run import Runner, Stage
from mjsim_contracts.client.variation import Success, Tier, Variation
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.proxy.edit import Edit, same_json
from mjsim_contracts.proxy.fault import Fault
from mjsim_contracts.proxy.fault import envelope as worded
from mjsim_contracts.proxy.script import Posting, Script
from mjsim_contracts.proxy.stand import Listener
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.proxy.wire import MANNERS
from mjsim_contracts.receiver.callback import callback
from mjsim_contracts.receiver.signing import base64_signature
from mjsim_contracts.task_operation import TaskOperation
from mjsim_contracts.traffic.call import Call

from .task_scenes import CONTRACT, MJ, TASK, WISH, envelope, shown

CREDITS = "/api/v1/chat/credit"
ANSWERS = {
    (TaskOperation.GENERATE, "200"): envelope(200, {"taskId": TASK}),
    (TaskOperation.GET, "in_progress"): envelope(200, shown(0)),
    (TaskOperation.GET, "completed"): envelope(200, shown(1)),
    (TaskOperation.GET, "failed"): envelope(200, shown(3)),
    (TaskOperation.CREDITS, "200"): envelope(200, 17),
    ("Callback", "completed"): callback(shown(1)),
    ("ExtendCallback", "completed"): callback(shown(1) | {"taskType": "mj_video_extend_auto"}),
}
EVERY: dict[str, Variation] = {
    each.id: each
    for (operation, state), answer in ANSWERS.items()
    for each in edits_of(operation, state, answer, CONTRACT, TASKS_API.wording)
}


def test_an_edit_changes_what_it_names_and_is_called_what_the_contract_says() -> None:
    """For every edit of every answer."""
    assert len(EVERY) > 100
    for variation in EVERY.values():
        edit = variation.script.edits[0]
        original = ANSWERS[edit.operation, edit.state]
        changed = edit.apply(original)
        assert (edit.kind in MANNERS) is same_json(changed, original), variation.id
        assert CONTRACT.permits(edit.operation, 200, changed) is (variation.tier is not Tier.EVOLUTION), variation.id


@pytest.mark.parametrize(
    ("identity", "tier", "success"),
    [
        ("getTask/completed/first/data.resultInfoJson.resultUrls", Tier.FREEDOM, Success.OPTIONAL),
        ("getTask/completed/date/data.createTime", Tier.SPARSE, Success.OPTIONAL),
        ("getTask/completed/empty/data.resultInfoJson.resultUrls", Tier.SPARSE, Success.OPTIONAL),
        ("getTask/completed/float/data.successFlag", Tier.FREEDOM, Success.EXPECTED),
        ("getTask/completed/null/data.resultInfoJson", Tier.SPARSE, Success.OPTIONAL),
        ("getTask/completed/drop/data.paramJson", Tier.EVOLUTION, Success.OPTIONAL),
        ("getTask/completed/text/data.successFlag", None, None),
        ("getTask/failed/null/data.errorMessage", Tier.SPARSE, Success.IMPOSSIBLE),
        ("generateTask/200/astral/msg", Tier.FREEDOM, Success.EXPECTED),
        ("getTaskCredits/200/float/data", Tier.FREEDOM, Success.EXPECTED),
        ("Callback/completed/first/data.resultUrls", Tier.FREEDOM, Success.OPTIONAL),
        ("Callback/completed/empty/data.resultUrls", Tier.SPARSE, Success.OPTIONAL),
        ("Callback/completed/extra/data.x_new_field", Tier.FREEDOM, Success.EXPECTED),
        ("Callback/completed/drop/data.promptJson", Tier.EVOLUTION, Success.OPTIONAL),
        ("Callback/completed/long/data.resultUrls.*", None, None),
        ("Callback/completed/chunked/body", None, None),
        ("ExtendCallback/completed/drop/data.taskType", Tier.SPARSE, Success.OPTIONAL),
        ("ExtendCallback/completed/float/data.successFlag", Tier.FREEDOM, Success.EXPECTED),
    ],
)
def test_what_is_asked_of_a_client_of_tasks(identity: str, tier: Tier | None, success: Success | None) -> None:
    """Some edits, by name."""
    found = EVERY.get(identity)
    assert (found and found.tier, found and found.success) == (tier, success)


Act = Callable[[aiohttp.ClientSession, Stage], Awaitable[None]]
Play = Callable[[Script, Act], tuple[Call, ...]]


@pytest.fixture
def play(instant: str) -> Play:
    """Plays a script to a client of the task API, and gives its record."""

    async def played(script: Script, act: Act) -> tuple[Call, ...]:
        async with Upstream(instant) as upstream, asyncio.timeout(20):
            runner = Runner(upstream, Command((), {}), f"sim-tasks-{id(act)}", TASKS_API)
            async with runner.stage(script) as stage:
                headers = {"Authorization": f"Bearer {stage.key}"}
                async with aiohttp.ClientSession(stage.url, headers=headers) as session:
                    await act(session, stage)
            return stage.stand.calls

    return lambda script, act: asyncio.run(played(script, act))


async def ask(session: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any]:
    """Code and data of an answer, whose HTTP status is 200, and which obeys the contract."""
    async with session.request(method, f"{MJ}/{path}", **more) as answer:
        assert answer.status == 200
        said = await answer.json()
        assert CONTRACT.permits(TASKS.operation(method, f"{MJ}/{path}") or "", 200, said)
        return said["code"], said["data"]


async def looked_at(session: aiohttp.ClientSession, task: str, times: int) -> list[Any]:
    """The records that so many looks see."""
    return [(await ask(session, "GET", "record-info", params={"taskId": task}))[1] for _ in range(times)]


@pytest.mark.parametrize(
    ("story", "flags"),
    [
        (Story.COMPLETES, [0, 0, 1, 1]),
        (Story.AT_ONCE, [1, 1, 1, 1]),
        (Story.FAILS, [0, 0, 3, 3]),
        (Story.FAILS_AT_ONCE, [2, 2, 2, 2]),
        (Story.STICKS, [0, 0, 0, 0]),
    ],
)
def test_a_task_comes_along_look_by_look(play: Play, story: Story, flags: list[int]) -> None:
    """With results, and at another origin, only where it has succeeded; with a reason only where it has failed."""

    async def act(session: aiohttp.ClientSession, stage: Stage) -> None:
        said, data = await ask(session, "POST", "generate", json=WISH)
        assert said == 200
        records = await looked_at(session, data["taskId"], 4)
        assert [each["successFlag"] for each in records] == flags
        for each in records:
            assert bool(each["resultInfoJson"]) is (each["successFlag"] == 1)
            assert bool(each["errorMessage"]) is (each["successFlag"] > 1)
            assert bool(each["completeTime"]) is (each["successFlag"] > 0)
        if flags[-1] == 1:
            urls = [one["resultUrl"] for one in records[-1]["resultInfoJson"]["resultUrls"]]
            assert len(urls) == 4
            assert all(url.startswith(stage.stand.images.url) for url in urls)
            async with session.get(urls[0]) as picture:
                assert (await picture.read())[:3] == b"\xff\xd8\xff"

    calls = play(Script(story=story), act)
    assert calls[0].accepted
    assert {call.operation for call in calls} <= {*TaskOperation, None}


def test_pictures_are_drawn_once_for_each_shape(play: Play) -> None:
    """A wide one never stands in for a square one."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        sizes = []
        for ratio in ("1:1", "2:1", "1:1"):
            _, data = await ask(session, "POST", "generate", json=WISH | {"aspectRatio": ratio})
            (record,) = await looked_at(session, data["taskId"], 1)
            async with session.get(record["resultInfoJson"]["resultUrls"][0]["resultUrl"]) as picture:
                width, height = Image.open(BytesIO(await picture.read())).size
                sizes.append(width / height)
        assert sizes == [1, 2, 1]

    play(Script(story=Story.AT_ONCE), act)


@pytest.mark.parametrize(("story", "said"), [(Story.COMPLETES, [422, 200]), (Story.FAILS, [422, 501])])
def test_children_need_a_task_that_is_seen_to_have_succeeded(play: Play, story: Story, said: list[int]) -> None:
    """Though the simulator itself has finished it long ago."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        _, data = await ask(session, "POST", "generate", json=WISH)
        wish = {"taskId": data["taskId"], "imageIndex": 1}
        before = (await ask(session, "POST", "generateUpscale", json=wish))[0]
        await looked_at(session, data["taskId"], 3)
        assert [before, (await ask(session, "POST", "generateUpscale", json=wish))[0]] == said

    calls = play(Script(story=story), act)
    assert [call.accepted for call in calls if call.operation == TaskOperation.UPSCALE] == [
        said_ == 200 for said_ in said
    ]


@pytest.mark.parametrize("named", [{"callBackUrl": "http://192.0.2.1/"}, {"callBackUrl": "https://127.0.0.1:9/"}])
def test_a_task_that_calls_back_elsewhere_is_shown_as_the_simulator_has_it(play: Play, named: dict[str, str]) -> None:
    """Who is called back there hears the simulator itself, and there is but one truth about a task."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        _, data = await ask(session, "POST", "generate", json=WISH | named)
        assert [each["successFlag"] for each in await looked_at(session, data["taskId"], 2)] == [1, 1]

    play(Script(story=Story.FAILS), act)


@dataclass(frozen=True)
class Heard:
    """What came to a receiver."""

    headers: Mapping[str, str]
    body: Any


Wish = tuple[str, dict[str, Any]]
"""What is asked for, and where."""


async def picture(_session: aiohttp.ClientSession) -> Wish:
    """A wish for a picture."""
    return "generate", WISH


def called(
    play: Play,
    script: Script,
    number: int,
    then: Callable[[Heard, aiohttp.ClientSession], Awaitable[None]],
    wished: Callable[[aiohttp.ClientSession], Awaitable[Wish]] = picture,
) -> None:
    """Make a task that calls back, and look at each of so many callbacks as it comes."""
    queue: asyncio.Queue[Heard] = asyncio.Queue()

    async def take(request: web.BaseRequest) -> web.StreamResponse:
        queue.put_nowait(Heard({**request.headers}, await request.json()))
        return web.Response()

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        receiver = Listener()
        await receiver.open(take)
        try:
            path, wish = await wished(session)
            said, _ = await ask(session, "POST", path, json=wish | {"callBackUrl": f"{receiver.url}/tasks"})
            assert said == 200
            for _ in range(number):
                await then(await queue.get(), session)
        finally:
            await receiver.close()
        assert queue.empty()

    play(script, act)


@pytest.mark.parametrize(
    ("story", "code", "results", "flag"),
    [
        (Story.COMPLETES, 200, 4, 1),
        (Story.FAILS, 500, 0, 3),
        (Story.FAILS_AT_ONCE, 500, 0, 2),
        (Story.AT_ONCE, 200, 4, 1),
    ],
)
def test_a_callback_tells_the_story_of_its_task(play: Play, story: Story, code: int, results: int, flag: int) -> None:
    """In the words of the contract, signed by task and time; and a look after it shows the same."""

    async def then(heard: Heard, session: aiohttp.ClientSession) -> None:
        assert CONTRACT.permits("Callback", 200, heard.body)
        task, stamp = heard.body["data"]["taskId"], heard.headers["X-Webhook-Timestamp"]
        assert (heard.body["code"], len(heard.body["data"]["resultUrls"])) == (code, results)
        right = base64_signature(TASKS_API.bulletin.secret.encode(), f"{task}.{stamp}".encode())
        assert heard.headers["X-Webhook-Signature"] == right
        (record,) = await looked_at(session, task, 1)
        assert record["successFlag"] == flag
        urls = [each["resultUrl"] for each in (record["resultInfoJson"] or {"resultUrls": ()})["resultUrls"]]
        assert urls == heard.body["data"]["resultUrls"]

    called(play, Script(story=story), 1, then)


async def longer_video(session: aiohttp.ClientSession) -> Wish:
    """A wish for a video that is longer than one that was made before."""

    async def made(wish: Any) -> Any:
        _, data = await ask(session, "POST", "generate", json=wish)
        (seen,) = await looked_at(session, data["taskId"], 1)
        return seen

    urls = [(await made(WISH))["resultInfoJson"]["resultUrls"][0]["resultUrl"]]
    film = await made({"taskType": "mj_video", "prompt": "it turns", "fileUrls": urls, "motion": "low"})
    return "generateVideoExtend", {"taskId": film["taskId"], "taskType": "mj_video_extend_auto", "index": 0}


def test_a_longer_video_calls_back_in_its_own_words(play: Play) -> None:
    """Whether its results are told or shown, they are the same."""

    async def then(heard: Heard, session: aiohttp.ClientSession) -> None:
        assert CONTRACT.permits("ExtendCallback", 200, heard.body)
        (seen,) = await looked_at(session, heard.body["data"]["taskId"], 1)
        assert heard.body["data"]["resultInfoJson"] == seen["resultInfoJson"]

    called(play, Script(story=Story.AT_ONCE), 1, then, longer_video)


def test_a_callback_tells_of_a_task_that_fails_by_itself(play: Play) -> None:
    """Its prompt asked for it, whatever the story is."""

    async def doomed(_session: aiohttp.ClientSession) -> Wish:
        return "generate", WISH | {"prompt": "a cat --sim fail"}

    async def then(heard: Heard, _session: aiohttp.ClientSession) -> None:
        assert CONTRACT.permits("Callback", 200, heard.body)
        assert (heard.body["code"], heard.body["data"]["resultUrls"]) == (500, [])

    called(play, Script(), 1, then, doomed)


def test_a_callback_may_come_twice_and_be_edited(play: Play) -> None:
    """Both times alike."""
    edit = Edit("Callback", "completed", "first", "data.resultUrls")
    told: list[Any] = []

    async def then(heard: Heard, _session: aiohttp.ClientSession) -> None:
        told.append(heard.body)

    called(play, Script(edits=(edit,), posting=Posting.TWICE), 2, then)
    assert told[0] == told[1]
    assert len(told[0]["data"]["resultUrls"]) == 1


def test_a_refusal_is_an_envelope_and_told_by_its_code(play: Play) -> None:
    """Unless it has its code as HTTP status, too."""
    by_http = worded(429, "Too many tasks.", status=429)
    refusals = (
        Fault(TaskOperation.CREDITS, worded(455, "Maintenance.")),
        Fault(TaskOperation.CREDITS, by_http, after=1),
    )

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        async with session.get(CREDITS) as answer:
            assert (answer.status, (await answer.json())["code"]) == (200, 455)
        async with session.get(CREDITS) as answer:
            assert (answer.status, (await answer.json())["code"]) == (429, 429)

    calls = play(Script(faults=refusals), act)
    assert [call.note for call in calls] == ["answered 200 with code 455", "answered 429"]


def test_what_is_unknown_is_refused_in_an_envelope(play: Play) -> None:
    """By the simulator itself, whose word is passed on; nothing was accepted then."""

    async def act(session: aiohttp.ClientSession, _stage: Stage) -> None:
        assert (await ask(session, "GET", "record-info", params={"taskId": TASK}))[0] == 422
        assert (await ask(session, "POST", "generateVary", json={"taskId": TASK, "imageIndex": 0}))[0] == 422
        assert (await ask(session, "POST", "generate", json=WISH | {"speed": "slow"}))[0] == 422

    assert not any(call.accepted for call in play(Script(), act))
