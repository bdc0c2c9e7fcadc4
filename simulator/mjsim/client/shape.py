"""What the control API answers, as types: the schemas of openapi/control.yaml by their names."""

from typing import Any, NotRequired, TypedDict


class Info(TypedDict):
    """What a simulator was started with."""

    version: str
    url: str
    seed: int
    key: str
    settings: dict[str, Any]


class ClockState(TypedDict):
    """`now` and `next_due` are RFC 3339, `rate` is simulated seconds to a real one, `step` milliseconds a request."""

    now: str
    rate: float
    step: int
    next_due: NotRequired[str]


class Change(TypedDict):
    """A job came to another status."""

    at: str
    job_id: str
    tenant: str
    type: str
    status: str
    progress: int


class Walk(TypedDict):
    """What happened on the way; of changes and attempts the first 1000 are told, and all are counted."""

    before: str
    after: str
    quiet: bool
    changes: list[Change]
    changed: int
    attempts: list[dict[str, Any]]
    attempted: int


class Moment(TypedDict):
    """A point of a job's life; `progress` in percent."""

    at: str
    status: str
    progress: int
    error: NotRequired[dict[str, str]]


class StagedJob(TypedDict):
    """A job as its tenant is shown it, its past, and what is going to happen to it."""

    tenant: str
    held: bool
    job: dict[str, Any]
    past: list[Moment]
    plan: list[Moment]
    webhook: NotRequired[dict[str, str]]


class Body(TypedDict, total=False):
    """Text where the bytes are UTF-8, else Base64."""

    text: str
    base64: str


class Entry(TypedDict):
    """An exchange: `at` is simulated, `time` (Unix seconds) and `seconds` (its duration) are real."""

    number: int
    at: str
    time: float
    seconds: float
    surface: str
    tenant: NotRequired[str]
    method: str
    target: str
    request_headers: list[list[str]]
    request_body: Body
    status: int
    headers: list[list[str]]
    body: Body
    faults: list[dict[str, Any]]
    near_misses: NotRequired[list[dict[str, Any]]]
