"""A task as `record-info` shows it: what is asked for as text of JSON, what came of it as objects, null until it exists."""

from typing import Any

from mjsim.core.file import task_files
from mjsim.core.instant import Instant, rfc3339
from mjsim.core.job import Job
from mjsim.core.pace import JobType
from mjsim.core.status import Status
from mjsim.core.task import SPEEDS, TaskType, generation_param, param_json, task_id
from mjsim.core.timeline import Moment

GENERATING, SUCCEEDED, NOT_CREATED, FAILED = range(4)
"""The values of `successFlag`."""

GENERATION_FAILED = 501
"""The `errorCode` of every task that failed."""

_TYPES = {JobType.UPSCALE: TaskType.UPSCALE, JobType.VARIATION: TaskType.VARY}


class Records:
    """Shows tasks of a world; `seed` decides the addresses of their files. Times are epoch milliseconds, or text."""

    def __init__(self, seed: int, *, times_as_text: bool) -> None:
        self._seed = seed
        self._times_as_text = times_as_text

    def record(self, job: Job, now: Instant, origin: str) -> dict[str, Any]:
        """The task as it is at this instant; its files are addressed at `origin`."""
        moment = job.timeline.at(now)
        flag = success_flag(job, now)
        urls = self.urls(job, origin) if flag == SUCCEEDED else []
        return {
            "taskId": task_id(job.id),
            "taskType": type_of(job),
            "paramJson": param_of(job),
            "createTime": self._time(job.timeline.accepted),
            "completeTime": self._time(moment.instant) if moment.status.terminal else None,
            "resultInfoJson": result_info(urls) if urls else None,
            "successFlag": flag,
            "errorCode": GENERATION_FAILED if flag in (NOT_CREATED, FAILED) else None,
            "errorMessage": reason(moment) if flag in (NOT_CREATED, FAILED) else None,
        }

    def urls(self, job: Job, origin: str) -> list[str]:
        """Where the results of a task that has succeeded are."""
        return [origin + path for path in task_files(self._seed, job)]

    def _time(self, instant: Instant) -> int | str:
        return rfc3339(instant) if self._times_as_text else int(instant)


def result_info(urls: list[str]) -> dict[str, Any]:
    """Results as objects."""
    return {"resultUrls": [{"resultUrl": url} for url in urls]}


def success_flag(job: Job, now: Instant) -> int:
    """How far the task has come: a job that ended before it ran was never created."""
    moment = job.timeline.at(now)
    if moment.status is Status.COMPLETED:
        return SUCCEEDED
    if not moment.status.terminal:
        return GENERATING
    ran = any(one.status is Status.IN_PROGRESS for one in job.timeline.moments)
    return FAILED if ran else NOT_CREATED


def reason(moment: Moment) -> str:
    """Why a task has failed."""
    return moment.failure.message if moment.failure is not None else "The task was cancelled."


def type_of(job: Job) -> TaskType:
    """The kind of task that a job is, whichever API it was made through."""
    return job.task.type if job.task is not None else _TYPES.get(job.type, TaskType.TXT2IMG)


def param_of(job: Job) -> str:
    """What was asked for; for a job of the published API, what would have asked for it here."""
    if job.task is not None:
        return job.task.param
    if job.work.parent is not None and job.work.index is not None:
        return param_json({"imageIndex": job.work.index - 1, "taskId": task_id(job.work.parent)})
    speed = next(name for name, mode in SPEEDS.items() if mode is job.mode)
    return generation_param({"prompt": job.work.prompt or "", "speed": speed, "taskType": type_of(job)})
