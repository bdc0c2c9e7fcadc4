"""The task API's answers are the simulator's own, told as a story: its tasks are done at once, and are shown coming along.

A task that is still seen at work has no pictures to upscale or vary, and one that was seen to fail never will.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mjsim_contracts.dialect import Reading
from mjsim_contracts.dialect.tasks import TASKS, code, task_name
from mjsim_contracts.exchange import inside, parsed
from mjsim_contracts.proxy.fault import envelope
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import BLOCKED, Document, Stage, Telling
from mjsim_contracts.proxy.truth import between, encode
from mjsim_contracts.proxy.upstream import Asked, Server
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.task_operation import FAILED, GENERATING, NOT_CREATED, PATHS, TaskOperation

GENERATION_FAILED = 501
"""The `errorCode` of a task that failed."""

_UNSETTLED = {"completeTime": None, "resultInfoJson": None, "errorCode": None, "errorMessage": None}


class TaskTruth:
    """The answers of one account's server; `origin` is where pictures are addressed."""

    def __init__(self, upstream: Server, pictures: Pictures, key: str, script: Script, origin: str) -> None:
        self._upstream = upstream
        self._pictures = pictures
        self._key = key
        self._origin = origin
        self._telling = Telling(script.story)
        self._created: set[str] = set()

    async def prepare(self) -> None:
        """No operation shows tasks from before, so there are none."""

    def inherit(self, tasks: Iterable[str]) -> None:
        """These tasks are from before: every look shows them as they are."""
        self._telling.leave(tasks)

    async def finished(self, task: str) -> Document:
        """The record of a task as it is once it has succeeded, whatever has been told of it so far."""
        target, headers = f"{PATHS[TaskOperation.GET]}?taskId={task}", (("Authorization", f"Bearer {self._key}"),)

        async def looked(asked: Asked) -> Written:
            answer = await self._upstream.answer(asked)
            self._pictures.learn(_pictures(json.loads(answer.body)["data"]))
            return answer

        answer = await between(self._origin, self._upstream.origin, Asked("GET", target, headers, b""), looked)
        record: Document = json.loads(answer.body)["data"]
        return record

    def reach(self, task: str, look: int) -> None:
        """Others have been told what the look with this number shows."""
        self._telling.reach(task, look)

    def is_cancelled(self, _task: str) -> bool:
        """Nobody can cancel a task."""
        return False

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request of the API."""
        return await between(self._origin, self._upstream.origin, asked, self._told)

    async def _told(self, asked: Asked) -> Written:
        if refused := self._refused_child(parsed(asked.body)):
            return refused
        answer = await self._upstream.answer(asked)
        reading = TASKS.read(asked.method, asked.target, asked.body, answer.status, answer.body)
        if reading is None or reading.status != 200:
            return answer
        if reading.created_id:
            self._remember(reading)
        if reading.operation != TaskOperation.GET:
            return answer
        document = json.loads(answer.body)
        self._pictures.learn(_pictures(document["data"]))
        return replace(answer, body=encode(at_stage(document, self._telling.look(reading.job_id))))

    def _refused_child(self, body: Any) -> Written | None:
        """The refusal of what is to be made of a task that is not seen to have succeeded."""
        parent = task_name(inside(body, "taskId"))
        stage = self._telling.stage(parent) if parent in self._created else None
        if stage is None:
            return None
        ended = stage.status == "failed"
        refusal = (
            envelope(GENERATION_FAILED, f"taskId: task {parent} has no result, and will have none: it is failed.")
            if ended
            else envelope(422, f"taskId: task {parent} has no result yet: it is {stage.status}.")
        )
        return Written(refusal.status, refusal.headers, refusal.body)

    def _remember(self, reading: Reading) -> None:
        """A task that reports to a callback is shown as the callback tells it."""
        self._created.add(reading.created_id)
        if inside(reading.body, "callBackUrl"):
            self._telling.leave([reading.created_id])


def at_stage(document: Mapping[str, Any], stage: Stage | None) -> Document:
    """The envelope of a task that has succeeded, as it was, or would have been, at this stage; None leaves it as it is."""
    if stage is None or code(200, document) != 200:
        return dict(document)
    return {**document, "data": record_at(document["data"], stage)}


def record_at(record: Mapping[str, Any], stage: Stage | None) -> Document:
    """The same of the record alone."""
    if stage is None:
        return dict(record)
    if stage.status != "failed":
        return {**record, **_UNSETTLED, "successFlag": GENERATING}
    flag = FAILED if stage.progress else NOT_CREATED
    failure = {"errorCode": GENERATION_FAILED, "errorMessage": BLOCKED["message"], "resultInfoJson": None}
    return {**record, **failure, "successFlag": flag}


def _pictures(record: Document) -> Iterator[tuple[str, tuple[object, ...]]]:
    """The addresses of a task's results, and what they are: their place among the others, and what shapes them."""
    asked = parsed(str(record.get("paramJson", "")).encode())
    shape = tuple(inside(asked, name) for name in ("aspectRatio", "videoBatchSize", "motion"))
    for result in inside(record, "resultInfoJson", "resultUrls") or ():
        place = result["resultUrl"].partition("_")[2]
        yield result["resultUrl"], (record["taskType"], place, *shape)
