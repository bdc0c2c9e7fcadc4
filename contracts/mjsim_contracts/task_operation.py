"""The task API in a few words: its operations, where they are, and the flags of its records."""

from collections.abc import Mapping
from enum import StrEnum
from urllib.parse import urlsplit


class TaskOperation(StrEnum):
    """By operationId."""

    GENERATE = "generateTask"
    UPSCALE = "upscaleTask"
    VARY = "varyTask"
    EXTEND = "extendTask"
    GET = "getTask"
    CREDITS = "getTaskCredits"


PATHS: Mapping[TaskOperation, str] = {
    TaskOperation.GENERATE: "/api/v1/mj/generate",
    TaskOperation.UPSCALE: "/api/v1/mj/generateUpscale",
    TaskOperation.VARY: "/api/v1/mj/generateVary",
    TaskOperation.EXTEND: "/api/v1/mj/generateVideoExtend",
    TaskOperation.GET: "/api/v1/mj/record-info",
    TaskOperation.CREDITS: "/api/v1/chat/credit",
}
"""The paths, below whatever base URL the API has."""

READS = frozenset({TaskOperation.GET, TaskOperation.CREDITS})
"""The operations that are asked by GET; all others make a task."""

GENERATING, SUCCEEDED, NOT_CREATED, FAILED = range(4)
"""The values of `successFlag`."""


def task_operation(method: str, url: str) -> TaskOperation | None:
    """The operation that a request means; None where the contract has none there."""
    path = urlsplit(url).path
    for operation, known in PATHS.items():
        if path.endswith(known) and method == ("GET" if operation in READS else "POST"):
            return operation
    return None
