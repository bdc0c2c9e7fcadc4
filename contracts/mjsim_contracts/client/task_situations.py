"""What can befall a client of the task API: every documented code in its envelope, trouble on the way, and tasks that fail.

The codes come with HTTP status 200, as the real service sends them, and a few with the status that they name, as it may be.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from mjsim_contracts.client.event import (
    ALWAYS,
    BROKEN,
    CUT,
    LOST,
    WHILE_CREATING,
    WHILE_FETCHING,
    WHILE_LOOKING,
    Event,
    closing,
    courses,
    postings,
)
from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.variation import Profile, Success, Tier, Variation
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.proxy.fault import IMAGE, envelope
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.task_operation import TaskOperation

_MANY = "Too many tasks: 20 in 10 s are allowed."
_BAD = envelope(400, "prompt: the word 'gore' is not allowed.")
_KEY = envelope(401, "The key has expired.", ("WWW-Authenticate", "Bearer"))
_KEY_BY_HTTP = envelope(401, "The key has expired.", ("WWW-Authenticate", "Bearer"), status=401)
_POOR = envelope(402, "The task costs 8 credits, and the account has 3.")
_INVALID = envelope(422, "speed: is required for mj_txt2img; it is relaxed, fast or turbo.")
_GONE = envelope(422, "taskId: there is no such task; its id may be wrong, or it has expired.")
_RATE = envelope(429, _MANY)
_RATE_1 = envelope(429, _MANY, ("Retry-After", "1"))
_RATE_BY_HTTP = envelope(429, _MANY, ("Retry-After", "1"), status=429)
_REPAIRS = envelope(455, "Service Unavailable - System is currently undergoing maintenance")
_ERROR = envelope(500, "Server Error - An unexpected error occurred while processing the request")
_ERROR_BY_HTTP = envelope(500, "Server Error - An unexpected error occurred while processing the request", status=500)
_CHILDLESS = envelope(501, "taskId: the task has no result, and will have none: it is failed.")
_OFF = envelope(505, "Feature Disabled - The requested feature is currently disabled")

_E = Tier.ERROR
_NO = Success.IMPOSSIBLE
_QUICK, _FULL = Profile.QUICK, Profile.FULL

_REFUSED = {
    400: Event("400", "refused", "refused with code 400, however often", _BAD, _E, _NO, ALWAYS),
    401: Event("401", "refused", "the key is not accepted: code 401", _KEY, _E, _NO, ALWAYS, profile=_QUICK),
    402: Event("402", "refused", "the credits have run out: code 402", _POOR, _E, _NO, ALWAYS, profile=_QUICK),
    422: Event("422", "refused", "a field is not valid: code 422", _INVALID, _E, _NO, ALWAYS, profile=_QUICK),
    455: Event("455", "refused", "maintenance that does not end: code 455", _REPAIRS, _E, _NO, ALWAYS, patient=True),
    501: Event("501", "refused", "the parent has failed: code 501", _CHILDLESS, _E, _NO, ALWAYS),
    505: Event("505", "refused", "the feature is off: code 505", _OFF, _E, _NO, ALWAYS, profile=_QUICK),
}
"""By code, what stays refused."""

_PASSING = {
    429: Event("429", "retry-after", "code 429 with Retry-After: 1, then all is well", _RATE_1, _E,
               profile=_QUICK, seconds=3),
    455: Event("455", "maintenance", "code 455, then all is well", _REPAIRS, _E, seconds=5),
    500: Event("500", "envelope", "code 500, then all is well", _ERROR, _E, seconds=5),
}  # fmt: skip
"""By code, what is over soon."""

_GENERATING = (
    *(_REFUSED[code] for code in (400, 401, 402, 422, 505, 455)),
    *_PASSING.values(),
    Event("429", "no-retry-after", "code 429 without Retry-After, then all is well", _RATE, _E, seconds=5),
    Event("429", "refused", "code 429 without Retry-After, for ever", _RATE, _E, _NO, ALWAYS, patient=True),
    Event("401", "by-http", "the key is not accepted: HTTP 401", _KEY_BY_HTTP, _E, _NO, ALWAYS),
    Event("429", "by-http", "HTTP 429 with Retry-After: 1, then all is well", _RATE_BY_HTTP, _E, seconds=3),
    *WHILE_CREATING,
)

_LOST_CHILD = replace(LOST, profile=Profile.DEFAULT)

_CHILDREN: Mapping[str, tuple[Event, ...]] = {
    TaskOperation.UPSCALE: (_REFUSED[422], _REFUSED[501], *_PASSING.values(), _LOST_CHILD),
    TaskOperation.VARY: (_REFUSED[422], _REFUSED[501], *_PASSING.values(), _LOST_CHILD),
    TaskOperation.EXTEND: (*(_REFUSED[code] for code in (402, 422, 501, 505)), *_PASSING.values(), _LOST_CHILD),
}

_LOOKING = (
    Event("401", "refused", "the key expires while the client waits: code 401", _KEY, _E, _NO, ALWAYS, 1, profile=_QUICK),
    Event("422", "refused", "the task expires while the client waits: code 422", _GONE, _E, _NO, ALWAYS, 1, profile=_QUICK),
    Event("422", "late", "code 422 at the first look only", _GONE, _E, profile=_FULL, seconds=3),
    Event("401", "at-once", "the key is not accepted at the first look", _KEY, _E, _NO, ALWAYS, profile=_FULL),
    _PASSING[455],
    replace(_PASSING[500], profile=_QUICK),
    Event("500", "envelope", "code 500 for ever", _ERROR, _E, _NO, ALWAYS, 1, patient=True),
    Event("500", "by-http", "HTTP 500 with an envelope, once", _ERROR_BY_HTTP, _E, seconds=5),
    *WHILE_LOOKING,
)  # fmt: skip

_ASKING_CREDITS = (
    Event("401", "refused", "the key is not accepted: code 401", _KEY, _E, times=ALWAYS),
    Event("455", "maintenance", "code 455 for ever", _REPAIRS, _E, times=ALWAYS, patient=True),
    BROKEN,
    CUT,
)


def task_situations(found: Surface) -> Iterator[Variation]:
    """Every situation that the client could meet, in a fixed order."""
    tables: Mapping[str, tuple[Event, ...]] = {
        TaskOperation.GENERATE: _GENERATING,
        **_CHILDREN,
        TaskOperation.GET: _LOOKING,
        TaskOperation.CREDITS: _ASKING_CREDITS,
        IMAGE: WHILE_FETCHING,
    }
    for place, events in tables.items():
        if place in found.places:
            yield from (event.on(place) for event in events)
    if found.waits:
        well, badly = Success.EXPECTED, Success.IMPOSSIBLE
        yield from courses(found, (
            ("at-once", "tasks have succeeded at the first look", Story.AT_ONCE, well, _QUICK),
            ("failed", "tasks are created and fail: successFlag 3", Story.FAILS, badly, _QUICK),
            ("not-created", "tasks cannot be created: successFlag 2", Story.FAILS_AT_ONCE, badly, _QUICK),
            ("stuck", "tasks stay at successFlag 0", Story.STICKS, Success.OPTIONAL, Profile.DEFAULT),
        ))  # fmt: skip
    yield from postings(found, TASKS.notice.name)
    yield closing(found)
