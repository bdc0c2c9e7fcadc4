"""The body of a callback of the task API tells the end of a task in other words than its record, and the end of a longer
video in words of its own.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from mjsim_contracts.exchange import inside
from mjsim_contracts.receiver.news import Job, News
from mjsim_contracts.receiver.signing import CALLBACKS
from mjsim_contracts.task_operation import SUCCEEDED

TOLD = ("taskId", "taskType", "paramJson", "resultInfoJson", "successFlag", "errorMessage")
"""The fields of a record that callbacks are made of."""

_LONGER = {"mj_video_extend_manual", "mj_video_extend_auto"}
_SUCCESS, _SERVER_ERROR = 200, 500


def callback(record: Job) -> dict[str, Any]:
    """The callback about a task that has ended, as `record-info` shows it."""
    succeeded = record["successFlag"] == SUCCEEDED
    shape = _of_longer_video if record["taskType"] in _LONGER else _of_task
    return {
        "code": _SUCCESS if succeeded else _SERVER_ERROR,
        "msg": "success" if succeeded else str(record["errorMessage"]),
        "data": {"taskId": record["taskId"], **shape(record)},
    }


def _of_task(record: Job) -> dict[str, Any]:
    """Results are plain strings here."""
    results = inside(record["resultInfoJson"], "resultUrls") or []
    return {"promptJson": record["paramJson"], "resultUrls": [inside(one, "resultUrl") for one in results]}


def _of_longer_video(record: Job) -> dict[str, Any]:
    if record["successFlag"] == SUCCEEDED:
        return {name: record[name] for name in ("taskType", "resultInfoJson", "successFlag")}
    return {"successFlag": 3, "errorCode": "VIDEO_EXTEND_FAILED", "errorMessage": record["errorMessage"]}


def _task_of(document: Mapping[str, Any]) -> str:
    return str(document["data"]["taskId"])


TASK_NEWS = News(CALLBACKS, id_name="taskId", new_id=lambda: uuid.uuid4().hex, tell=callback, message_id=_task_of)
