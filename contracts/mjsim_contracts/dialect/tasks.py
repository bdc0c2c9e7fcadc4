"""The task API: every answer is an envelope whose code says how a request went, most often with HTTP status 200."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mjsim_contracts.dialect import Dialect, Notice, Prospect, Reading, Role
from mjsim_contracts.exchange import inside, parsed
from mjsim_contracts.sighting import SeenJob
from mjsim_contracts.task_operation import FAILED, GENERATING, NOT_CREATED, SUCCEEDED, TaskOperation, task_operation

_STATUSES = {GENERATING: "in_progress", SUCCEEDED: "completed", NOT_CREATED: "failed", FAILED: "failed"}

_BUSY = frozenset({429, 455, 503})
_PASSING = frozenset({408, 425})
_FINAL = frozenset({501, 505})
"""What failed for good, or is switched off, is said with codes that HTTP has for servers in trouble."""

CALLBACK, EXTEND_CALLBACK = "Callback", "ExtendCallback"
"""The schemas of what is told: longer videos are told of in words of their own."""


def _callback(body: Any) -> str:
    return EXTEND_CALLBACK if inside(body, "data", "successFlag") is not None else CALLBACK


class _Tasks:
    """See `Dialect`."""

    name = "tasks"
    roles: Mapping[str, Role] = {
        TaskOperation.GENERATE: Role.CREATE,
        TaskOperation.UPSCALE: Role.CREATE,
        TaskOperation.VARY: Role.CREATE,
        TaskOperation.EXTEND: Role.CREATE,
        TaskOperation.GET: Role.LOOK,
        TaskOperation.CREDITS: Role.OTHER,
    }
    root = "/api/v1"
    prefixes = frozenset({"v1", "v2", "api", "mj", "chat"})
    address = "resultUrl"
    fields: Mapping[str, tuple[str, ...]] = {
        "": ("taskId", "taskType", "paramJson", "createTime", "completeTime", "resultInfoJson", "successFlag", "errorCode",
             "errorMessage"),
        "resultInfoJson": ("resultUrls",),
        "resultInfoJson.resultUrls": ("resultUrl",),
    }  # fmt: skip
    notice = Notice("callback", 15.0, _callback)

    def operation(self, method: str, target: str) -> TaskOperation | None:
        return task_operation(method, target)

    def read(self, method: str, url: str, body: bytes | None, status: int, content: bytes) -> Reading | None:
        operation = self.operation(method, url)
        if operation is None:
            return None
        query, answer = tuple(parse_qsl(urlsplit(url).query, keep_blank_values=True)), parsed(content)
        said = code(status, answer)
        record = inside(answer, "data") if said == 200 and operation is TaskOperation.GET else None
        job = seen_task(record)
        creates = self.roles[operation] is Role.CREATE
        return Reading(
            operation=operation,
            role=self.roles[operation],
            query=query,
            body=parsed(body),
            status=said,
            prospect=_prospect(operation, said),
            answer=answer,
            job_id=task_name(dict(query).get("taskId")) if operation is TaskOperation.GET else "",
            created_id=task_name(inside(answer, "data", "taskId")) if creates and said == 200 else "",
            documents=(record,) if isinstance(record, dict) else (),
            jobs=(job,) if job else (),
        )

    def state(self, operation: str, status: int, document: Any) -> str:
        said = code(status, document)
        if operation == TaskOperation.GET and said == 200:
            return _status(inside(document, "data", "successFlag")) or str(said)
        if operation in {CALLBACK, EXTEND_CALLBACK}:
            return "completed" if said == 200 else "failed"
        return str(said)

    def pictured(self, path: str) -> str:
        name = path.rpartition("/")[2]
        return name.partition("_")[0] if "_" in name else ""


def code(status: int, answer: Any) -> int:
    """What an answer says of its request: the code of its envelope, or the HTTP status where that says more or all."""
    said = whole(inside(answer, "code")) if status == 200 else None
    return status if said is None else said


def task_name(value: object) -> str:
    """A task's id in the form in which ids are compared; empty where the value is none."""
    return value.replace("-", "").lower() if isinstance(value, str) else ""


def seen_task(record: Any) -> SeenJob | None:
    """The task of a record; None where it has no id or no flag of the contract."""
    name, status = task_name(inside(record, "taskId")), _status(inside(record, "successFlag"))
    if not name or not status:
        return None
    result = record.get("resultInfoJson")
    failure = {"code": record.get("errorCode"), "message": record.get("errorMessage")}
    return SeenJob(
        id=name,
        type=str(record.get("taskType", "")),
        status=status,
        progress=None,
        prompt=None,
        created_at=None,
        updated_at=None,
        completed_at=None,
        result=result if isinstance(result, Mapping) else None,
        error=failure if status == "failed" else None,
    )


def _status(flag: object) -> str:
    number = whole(flag)
    return "" if number is None else _STATUSES.get(number, "")


def whole(value: object) -> int | None:
    """The integer that a number of JSON is, be it written 200 or 200.0."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _prospect(operation: TaskOperation, said: int) -> Prospect:
    if said in _BUSY:
        return Prospect.BUSY
    if said in _FINAL:
        return Prospect.REFUSED
    if said in _PASSING or said >= 500:
        return Prospect.TROUBLED
    if said in {404, 422} and operation is TaskOperation.GET:
        return Prospect.UNKNOWN
    return Prospect.REFUSED if said >= 400 else Prospect.DONE


TASKS: Dialect = _Tasks()
