"""A client of the task API is held to the freedoms of that API: a careful one passes, each habit is found by one change."""

import asyncio
import time
from uuid import UUID

import pytest

from mjsim_contracts.inprocess.exploring import ClientBroke, Conversations
from mjsim_contracts.inprocess.golden import Golden
from mjsim_contracts.inprocess.subject import TASKS_SUBJECT

from .careful import ClientError

GENERATING, SUCCEEDED = 0, 1
ON = "getTask/completed"


class Careful:
    """Makes a picture, enlarges it, and returns where it is; with requests or httpx."""

    over = (1, 2, 3)
    looks = 50

    def __init__(self, api, session=None):
        self.url, self.session = f"{api.url}/api/v1", session or api.requests_session()
        self.headers = {"Authorization": f"Bearer {api.key}"}

    def enlarged(self, prompt="a fox"):
        task, _ = self.done("generate", taskType="mj_txt2img", prompt=prompt, speed="fast")
        return self.done("generateUpscale", taskId=task, imageIndex=0)[1]

    def done(self, path, **wish):
        task = self.ask("POST", f"mj/{path}", json=wish).get("taskId")
        if not task:
            raise ClientError("there is no task")
        for _ in range(self.looks):
            record = self.ask("GET", "mj/record-info", params={"taskId": task})
            self.look(record)
            if record.get("successFlag") in self.over:
                return task, self.finish(record)
            time.sleep(2)
        raise ClientError("it takes too long")

    def look(self, record):
        """See a task on its way."""

    def finish(self, record):
        found = (record.get("resultInfoJson") or {}).get("resultUrls")
        if record["successFlag"] != SUCCEEDED or not found:
            raise ClientError("it has no results")
        return [each.get("resultUrl") for each in found]

    def ask(self, method, path, **more):
        envelope = self.session.request(method, f"{self.url}/{path}", headers=self.headers, **more).json()
        if self.code(envelope) != 200:
            raise ClientError(envelope.get("msg"))
        return envelope.get("data") or {}

    def code(self, envelope):
        return envelope.get("code")


class ExpectsFourResults(Careful):
    def finish(self, record):
        found = super().finish(record)
        return found[3] if record.get("taskType") == "mj_txt2img" else found[0]


class SumsUpTimes(Careful):
    def finish(self, record):
        super().finish(record)
        return "=" * ((record["completeTime"] - record["createTime"]) // 1000)


class ReadsTheCodeAsText(Careful):
    def code(self, envelope):
        return {"200": 200}[str(envelope["code"])]


class WaitsForSuccess(Careful):
    over = (1,)
    looks = 10**9


class TakesEveryEndForSuccess(Careful):
    def finish(self, record):
        return record["resultInfoJson"]["resultUrls"]


@pytest.fixture
def tasks(golden: Golden) -> Conversations:
    return Conversations(golden, examples=150, subject=TASKS_SUBJECT)


async def by_coroutine(api):
    headers = {"Authorization": f"Bearer {api.key}"}
    async with api.httpx_async_client(base_url=f"{api.url}/api/v1/", headers=headers) as session:
        wish = {"taskType": "mj_txt2img", "prompt": "a fox", "speed": "turbo"}
        made = (await session.post("mj/generate", json=wish)).json().get("data") or {}
        while made.get("taskId"):
            seen = (await session.get("mj/record-info", params={"taskId": made["taskId"]})).json().get("data") or {}
            if seen.get("successFlag") != GENERATING:
                if seen.get("successFlag") != SUCCEEDED:
                    raise ClientError(seen.get("errorMessage"))
                return
            await asyncio.sleep(2)
    raise ClientError("there is no task")


@pytest.mark.parametrize(
    "client",
    [lambda api: Careful(api).enlarged(), lambda api: Careful(api, api.httpx_client()).enlarged(), by_coroutine],
    ids=["requests", "httpx", "httpx-async"],
)
def test_a_careful_client_of_tasks_passes_and_has_met_most_freedoms(tasks, client):
    stood = tasks.check(client)
    assert stood.conversations == tasks.examples
    assert len(stood.edits) > 30
    assert any(each.startswith(f"{ON}/") for each in stood.edits)


@pytest.mark.parametrize(
    ("client", "changes", "error"),
    [
        (ExpectsFourResults, {f"{ON}/first/data.resultInfoJson.resultUrls"}, "IndexError"),
        (SumsUpTimes, {f"{ON}/float/data.completeTime", f"{ON}/float/data.createTime"}, "TypeError"),
        (ReadsTheCodeAsText, {"*/float/code"}, "KeyError: '200.0'"),
        (WaitsForSuccess, {"tasks fails", "tasks fails-at-once"}, "made 100 calls, and goes on"),
        (TakesEveryEndForSuccess, {"tasks fails", "tasks fails-at-once"}, "TypeError"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_naive_client_of_tasks_is_found_out_by_one_change(tasks, client, changes, error):
    with pytest.raises(ClientBroke) as raised:
        tasks.check(lambda api: client(api).enlarged())
    found = raised.value.found
    assert error in found.failure
    stories = [] if found.story == "completes" else [f"tasks {found.story}"]
    [change] = [*found.edits, *stories]
    assert {change, f"*/{change.split('/', 2)[-1]}"} & changes, change
    with pytest.raises(ClientBroke) as again:
        tasks.replaying(*found.edits, story=found.story).check(lambda api: client(api).enlarged())
    assert again.value.found == found


def test_a_conversation_about_tasks_is_told_in_its_words(tasks):
    with pytest.raises(ClientBroke) as raised:
        tasks.check(lambda api: TakesEveryEndForSuccess(api).enlarged())
    text = str(raised.value)
    assert "the story: tasks " in text
    assert "200 code 200, successFlag " in text
    assert "Again: mjsim_task_conversation.replaying(story=" in text
    with pytest.raises(ValueError, match="story: 'cancelled' is none of completes, at-once, fails, fails-at-once"):
        tasks.replaying(story="cancelled")


def test_tasks_are_answered_as_the_simulator_does(tasks):
    """Each with an id of its own; children need a parent that is seen to have succeeded; other keys know of nothing."""
    told = []

    def client(api):
        told.append(said := [])
        session = api.requests_session()

        def ask(method, path, key=api.key, **more):
            url, headers = f"{api.url}/api/v1/{path}", {"Authorization": f"Bearer {key}"}
            envelope = session.request(method, url, headers=headers, **more).json()
            said.append((envelope["code"], envelope["data"]))
            return envelope["data"]

        def look(task, **more):
            return ask("GET", "mj/record-info", params={"taskId": task}, **more)

        wish = {"taskType": "mj_txt2img", "prompt": "a hare", "speed": "fast"}
        first, second = (ask("POST", "mj/generate", json=wish)["taskId"] for _ in range(2))
        child = {"taskId": first, "imageIndex": 1}
        ask("POST", "mj/generateUpscale", json=child)
        for name in (first, str(UUID(first)).upper(), first):
            look(name)
        upscale = ask("POST", "mj/generateUpscale", json=child)["taskId"]
        look(upscale)
        look(first, key="sim-somebody-else")
        ask("GET", "chat/credit")
        ask("POST", "mj/generate", json=wish | {"speed": "slow"})
        assert len({first, second, upscale}) == 3
        assert first in said[5][1]["resultInfoJson"]["resultUrls"][0]["resultUrl"]
        assert session.get(said[5][1]["resultInfoJson"]["resultUrls"][0]["resultUrl"]).content[:3] == b"\xff\xd8\xff"

    tasks.replaying().check(client)
    tasks.replaying().check(client)
    assert [code for code, _ in told[0]] == [200, 200, 422, 200, 200, 200, 200, 200, 422, 200, 422]
    assert [data["successFlag"] for _, data in told[0][3:6]] == [0, 0, 1]
    assert told[0] == told[-1], "the same conversation is the same to the byte"


def test_a_client_may_make_as_many_tasks_as_it_likes(tasks):
    """All conversations of a session are one account's to the simulator, whose limit is for twenty in ten seconds."""

    def client(api):
        for number in range(21):
            wish = {"taskType": "mj_txt2img", "prompt": f"a fox, number {number}", "speed": "relaxed"}
            Careful(api).ask("POST", "mj/generate", json=wish)

    tasks.replaying().check(client)
