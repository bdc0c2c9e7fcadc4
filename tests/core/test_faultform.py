"""What is written becomes the fault that was meant; what a schema cannot see is refused with its place."""

import re

import pytest

from mjsim.core.error import InvalidRequest
from mjsim.core.fate import Ending
from mjsim.core.fault import Connection, Effect, Fixed, Lognormal, Match, Response, RetryAfter, Uniform
from mjsim.core.faultform import read_fault
from mjsim.core.mishap import Mishap, Wish


def effect(**written):
    return read_fault({"effect": written}).effect


def test_a_fault_is_read_with_all_it_says():
    fault = read_fault(
        {
            "id": "f",
            "match": {
                "operations": ["images"],
                "tenant": "sim-a",
                "job_id": "ABCDEF00-0000-4000-8000-000000000000",
                "prompt": "fo+x",
                "after": "60s",
                "nth": 3.0,
            },
            "effect": {"drip": 5.0},
            "succeed_first": 2.0,
            "count": 4.0,
            "probability": 0.5,
            "ttl": "5m",
            "seed": 9,
            "note": "why",
        }
    )
    job_id = "abcdef00-0000-4000-8000-000000000000"
    assert fault.match == Match(frozenset({"images"}), "sim-a", job_id, re.compile("fo+x"), 60_000, 3)
    assert (fault.id, fault.succeed_first, fault.count, fault.probability) == ("f", 2, 4, 0.5)
    assert (fault.ttl, fault.seed, fault.note) == (300_000, 9, "why")
    assert fault.effect == Effect(drip=5)


def test_what_is_not_written_holds_always():
    fault = read_fault({"effect": {"drip": 5}})
    assert (fault.match, fault.probability, fault.count, fault.ttl) == (Match(), 1.0, None, None)


@pytest.mark.parametrize(("nth", "means"), [("first", 1), ("every", None), (2, 2)])
def test_which_of_the_matching_requests_is_meant(nth, means):
    assert read_fault({"match": {"nth": nth}, "effect": {"drip": 5}}).match.nth == means


def test_every_part_of_an_effect_is_read():
    assert effect(latency={"type": "fixed", "milliseconds": 5}).latency == Fixed(5)
    assert effect(first_byte={"type": "uniform", "lower": 1, "upper": 2}).first_byte == Uniform(1, 2)
    assert effect(latency={"type": "lognormal", "median": 1, "sigma": 2}).latency == Lognormal(1, 2)
    assert effect(connection="reset-after").connection is Connection.RESET_AFTER
    assert effect(stale="5s").stale == 5_000
    assert effect(drift=-2).drift == -2
    assert effect(patch=[{"op": "remove", "path": "/id"}]).patch == ({"op": "remove", "path": "/id"},)
    assert effect(content_type="text/plain", malformed=True, truncate=0.5).parts == (
        "content_type",
        "malformed",
        "truncate",
    )
    assert effect(webhook="late=60s forged").webhook == (Wish(Mishap.LATE, 60_000), Wish(Mishap.FORGED))


def test_a_response_is_read_with_all_it_says():
    written = {"status": 503, "code": "c", "message": "m", "body": {}, "page": True, "afterwards": True}
    headers = {"X-A": "b"}
    read = effect(response={**written, "retry_after": "date:5", "headers": headers}).response
    assert read == Response(503, "c", "m", {}, True, True, RetryAfter(5, as_date=True), headers)


@pytest.mark.parametrize(
    ("written", "means"),
    [(2, RetryAfter(2)), (0, RetryAfter(0)), (2.0, RetryAfter(2)), ("absent", RetryAfter(None))],
)
def test_when_to_come_again_is_seconds_or_nothing(written, means):
    assert effect(response={"status": 503, "retry_after": written}).response.retry_after == means


def test_a_job_that_fails_can_be_given_its_message():
    fate = effect(job="fail@46=odd", message="Because.").job
    assert (fate.ending, fate.failure) == (Ending.FAILS, ("odd", "Because."))
    assert effect(job="stuck@93", message="Because.").job.failure is None


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ({"effect": {}}, "effect: does nothing"),
        ({"effect": {"message": "x"}}, "effect: does nothing"),
        ({"match": {"prompt": "("}, "effect": {"drip": 1}}, "match.prompt: '(' is no regular expression"),
        ({"match": {"operations": ["getJobStatus"]}, "effect": {"job": "instant"}}, "effect: nothing of it can strike"),
        (
            {"match": {"operations": ["listJobs"]}, "effect": {"drip": 1, "job": "instant"}},
            "effect.job: can strike none of listJobs",
        ),
        ({"effect": {"job": "webhook-drop"}}, "effect.job: 'webhook-drop' has to say what becomes of a job"),
        ({"effect": {"job": "instant webhook-drop"}}, "effect.job: "),
        ({"effect": {"stale": "5"}}, "effect.stale: '5' is no duration"),
        ({"effect": {"drip": 1}, "ttl": "x"}, "ttl: 'x' is no duration"),
        ({"match": {"after": "x"}, "effect": {"drip": 1}}, "match.after: 'x' is no duration"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(written, says):
    with pytest.raises(InvalidRequest) as refused:
        read_fault(written)
    assert str(refused.value).startswith(says)
