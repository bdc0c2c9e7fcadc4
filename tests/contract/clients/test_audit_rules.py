"""Each rule of the audit, asked about the least that it passes, warns of and fails; and what it leaves alone."""

from collections.abc import Sequence
from typing import Any

import pytest

from mjsim_contracts.audit.rule import RULES
from mjsim_contracts.audit.spelling import distance, nearest
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.traffic.call import Call, Origin
from mjsim_contracts.traffic.delivery import Delivery

from .scenes import JOB, KEY, LOST, call, judged, look, outcome, page, post, told

PASS, WARN, FAIL, NOTHING = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_EXERCISED
OTHER = {"prompt": "a dog"}


def get(target: str, at: float = 0, **more: Any) -> Call:
    """A request without a body."""
    return call("GET", target, at, 200, {}, **more)


CASES: Sequence[tuple[str, str, Outcome, Sequence[Call]]] = (
    ("C001", "a whole request", PASS, [post(0)]),
    ("C001", "no prompt", FAIL, [post(0, body={"stylize": 3})]),
    ("C001", "a number as text", FAIL, [post(0, body={"prompt": "a", "chaos": "3"})]),
    ("C001", "a body that is no JSON", FAIL, [post(0, body=b"{'prompt': 1}")]),
    ("C001", "a body in Latin-1", FAIL, [post(0, body='{"prompt": "é"}'.encode("latin-1"))]),
    ("C001", "only white space, which the published schema lets pass", WARN, [post(0, body={"prompt": "  "})]),
    ("C001", "an id that is none", FAIL, [get("/v1/jobs/None")]),
    ("C001", "a limit out of range", FAIL, [get("/v1/jobs?limit=1000")]),
    ("C001", "a limit that is no number", FAIL, [get("/v1/jobs?limit=ten")]),
    ("C001", "a parameter twice", FAIL, [get("/v1/jobs?limit=1&limit=2")]),
    ("C001", "nothing of the API", NOTHING, [get("/")]),
    ("C004", "both find it whole", PASS, [post(0)]),
    ("C004", "both find a number that is text", PASS, [post(0, body={"prompt": "a", "chaos": "3"})]),
    ("C004", "both find the body broken", PASS, [post(0, body=b"{")]),
    ("C004", "behind a prefix", PASS, [get(f"/mj/v1/jobs/{JOB}")]),
    ("C004", "a page size that only one of them reads", WARN, [get("/v1/jobs?limit=1_0")]),
    ("C002", "known names", PASS, [post(0)]),
    ("C002", "a letter wrong", FAIL, [post(0, body={"prompt": "a", "stilize": 3})]),
    ("C002", "another style", FAIL, [post(0, body={"prompt": "a", "aspectRatio": "1:1"})]),
    ("C002", "a name of the client's own", WARN, [post(0, body={"prompt": "a", "customer_reference": 3})]),
    ("C002", "within a list", FAIL, [post(0, body={"images": [{"urls": "x"}]}, path="/v1/blend")]),
    ("C002", "in the query", FAIL, [get("/v1/jobs?ofset=3")]),
    ("C003", "an operation", PASS, [look(0)]),
    ("C003", "a plural", FAIL, [post(0, path="/v1/imagines")]),
    ("C003", "the wrong method", FAIL, [call("PUT", "/v1/imagine", 0, 405, {})]),
    ("C003", "a slash at the end", FAIL, [post(0, path="/v1/imagine/")]),
    ("C003", "a look whether anybody is there", WARN, [get("/")]),
    ("C003", "what browsers ask before", NOTHING, [call("OPTIONS", "/v1/imagine", 0, 204, {})]),
    ("C010", "a bearer token", PASS, [look(0)]),
    ("C010", "no key", FAIL, [look(0, headers=())]),
    ("C010", "another scheme", FAIL, [look(0, headers=(("Authorization", "Token sim-secret"),))]),
    ("C010", "in the URL", FAIL, [get("/v1/jobs?key=sim-secret")]),
    ("C010", "at the images", FAIL, [look(0), get("/files/a.png", origin=Origin.IMAGES)]),
    ("C010", "at the images in another header", FAIL,
     [look(0), get("/a.png", origin=Origin.IMAGES, headers=(("X-Key", "sim-secret"),))]),
    ("C010", "an image without it", PASS, [look(0), get("/files/a.png", origin=Origin.IMAGES, headers=())]),
    ("C020", "as late as asked", PASS, [post(0, 429, wait="1"), post(1.01)]),
    ("C020", "too early", FAIL, [post(0, 429, wait="1"), post(0.5)]),
    ("C020", "too early after 503", FAIL, [look(0, 503, wait="2"), look(1.5)]),
    ("C020", "given up", PASS, [post(0, 429, wait="1")]),
    ("C020", "another job meanwhile", WARN, [post(0, 429, wait="1"), post(0.5, body=OTHER)]),
    ("C020", "another operation meanwhile", PASS, [post(0, 429, wait="1"), look(0.5)]),
    ("C020", "far too late", WARN, [post(0, 429, wait="1"), post(9)]),
    ("C020", "sent before the refusal came", PASS, [post(0, 429, wait="1"), post(0.005)]),
    ("C020", "nothing was asked for", NOTHING, [post(0, 429), post(0.1)]),
    ("C021", "growing pauses", PASS, [post(0, 503), post(0.2, 503), post(0.6, 503), post(1.4)]),
    ("C021", "equal pauses, long enough", PASS, [post(0, 503), post(0.5, 503), post(1, 503), post(1.5)]),
    ("C021", "short and equal", WARN, [post(0, 503), post(0.2, 503), post(0.4, 503), post(0.6)]),
    ("C021", "none at all", FAIL, [post(0, 503), post(0.02, 503), post(0.04, 503), post(0.06)]),
    ("C021", "the usual pace of polls", WARN,
     [look(0), look(0.06), look(0.12, 500), look(0.18, 500), look(0.24, 500), look(0.30)]),
    ("C022", "given up in time", PASS, [post(n, 503) for n in range(4)]),
    ("C022", "eleven tries", FAIL, [post(n, 503) for n in range(11)]),
    ("C022", "eleven tries, and then it works", FAIL, [*(post(n, LOST) for n in range(11)), post(11)]),
    ("C023", "refused once", PASS, [post(0, 400)]),
    ("C023", "refused, then corrected", PASS, [post(0, 400), post(1, 200, OTHER)]),
    ("C023", "once more", WARN, [post(0, 400), post(1, 400)]),
    ("C023", "three times more", FAIL, [post(n, 401) for n in range(4)]),
    ("C023", "not known yet", PASS, [look(0, 404), look(1)]),
    ("C023", "not known any more", WARN, [look(0), look(1, 404), look(2, 404)]),
    ("C024", "lost, and left at that", PASS, [post(0, LOST)]),
    ("C024", "lost on the way, and sent again", WARN, [post(0, LOST), post(1, accepted=True)]),
    ("C024", "lost after it was accepted, and sent again", WARN,
     [post(0, LOST, accepted=True), post(1, accepted=True)]),
    ("C024", "lost, looked up, and not found", PASS, [post(0, LOST), page(1, 0, 0, 0), post(2, accepted=True)]),
    ("C024", "lost, and another that was on its way", PASS, [post(0, LOST, accepted=True), post(0.005, accepted=True)]),
    ("C024", "throttled, and sent again", PASS, [post(0, 429), post(1)]),
    ("C024", "accepted, and sent again", WARN, [post(0), post(1)]),
    ("C024", "two wishes", PASS, [post(0), post(1, body=OTHER)]),
    ("C025", "looked up, and taken up", PASS,
     [post(0, LOST, accepted=True), page(1, 0, 1, 1), get("/v1/jobs/00000000", 2)]),
    ("C025", "looked up, and not seen", WARN,
     [post(0, LOST, accepted=True), page(1, 0, 1, 1), post(2, accepted=True)]),
    ("C025", "looked up, and there was none", PASS, [post(0, LOST), page(1, 0, 0, 0), post(2, accepted=True)]),
    ("C025", "a list that has nothing to do with it", NOTHING, [post(0, LOST, accepted=True), page(1, 0, 1, 1)]),
    ("C025", "looked up too late", NOTHING, [post(0, LOST), post(1), page(2, 0, 1, 1)]),
    ("C030", "a second between", PASS, [look(0), look(1), look(2, "completed")]),
    ("C030", "a tenth between", WARN, [look(0), look(0.1), look(0.2), look(0.3)]),
    ("C030", "nothing between", FAIL, [look(n * 0.015) for n in range(5)]),
    ("C030", "two looks", NOTHING, [look(0), look(0.02)]),
    ("C031", "stopped", PASS, [look(0), look(1, "completed")]),
    ("C031", "one more", WARN, [look(0, "failed"), look(1, "failed")]),
    ("C031", "three more", FAIL, [look(n, "cancelled") for n in range(4)]),
    ("C031", "still running", NOTHING, [look(0), look(1)]),
    ("C050", "all pages", PASS, [page(0, 0, 30, 70), page(1, 30, 30, 70), page(2, 60, 10, 70)]),
    ("C050", "one too many", PASS, [page(0, 0, 30, 60), page(1, 30, 30, 60), page(2, 60, 0, 60)]),
    ("C050", "for ever", FAIL, [page(n, n * 30, 30 if n < 2 else 0, 60) for n in range(5)]),
    ("C050", "a gap", FAIL, [page(0, 0, 30, 70), page(1, 31, 30, 70)]),
    ("C050", "an overlap", FAIL, [page(0, 0, 30, 60), page(1, 29, 30, 60), page(2, 59, 1, 60)]),
    ("C050", "not to the end", WARN, [page(0, 0, 30, 90), page(1, 30, 30, 90)]),
    ("C050", "the first page of many", WARN, [page(0, 0, 30, 70)]),
    ("C050", "the latest five", NOTHING, [page(0, 0, 5, 70, 5)]),
    ("C060", "an address that was made up", FAIL,
     [call("GET", f"/v1/jobs/{JOB}", 0, 200, {"result": {"images": [{"url": "http://i/a.png"}]}}),
      get("/b.png", origin=Origin.IMAGES)]),
    ("C060", "the address that was given", PASS,
     [call("GET", f"/v1/jobs/{JOB}", 0, 200, {"result": {"images": [{"url": "http://i/a.png"}]}}),
      get("/a.png", origin=Origin.IMAGES)]),
    ("C070", "JSON", PASS, [post(0)]),
    ("C070", "JSON with a charset", PASS, [post(0, headers=(KEY, ("content-type", "application/json; charset=utf-8")))]),
    ("C070", "called a form", FAIL, [post(0, headers=(KEY, ("Content-Type", "application/x-www-form-urlencoded")))]),
    ("C070", "not called anything", WARN, [post(0, headers=(KEY,))]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "what", "expected", "calls"), CASES, ids=[f"{code} {what}" for code, what, *_ in CASES]
)
def test_a_rule_judges_what_it_is_about(code: str, what: str, expected: Outcome, calls: Sequence[Call]) -> None:
    """And says in a sentence what it saw, with the calls that show it."""
    assert outcome(code, *calls) is expected, what
    bad = [each for each in judged(code, *calls) if each.outcome in {WARN, FAIL}]
    assert all(each.seen and each.calls for each in bad)


TOLD: Sequence[tuple[str, str, Outcome, Sequence[Delivery], Sequence[Call]]] = (
    ("C033", "accepted to the end", PASS, [told(1, "in_progress"), told(2, "completed")], []),
    ("C033", "accepted, and then polled", PASS, [told(1, "in_progress")], [look(2, "completed")]),
    ("C033", "the first is taken for the last", FAIL, [told(1, "in_progress")], []),
    ("C033", "every one is refused", FAIL, [told(1, "completed", 500)], []),
    ("C033", "nobody listens, though the client is there", FAIL, [told(1, "completed", 0, refused=True)], [look(2)]),
    ("C033", "the client has ended", NOTHING, [told(1, "completed", 0, refused=True)], [look(0)]),
    ("C040", "at once", PASS, [told(1, "completed", 204)], []),
    ("C040", "redirected", FAIL, [told(1, "completed", 302)], []),
    ("C040", "an edited one is refused", NOTHING, [told(1, "completed", 400, note="status: removed")], []),
    ("C040", "after six seconds", FAIL, [told(1, "completed", seconds=6)], []),
    ("C040", "never", FAIL, [told(1, "completed", 0, seconds=10)], []),
    ("C040", "the client ends meanwhile", NOTHING, [told(1, "completed", 0)], []),
    ("C040", "told twice, acted once", PASS, [told(1, "completed"), told(2, "completed", again=True)], [post(1.5)]),
    ("C040", "told twice, acted twice", FAIL, [told(1, "completed"), told(2, "completed", again=True)],
     [post(1.5), post(2.5)]),
    ("C040", "told twice, fetched twice", WARN, [told(1, "completed"), told(2, "completed", again=True)],
     [get("/a.png", at, origin=Origin.IMAGES) for at in (1.5, 2.5)]),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "what", "expected", "deliveries", "calls"), TOLD, ids=[f"{code} {what}" for code, what, *_ in TOLD]
)
def test_a_receiver_is_judged_by_what_it_answers_and_what_follows(
    code: str, what: str, expected: Outcome, deliveries: Sequence[Delivery], calls: Sequence[Call]
) -> None:
    """A client that has ended is not blamed for news that came after."""
    assert outcome(code, *calls, deliveries=tuple(deliveries)) is expected, what


def test_no_rule_says_worse_than_it_announces() -> None:
    """The list of rules is what people adopt the check by."""
    cases: list[tuple[str, Outcome]] = [(code, expected) for code, _what, expected, *_ in (*CASES, *TOLD)]
    announced = {rule.code: rule.severity for rule in RULES}
    assert {code for code, expected in cases if expected is FAIL} <= {
        code for code in announced if announced[code] is FAIL
    }
    assert {code for code, expected in cases if expected is not NOTHING} <= set(announced)


def test_a_stuck_job_has_to_be_given_up() -> None:
    """Only where it was the judge who ended it, the client waits for ever."""
    assert outcome("C032", look(0), look(1), endless=True, cut=True) is WARN
    assert outcome("C032", look(0), look(1), endless=True) is PASS
    assert outcome("C032", look(0), look(1), cut=True) is NOTHING


def test_a_key_that_is_printed_is_seen() -> None:
    """Wherever in the output it stands."""
    assert outcome("C011", post(0), output="GET with sim-secret") is WARN
    assert outcome("C011", post(0), output="all is well") is PASS
    assert outcome("C011", post(0)) is NOTHING


def test_retries_that_were_cut_off_are_not_known_to_end() -> None:
    """Ten tries with no end in sight are too many; a few are only slow."""
    assert outcome("C022", *(post(n, 503) for n in range(10)), cut=True) is FAIL
    assert outcome("C022", *(post(n, 503) for n in range(5)), cut=True) is WARN
    assert outcome("C022", post(0, 503, wait="3600"), post(1, 503, wait="3600"), cut=True) is PASS


def test_what_follows_from_an_answer_that_lacked_something_is_held_against_nobody() -> None:
    """It is shown, and does not fail."""
    assert outcome("C001", get("/v1/jobs/None"), distorted=True) is WARN
    assert outcome("C003", get("/v1/job"), distorted=True) is WARN
    assert outcome("C031", *(look(n, "completed") for n in range(5)), distorted=True) is NOTHING


def test_pages_that_others_move_are_not_counted() -> None:
    """While jobs are created, a job is read twice by the best of clients."""
    assert outcome("C050", page(0, 0, 30, 60), page(1, 29, 30, 60), drift=True) is NOTHING


def test_the_meant_route_is_named() -> None:
    """By method and path."""
    assert "did you mean GET /v1/jobs/{jobId}?" in judged("C003", get(f"/v1/job/{JOB}"))[0].seen
    assert "did you mean POST /v1/imagine?" in judged("C003", post(0, path="/imagine"))[0].seen


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("promt", "prompt"),
        ("asepct_ratio", "aspect_ratio"),
        ("aspectRatio", "aspect_ratio"),
        ("weird", ""),
        ("n", "no"),
    ],
)
def test_a_name_is_near_when_a_letter_or_two_are_wrong(name: str, meant: str) -> None:
    """A swap counts once; in short names one letter is much."""
    assert nearest(name, ["prompt", "aspect_ratio", "seed", "no"]) == meant
    assert distance("ab", "ba") == distance("ab", "abc") == distance("ab", "cb") == 1
