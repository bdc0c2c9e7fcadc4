"""What can befall a client beside the wording of answers: refusals, trouble on the way, and jobs that go another course.

Each is one variation, made only of what the client uses; what it costs it a retry, or patience, it is given time for.
"""

from collections.abc import Iterator
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
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.exchange import Operation
from mjsim_contracts.proxy.fault import IMAGE, error
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import Story

_RATE = error(429, "rate_limited", "Rate limit reached: 10 imagine jobs in 60 s.")
_RATE_0 = error(429, "rate_limited", "Again.", ("Retry-After", "0"))
_RATE_1 = error(429, "rate_limited", "Rate limit reached: 10 imagine jobs in 60 s.", ("Retry-After", "1"))
_RATE_DATE = error(429, "rate_limited", "Rate limit reached.", ("Retry-After", "{date}"), ("Date", "{now}"))
_BUSY_1 = error(503, "unavailable", "The service is busy.", ("Retry-After", "1"))
_BUSY = error(503, "unavailable", "The service is busy.")
_BAD = error(400, "banned_prompt", "prompt: the word 'gore' is not allowed.")
_KEY = error(401, "unauthorized", "The key has expired.", ("WWW-Authenticate", "Bearer"))
_GONE = error(404, "job_not_found", "There is no such job; its id may be wrong or the job has expired.")
_LATE = error(400, "job_not_cancellable", "The job has ended.")

_E, _T = Tier.ERROR, Tier.TRANSPORT
_NO = Success.IMPOSSIBLE
_QUICK, _FULL = Profile.QUICK, Profile.FULL

_CREATING = (
    Event("400", "refused", "refused with 400, however often", _BAD, _E, _NO, ALWAYS, profile=_QUICK),
    Event("401", "refused", "the key is not accepted", _KEY, _E, _NO, ALWAYS, profile=_QUICK),
    Event("429", "retry-after", "429 with Retry-After: 1, then all is well", _RATE_1, _E, profile=_QUICK, seconds=3),
    Event("429", "no-retry-after", "429 without Retry-After, then all is well", _RATE, _E, seconds=5),
    Event("429", "retry-after-date", "429 with a date in Retry-After", _RATE_DATE, _E, seconds=6),
    Event("429", "refused", "429 without Retry-After, for ever", _RATE, _E, _NO, ALWAYS, patient=True),
    Event("429", "retry-after-0", "429 with Retry-After: 0", _RATE_0, _E, profile=_FULL, seconds=3),
    Event("503", "retry-after", "503 with Retry-After: 1, then all is well", _BUSY_1, _T, seconds=3),
    Event("503", "refused", "503 for ever", _BUSY, _T, _NO, ALWAYS, patient=True, profile=_QUICK),
    *WHILE_CREATING,
)

_CHILD = (
    Event("404", "refused", "the parent is gone", _GONE, _E, _NO, ALWAYS),
    Event("400", "refused", "refused with 400, however often", _BAD, _E, _NO, ALWAYS),
    Event("429", "retry-after", "429 with Retry-After: 1, then all is well", _RATE_1, Tier.EVOLUTION, seconds=3),
    replace(LOST, profile=Profile.DEFAULT),
)

_LOOKING = (
    Event("401", "refused", "the key expires while the client waits", _KEY, _E, _NO, ALWAYS, 1, profile=_QUICK),
    Event("404", "refused", "the job expires while the client waits", _GONE, _E, _NO, ALWAYS, 1, profile=_QUICK),
    Event("429", "retry-after", "429 with Retry-After: 1, then all is well", _RATE_1, _T, seconds=3),
    Event("503", "retry-after", "503 with Retry-After: 1, then all is well", _BUSY_1, _T, seconds=3),
    Event("404", "late", "404 at the first look only", _GONE, _E, profile=_FULL, seconds=3),
    Event("401", "at-once", "the key is not accepted at the first look", _KEY, _E, _NO, ALWAYS, profile=_FULL),
    *WHILE_LOOKING,
)

_CANCELLING = (
    Event("400", "too-late", "the job has ended meanwhile", _LATE, _E, times=ALWAYS),
    Event("404", "refused", "there is no such job", _GONE, _E, times=ALWAYS),
)

_LISTING = (
    Event("401", "refused", "the key is not accepted", _KEY, _E, times=ALWAYS),
    BROKEN,
    CUT,
)

_MOST_EARLIER = 260


def situations(found: Surface) -> Iterator[Variation]:
    """Every situation that the client could meet, in a fixed order."""
    for number, operation in enumerate(found.creates(MIDJOURNEY)):
        whole = number == 0 and operation in {Operation.IMAGINE, Operation.DESCRIBE, Operation.BLEND}
        yield from (event.on(operation) for event in (_CREATING if whole else _CHILD))
    tables = (
        (Operation.GET, _LOOKING),
        (Operation.LIST, _LISTING),
        (Operation.CANCEL, _CANCELLING),
        (IMAGE, WHILE_FETCHING),
    )
    for place, events in tables:
        if place in found.places:
            yield from (event.on(place) for event in events)
    if found.limit:
        yield from _lists(found)
    if found.waits:
        yield from _courses(found)
    yield from postings(found, MIDJOURNEY.notice.name)
    yield closing(found)


def _lists(found: Surface) -> Iterator[Variation]:
    many = min(found.limit * 2 + max(found.limit // 2, 1), _MOST_EARLIER)
    place = Operation.LIST
    yield Variation(
        f"{place}/200/pages/many", f"{place}: there are {many} jobs from before", Tier.FREEDOM,
        Script(earlier=many), Success.EXPECTED, place, Profile.QUICK, seconds=2,
    )  # fmt: skip
    yield Variation(
        f"{place}/200/pages/none", f"{place}: there are no jobs from before", Tier.FREEDOM,
        Script(earlier=0), Success.OPTIONAL, place, Profile.QUICK,
    )  # fmt: skip
    yield Variation(
        f"{place}/200/pages/drift", f"{place}: jobs are created between two pages", Tier.STORY,
        Script(earlier=many, drift=True), Success.OPTIONAL, place, seconds=2,
    )  # fmt: skip


def _courses(found: Surface) -> Iterator[Variation]:
    # What is cancelled in time, or too late, need not fail.
    well, badly = Success.EXPECTED, Success.IMPOSSIBLE
    if found.cancels:
        well = badly = Success.OPTIONAL
    yield from courses(found, (
        ("at-once", "jobs are completed at the first look", Story.AT_ONCE, well, _QUICK),
        ("full", "jobs say 100 % a while before they are completed", Story.FULL, well, Profile.DEFAULT),
        ("failed", "jobs fail while they run", Story.FAILS, badly, _QUICK),
        ("cancelled", "somebody else cancels the jobs", Story.CANCELLED, badly, _QUICK),
        ("stuck", "jobs stop at 99 % and stay there", Story.STICKS, Success.OPTIONAL, Profile.DEFAULT),
        ("failed-at-once", "jobs have failed at the first look", Story.FAILS_AT_ONCE, badly, _FULL),
        ("waiting", "jobs stay pending", Story.WAITS, Success.OPTIONAL, _FULL),
    ))  # fmt: skip
