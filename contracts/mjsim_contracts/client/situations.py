"""What can befall a client beside the wording of answers: refusals, trouble on the way, and jobs that go another course.

Each is one variation, made only of what the client uses; what it costs it a retry, or patience, it is given time for.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.variation import Profile, Success, Tier, Variation
from mjsim_contracts.exchange import Operation
from mjsim_contracts.proxy.fault import IMAGE, Break, Close, Effect, Fault, Replace, Slow, Stall, error, page
from mjsim_contracts.proxy.script import Posting, Script
from mjsim_contracts.proxy.story import Story

_RATE = error(429, "rate_limited", "Rate limit reached: 10 imagine jobs in 60 s.")
_RATE_1 = error(429, "rate_limited", "Rate limit reached: 10 imagine jobs in 60 s.", ("Retry-After", "1"))
_RATE_DATE = error(429, "rate_limited", "Rate limit reached.", ("Retry-After", "{date}"), ("Date", "{now}"))
_BUSY_1 = error(503, "unavailable", "The service is busy.", ("Retry-After", "1"))
_BUSY = error(503, "unavailable", "The service is busy.")
_BAD = error(400, "banned_prompt", "prompt: the word 'gore' is not allowed.")
_KEY = error(401, "unauthorized", "The key has expired.", ("WWW-Authenticate", "Bearer"))
_GONE = error(404, "job_not_found", "There is no such job; its id may be wrong or the job has expired.")
_BROKEN = page(500, "500 Internal Server Error")
_GATEWAY = page(502, "502 Bad Gateway")
_HTML = Replace(b"<html><body>Welcome to the captive portal</body></html>", "text/html")
_ALWAYS = None


@dataclass(frozen=True, slots=True)
class _Event:
    """One thing that can happen to the calls of an operation."""

    state: str
    kind: str
    title: str
    effect: Effect
    tier: Tier
    success: Success = Success.OPTIONAL
    times: int | None = 1
    after: int = 0
    profile: Profile = Profile.DEFAULT
    patient: bool = False
    seconds: float = 0.0

    def on(self, place: Operation | str) -> Variation:
        """The variation in which it happens there."""
        return Variation(
            id=f"{place}/{self.state}/{self.kind}/{'always' if self.times is None else 'once'}",
            title=f"{place}: {self.title}",
            tier=self.tier,
            script=Script(faults=(Fault(place, self.effect, self.after, self.times),)),
            success=self.success,
            place=str(place),
            profile=self.profile,
            patient=self.patient,
            seconds=self.seconds,
        )


_ELSEWHERE = page(307, "307 Temporary Redirect", ("Location", "{elsewhere}"))

_E, _T = Tier.ERROR, Tier.TRANSPORT
_NO, _YES, _HARDLY = Success.IMPOSSIBLE, Success.EXPECTED, Success.DOUBTFUL
_QUICK, _FULL, _HOSTILE = Profile.QUICK, Profile.FULL, Profile.HOSTILE

_CREATING = (
    _Event("400", "refused", "refused with 400, however often", _BAD, _E, _NO, _ALWAYS, profile=_QUICK),
    _Event("401", "refused", "the key is not accepted", _KEY, _E, _NO, _ALWAYS, profile=_QUICK),
    _Event("429", "retry-after", "429 with Retry-After: 1, then all is well", _RATE_1, _E, profile=_QUICK, seconds=3),
    _Event("429", "no-retry-after", "429 without Retry-After, then all is well", _RATE, _E, seconds=5),
    _Event("429", "retry-after-date", "429 with a date in Retry-After", _RATE_DATE, _E, seconds=6),
    _Event("429", "refused", "429 without Retry-After, for ever", _RATE, _E, _NO, _ALWAYS, patient=True),
    _Event("503", "retry-after", "503 with Retry-After: 1, then all is well", _BUSY_1, _T, seconds=3),
    _Event("503", "refused", "503 for ever", _BUSY, _T, _NO, _ALWAYS, patient=True, profile=_QUICK),
    _Event("500", "html", "500 with a page of HTML", _BROKEN, _T, seconds=5, profile=_QUICK),
    _Event("reset", "before", "the connection is reset, and the server heard nothing", Break.BEFORE, _T, seconds=5),
    _Event("reset", "after", "the connection is reset once the job was created", Break.AFTER, _T, seconds=5, profile=_QUICK),
    _Event("200", "cut", "the answer is cut off in the middle of its JSON", Replace(keep=0.5), _T, seconds=5),
    _Event("200", "blank", "the answer is empty", Replace(b""), _T, seconds=5),
    _Event("200", "html", "200 with a page of HTML", _HTML, _T, times=_ALWAYS, seconds=5),
    _Event("slow", "first", "the answer takes a second", Slow(first=1), _T, _YES, seconds=1.5, profile=_FULL),
    _Event("403", "refused", "403 in HTML", page(403, "403 Forbidden"), _T, _NO, _ALWAYS, profile=_FULL),
    _Event("413", "refused", "413 in HTML", page(413, "413 Payload Too Large"), _T, _NO, _ALWAYS, profile=_FULL),
    _Event("429", "retry-after-0", "429 with Retry-After: 0", error(429, "rate_limited", "Again.", ("Retry-After", "0")),
           _E, profile=_FULL, seconds=3),
)  # fmt: skip

_CHILD = (
    _Event("404", "refused", "the parent is gone", _GONE, _E, _NO, _ALWAYS),
    _Event("400", "refused", "refused with 400, however often", _BAD, _E, _NO, _ALWAYS),
    _Event("429", "retry-after", "429 with Retry-After: 1, then all is well", _RATE_1, Tier.EVOLUTION, seconds=3),
    _Event("reset", "after", "the connection is reset once the job was created", Break.AFTER, _T, seconds=5),
)

_LOOKING = (
    _Event("401", "refused", "the key expires while the client waits", _KEY, _E, _NO, _ALWAYS, 1, profile=_QUICK),
    _Event("404", "refused", "the job expires while the client waits", _GONE, _E, _NO, _ALWAYS, 1, profile=_QUICK),
    _Event("429", "retry-after", "429 with Retry-After: 1, then all is well", _RATE_1, _T, seconds=3),
    _Event("503", "retry-after", "503 with Retry-After: 1, then all is well", _BUSY_1, _T, seconds=3),
    _Event("500", "html", "500 with a page of HTML, once", _BROKEN, _T, seconds=5, profile=_QUICK),
    _Event("502", "html", "502 with a page of HTML, twice", _GATEWAY, _T, times=2, seconds=6),
    _Event("500", "refused", "500 for ever", _BROKEN, _T, _NO, _ALWAYS, 1, patient=True),
    _Event("reset", "before", "the connection is reset", Break.BEFORE, _T, seconds=5),
    _Event(
        "reset",
        "amid",
        "the connection is reset in the middle of the answer",
        Break.AMID,
        _T,
        seconds=5,
        profile=_QUICK,
    ),
    _Event("200", "cut", "the answer is cut off in the middle of its JSON", Replace(keep=0.5), _T, seconds=5),
    _Event("200", "blank", "the answer is empty", Replace(b""), _T, seconds=5),
    _Event("200", "html", "200 with a page of HTML, once", _HTML, _T, seconds=5),
    _Event("200", "plain", "the JSON is called text/plain", Replace(content_type="text/plain"), _T, times=_ALWAYS),
    _Event("slow", "first", "the answer takes a second", Slow(first=1), _T, _YES, seconds=1.5),
    _Event(
        "slow",
        "drip",
        "each answer comes drop by drop, over half a second",
        Slow(drip=0.5),
        _T,
        _YES,
        _ALWAYS,
        profile=_QUICK,
        seconds=4,
    ),
    _Event("stall", "amid", "the answer stops half-way and never goes on", Stall(), _T, patient=True),
    _Event("307", "elsewhere", "redirected to another host", _ELSEWHERE, _T, times=_ALWAYS, profile=_HOSTILE),
    _Event("404", "late", "404 at the first look only", _GONE, _E, profile=_FULL, seconds=3),
    _Event("401", "at-once", "the key is not accepted at the first look", _KEY, _E, _NO, _ALWAYS, profile=_FULL),
)

_FETCHING = (
    _Event("404", "refused", "the picture is gone", page(404, "404 Not Found"), _T, _NO, _ALWAYS, profile=_QUICK),
    _Event("500", "html", "500 with a page of HTML, once", _BROKEN, _T, seconds=5),
    _Event("200", "html", "a page of HTML instead of the picture", _HTML, _T, _HARDLY, _ALWAYS),
    _Event(
        "reset", "amid", "the download breaks off in the middle, each time", Break.AMID, _T, _NO, _ALWAYS, seconds=5
    ),
    _Event("slow", "drip", "the picture comes slowly, over a second", Slow(drip=1), _T, _YES, seconds=3, profile=_FULL),
)

_CANCELLING = (
    _Event("400", "too-late", "the job has ended meanwhile",
           error(400, "job_not_cancellable", "The job has ended."), _E, times=_ALWAYS),
    _Event("404", "refused", "there is no such job", _GONE, _E, times=_ALWAYS),
)  # fmt: skip

_LISTING = (
    _Event("401", "refused", "the key is not accepted", _KEY, _E, times=_ALWAYS),
    _Event("500", "html", "500 with a page of HTML, once", _BROKEN, _T, seconds=5),
    _Event("200", "cut", "the answer is cut off in the middle of its JSON", Replace(keep=0.5), _T, seconds=5),
)

_MOST_EARLIER = 260


def situations(found: Surface) -> Iterator[Variation]:
    """Every situation that the client could meet, in a fixed order."""
    for number, operation in enumerate(found.creates):
        whole = number == 0 and operation in {Operation.IMAGINE, Operation.DESCRIBE, Operation.BLEND}
        yield from (event.on(operation) for event in (_CREATING if whole else _CHILD))
    tables = (
        (Operation.GET, _LOOKING),
        (Operation.LIST, _LISTING),
        (Operation.CANCEL, _CANCELLING),
        (IMAGE, _FETCHING),
    )
    for place, events in tables:
        if place in found.places:
            yield from (event.on(place) for event in events)
    if found.limit:
        yield from _lists(found)
    if found.waits:
        yield from _courses(found)
    if found.news:
        yield from _postings(found)
    yield _closing(found)


def _closing(found: Surface) -> Variation:
    faults = tuple(Fault(place, Close(), 0, None) for place in found.places)
    return Variation(
        "connection/closed/after-each/answer", "the server closes the connection after each answer", Tier.TRANSPORT,
        Script(faults=faults), Success.OPTIONAL, "connection",
    )  # fmt: skip


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
    for name, title, story, success, profile in (
        ("at-once", "jobs are completed at the first look", Story.AT_ONCE, well, _QUICK),
        ("full", "jobs say 100 % a while before they are completed", Story.FULL, well, Profile.DEFAULT),
        ("failed", "jobs fail while they run", Story.FAILS, badly, _QUICK),
        ("cancelled", "somebody else cancels the jobs", Story.CANCELLED, badly, _QUICK),
        ("stuck", "jobs stop at 99 % and stay there", Story.STICKS, Success.OPTIONAL, Profile.DEFAULT),
        ("failed-at-once", "jobs have failed at the first look", Story.FAILS_AT_ONCE, badly, _FULL),
        ("waiting", "jobs stay pending", Story.WAITS, Success.OPTIONAL, _FULL),
    ):
        yield Variation(
            f"job/course/{name}/all", title, Tier.FREEDOM if story.ends_well else Tier.STORY, Script(story=story),
            success, "job", profile,
            # Of a job that somebody else cancels a webhook for results tells nothing.
            patient=not story.ends or (bool(found.news) and story is Story.CANCELLED),
        )  # fmt: skip


def _postings(found: Surface) -> Iterator[Variation]:
    for name, title, posting, success, profile in (
        ("twice", "every webhook is delivered twice", Posting.TWICE, Success.EXPECTED, _QUICK),
        ("never", "no webhook is ever delivered", Posting.NEVER, Success.OPTIONAL, Profile.DEFAULT),
        ("reversed", "webhooks are delivered in reverse order", Posting.REVERSED, Success.EXPECTED, _QUICK),
        ("early", "webhooks come before the answer to the POST", Posting.EARLY, Success.OPTIONAL, Profile.DEFAULT),
    ):
        if posting is Posting.REVERSED and found.news < 2:
            continue
        yield Variation(
            f"webhook/delivery/{name}/all", title, Tier.STORY, Script(posting=posting), success, "webhook", profile,
            patient=posting in {Posting.NEVER, Posting.EARLY}, seconds=3,
        )  # fmt: skip
