"""A request and its answer are one value, whoever sent and recorded them, so that every promise is judged on the
same facts.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class Operation(StrEnum):
    """The operations of the contract, by their operationId."""

    IMAGINE = "createImagineJob"
    UPSCALE = "createUpscaleJob"
    VARIATION = "createVariationJob"
    DESCRIBE = "createDescribeJob"
    BLEND = "createBlendJob"
    GET = "getJobStatus"
    LIST = "listJobs"
    CANCEL = "cancelJob"


CREATES: Mapping[Operation, str] = {
    Operation.IMAGINE: "imagine",
    Operation.UPSCALE: "upscale",
    Operation.VARIATION: "variation",
    Operation.DESCRIBE: "describe",
    Operation.BLEND: "blend",
}
"""The operations that create a job, and the type of that job."""

_ROUTES = tuple(
    (method, re.compile(rf"(?:/.*)?/v1/{path}"), operation)
    for method, path, operation in (
        ("POST", "imagine", Operation.IMAGINE),
        ("POST", "upscale", Operation.UPSCALE),
        ("POST", "variations", Operation.VARIATION),
        ("POST", "describe", Operation.DESCRIBE),
        ("POST", "blend", Operation.BLEND),
        ("GET", "jobs", Operation.LIST),
        ("GET", "jobs/([^/]+)", Operation.GET),
        ("POST", "jobs/([^/]+)/cancel", Operation.CANCEL),
    )
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request of one of the operations, and its answer; `body` and `answer` are None where they are no JSON."""

    operation: Operation
    account: str
    """The Authorization header: whoever sends the same one is the same account."""
    job_id: str
    """The id in the path, in lower case; empty where the path has none."""
    query: tuple[tuple[str, str], ...]
    body: Any
    status: int
    answer: Any

    @property
    def accepted(self) -> bool:
        """Whether the answer is the success that the contract documents."""
        return self.status == 200

    @property
    def created_id(self) -> str:
        """The id of the job that was created, in lower case; empty where the answer names none."""
        if self.operation not in CREATES or not self.accepted:
            return ""
        return identifier(inside(self.answer, "data", "job_id"))


def read_exchange(
    method: str, url: str, account: str, body: bytes | None, status: int, content: bytes
) -> Exchange | None:
    """The exchange as a value; None where it belongs to no operation of the contract."""
    parts = urlsplit(url)
    for expected, route, operation in _ROUTES:
        match = route.fullmatch(parts.path)
        if match and method == expected:
            job_id = unquote(match[1]).lower() if match.groups() else ""
            query = tuple(parse_qsl(parts.query, keep_blank_values=True))
            return Exchange(operation, account, job_id, query, parsed(body), status, parsed(content))
    return None


def identifier(value: object) -> str:
    """A job's id in the form in which ids are compared; empty where the value is none."""
    return value.lower() if isinstance(value, str) else ""


def inside(value: Any, *names: str) -> Any:
    """What stands at the end of a path of names; None where the path breaks off."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def parsed(content: bytes | None) -> Any:
    """A body of JSON; None where it is none."""
    try:
        return json.loads(content or b"null")
    except (ValueError, RecursionError):
        return None
