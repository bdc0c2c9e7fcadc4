"""What can befall the calls of an operation is an event; those that come of networks and gateways befall every API."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.variation import Profile, Success, Tier, Variation
from mjsim_contracts.proxy.fault import Break, Close, Effect, Fault, Replace, Slow, Stall, page
from mjsim_contracts.proxy.script import Posting, Script
from mjsim_contracts.proxy.story import Story


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that can happen to the calls of an operation; `seconds` is how much longer a run may take for it."""

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

    def on(self, place: str) -> Variation:
        """The variation in which it happens there."""
        return Variation(
            id=f"{place}/{self.state}/{self.kind}/{'always' if self.times is None else 'once'}",
            title=f"{place}: {self.title}",
            tier=self.tier,
            script=Script(faults=(Fault(place, self.effect, self.after, self.times),)),
            success=self.success,
            place=place,
            profile=self.profile,
            patient=self.patient,
            seconds=self.seconds,
        )


ALWAYS = None
"""How many times a refusal is given that is final."""

_BROKEN = page(500, "500 Internal Server Error")
_GATEWAY = page(502, "502 Bad Gateway")
_HTML = Replace(b"<html><body>Welcome to the captive portal</body></html>", "text/html")
_ELSEWHERE = page(307, "307 Temporary Redirect", ("Location", "{elsewhere}"))

_T = Tier.TRANSPORT
_NO, _YES, _HARDLY = Success.IMPOSSIBLE, Success.EXPECTED, Success.DOUBTFUL
_QUICK, _FULL, _HOSTILE = Profile.QUICK, Profile.FULL, Profile.HOSTILE

CUT = Event("200", "cut", "the answer is cut off in the middle of its JSON", Replace(keep=0.5), _T, seconds=5)
BROKEN = Event("500", "html", "500 with a page of HTML, once", _BROKEN, _T, seconds=5)
LOST = Event(
    "reset", "after", "the connection is reset once the job was created", Break.AFTER, _T, seconds=5, profile=_QUICK
)

WHILE_CREATING = (
    replace(BROKEN, profile=_QUICK),
    Event("reset", "before", "the connection is reset, and the server heard nothing", Break.BEFORE, _T, seconds=5),
    LOST,
    CUT,
    Event("200", "blank", "the answer is empty", Replace(b""), _T, seconds=5),
    Event("200", "html", "200 with a page of HTML", _HTML, _T, times=ALWAYS, seconds=5),
    Event("slow", "first", "the answer takes a second", Slow(first=1), _T, _YES, seconds=1.5, profile=_FULL),
    Event("403", "refused", "403 in HTML", page(403, "403 Forbidden"), _T, _NO, ALWAYS, profile=_FULL),
    Event("413", "refused", "413 in HTML", page(413, "413 Payload Too Large"), _T, _NO, ALWAYS, profile=_FULL),
)

WHILE_LOOKING = (
    replace(BROKEN, profile=_QUICK),
    Event("502", "html", "502 with a page of HTML, twice", _GATEWAY, _T, times=2, seconds=6),
    Event("500", "refused", "500 for ever", _BROKEN, _T, _NO, ALWAYS, 1, patient=True),
    Event("reset", "before", "the connection is reset", Break.BEFORE, _T, seconds=5),
    Event("reset", "amid", "the connection is reset in the middle of the answer", Break.AMID, _T, seconds=5, profile=_QUICK),
    CUT,
    Event("200", "blank", "the answer is empty", Replace(b""), _T, seconds=5),
    Event("200", "html", "200 with a page of HTML, once", _HTML, _T, seconds=5),
    Event("200", "plain", "the JSON is called text/plain", Replace(content_type="text/plain"), _T, times=ALWAYS),
    Event("slow", "first", "the answer takes a second", Slow(first=1), _T, _YES, seconds=1.5),
    Event("slow", "drip", "each answer comes drop by drop, over half a second", Slow(drip=0.5), _T, _YES, ALWAYS,
          profile=_QUICK, seconds=4),
    Event("stall", "amid", "the answer stops half-way and never goes on", Stall(), _T, patient=True),
    Event("307", "elsewhere", "redirected to another host", _ELSEWHERE, _T, times=ALWAYS, profile=_HOSTILE),
)  # fmt: skip

WHILE_FETCHING = (
    Event("404", "refused", "the picture is gone", page(404, "404 Not Found"), _T, _NO, ALWAYS, profile=_QUICK),
    BROKEN,
    Event("200", "html", "a page of HTML instead of the picture", _HTML, _T, _HARDLY, ALWAYS),
    Event("reset", "amid", "the download breaks off in the middle, each time", Break.AMID, _T, _NO, ALWAYS, seconds=5),
    Event("slow", "drip", "the picture comes slowly, over a second", Slow(drip=1), _T, _YES, seconds=3, profile=_FULL),
)


def closing(found: Surface) -> Variation:
    """The variation in which no connection is used twice."""
    faults = tuple(Fault(place, Close(), 0, None) for place in found.places)
    return Variation(
        "connection/closed/after-each/answer", "the server closes the connection after each answer", Tier.TRANSPORT,
        Script(faults=faults), Success.OPTIONAL, "connection",
    )  # fmt: skip


Course = tuple[str, str, Story, Success, Profile]
"""The name of a course, what is said of it, the story that jobs live, what can be expected then, and how common it is."""


def courses(found: Surface, told: Iterable[Course]) -> Iterator[Variation]:
    """The variations in which all jobs take a course."""
    for name, title, story, success, profile in told:
        yield Variation(
            f"job/course/{name}/all", title, Tier.FREEDOM if story.ends_well else Tier.STORY, Script(story=story),
            success, "job", profile,
            # Of a job that somebody else cancels a webhook for results tells nothing.
            patient=not story.ends or (bool(found.news) and story is Story.CANCELLED),
        )  # fmt: skip


def postings(found: Surface, notice: str) -> Iterator[Variation]:
    """The variations in which the client is told otherwise than once, in order, after it was answered; none where it asks
    for no news. `notice` is what the API calls a piece of it.
    """
    if not found.news:
        return
    for name, title, posting, success, profile in (
        ("twice", f"every {notice} is delivered twice", Posting.TWICE, Success.EXPECTED, _QUICK),
        ("never", f"no {notice} is ever delivered", Posting.NEVER, Success.OPTIONAL, Profile.DEFAULT),
        ("reversed", f"{notice}s are delivered in reverse order", Posting.REVERSED, Success.EXPECTED, _QUICK),
        ("early", f"{notice}s come before the answer to the POST", Posting.EARLY, Success.OPTIONAL, Profile.DEFAULT),
    ):
        if posting is Posting.REVERSED and found.news < 2:
            continue
        yield Variation(
            f"{notice}/delivery/{name}/all", title, Tier.STORY, Script(posting=posting), success, notice, profile,
            patient=posting in {Posting.NEVER, Posting.EARLY}, seconds=3,
        )  # fmt: skip
