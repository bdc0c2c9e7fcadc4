"""Webhooks tell what a life tells, no more and no less, and are signed so that the public library is content."""

import time
from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from mjsim.core.chance import Key
from mjsim.core.error import SettingsError
from mjsim.core.instant import Instant
from mjsim.core.message import write
from mjsim.core.pace import PACES, JobType, Mode
from mjsim.core.plan import plan
from mjsim.core.status import Status
from mjsim.core.tampering import PLAIN, TRUTHFUL
from mjsim.core.timeline import Moment, Timeline
from mjsim.core.webhook import (
    DEVELOPMENT_SECRET,
    EVENTS,
    Notice,
    Verdict,
    as_told,
    message_id,
    notices,
    parse_secret,
    plain_signature,
    token,
    verify,
    verify_plain,
)

NOW = 1_767_225_600
keys = st.binary(min_size=24, max_size=64)


def secret_of(key):
    return parse_secret("whsec_" + b64encode(key).decode())


@st.composite
def lives(draw):
    """The life of a job at any pace, cancelled at any instant or not."""
    key = Key(draw(st.integers(0, 99)), "t", "f", 0)
    pace, kind, mode = draw(st.sampled_from(list(PACES.values()))), draw(st.sampled_from(JobType)), Mode.FAST
    rate, zero = draw(st.sampled_from([0.0, 1.0])), Instant(0)
    life = plan(job_type=kind, mode=mode, key=key, pace=pace, failure_rate=rate, now=zero, start=zero)
    cancelled = draw(st.none() | st.integers(0, life.settled))
    if cancelled is not None and not life.at(Instant(cancelled)).status.terminal:
        life = life.cancel(Instant(cancelled))
    return life


# News


ENDS = {status for status in Status if status.terminal}


@given(lives(), st.sampled_from(["progress", "result", "end"]))
def test_the_news_of_a_life_are_its_changes_of_status_each_at_its_instant(life, kind):
    expected, before = [], Status.PENDING
    for instant, status, *_ in life.moments:
        told = {"progress": set(Status), "result": {Status.COMPLETED, Status.FAILED}}.get(kind, ENDS)
        if status is not before and status in told:
            expected.append((instant, status))
        before = status
    assert list(notices(life, kind)) == expected


def test_progress_within_a_status_and_the_first_pending_are_no_news():
    at = [Moment(Instant(n), Status.IN_PROGRESS, n) for n in (1, 2, 3)]
    life = Timeline((Moment(Instant(0), Status.PENDING, 0), *at))
    assert notices(life, "progress") == (Notice(Instant(1), Status.IN_PROGRESS),)
    assert notices(life, "result") == ()


@given(lives())
def test_what_is_told_ends_with_the_moment_of_the_news_even_when_much_happens_at_once(life):
    for instant, status in notices(life, "progress"):
        told = as_told(life, status)
        assert told.moments == life.moments[: len(told.moments)]
        assert told.at(instant) == told.moments[-1]
        assert (told.moments[-1].status, told.moments[-1].instant) == (status, instant)


def test_each_piece_of_news_has_an_id_of_its_own_that_stays():
    told = [(job, status) for job in ("a", "b", "ab") for status in Status]
    ids = [message_id(*one) for one in told]
    assert len(set(ids)) == len(ids)
    assert ids == [message_id(*one) for one in told]
    assert all(one.startswith("msg_") and one[4:].isalnum() for one in ids)
    assert set(EVENTS.values()) == {"job.progress", "job.completed", "job.failed", "job.cancelled"}


# Secrets


@pytest.mark.parametrize(
    "text", ["", "whsec_", "secret", "whsec_é", "whsec_AAAA", "A" * 32, "whsec_" + "A" * 31, "whsec_" + "A" * 88]
)
def test_what_is_no_secret_of_standard_webhooks_is_refused(text):
    with pytest.raises(SettingsError, match="whsec_"):
        parse_secret(text)


def test_a_secret_is_never_shown():
    assert DEVELOPMENT_SECRET.text.removeprefix("whsec_") not in repr(DEVELOPMENT_SECRET)
    assert str(DEVELOPMENT_SECRET.key) not in repr(DEVELOPMENT_SECRET)


# Signatures


@given(st.lists(keys, min_size=1, max_size=3), st.text(max_size=40), st.integers(-290, 290))
def test_the_public_library_accepts_what_each_of_the_secrets_has_signed(found, text, skew):
    body, secrets = f'{{"prompt": {text!a}}}'.encode(), [secret_of(key) for key in found]
    sent = dict(write("http://a/", "msg_1", body, secrets, int(time.time()) + skew, TRUTHFUL).headers)
    for secret in secrets:
        Webhook(secret.text).verify(body, sent, json_parse=False)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret_of(b"n" * 24).text).verify(body, sent, json_parse=False)


def test_the_two_signatures_are_those_that_openssl_makes():
    secret = secret_of(b"mjsim-development-secret")
    assert secret == DEVELOPMENT_SECRET
    assert token(secret, "msg_1", NOW, b"{}") == "v1,vYp0QwaoTPjZnegSSatXJQ6wscTVQ+5WKZeQ7p7E9Xk="
    assert plain_signature(secret, b"{}") == "e507e31fdd2d260adb19e1f1301170460268cd8e2ba1ca447e922d8e05dbb36d"


def message(secrets, body=b"{}"):
    made = write("http://a/", "msg_1", body, secrets, NOW, TRUTHFUL)
    assert (made.url, made.body, made.wire) == ("http://a/", body, PLAIN)
    return {name.lower(): value for name, value in made.headers}


@given(st.lists(keys, min_size=1, max_size=3, unique=True), st.data())
def test_a_receiver_finds_valid_what_any_of_its_secrets_has_signed(found, data):
    secrets = [secret_of(key) for key in found]
    headers, known = message(secrets), data.draw(st.sampled_from(secrets))
    assert verify([known], headers, b"{}", NOW) is Verdict.VALID
    assert verify_plain(secrets, headers, b"{}") is Verdict.VALID
    assert verify(secrets, headers, b"{} ", NOW) is Verdict.WRONG
    assert verify_plain(secrets, headers, b"{} ") is Verdict.WRONG


@pytest.mark.parametrize(
    ("name", "value", "verdict"),
    [
        ("webhook-id", None, Verdict.MISSING),
        ("webhook-timestamp", None, Verdict.MISSING),
        ("webhook-signature", "", Verdict.MISSING),
        ("webhook-id", "msg_2", Verdict.WRONG),
        ("webhook-timestamp", "soon", Verdict.MALFORMED),
        ("webhook-timestamp", "1" * 16, Verdict.MALFORMED),
        ("webhook-timestamp", str(NOW - 1), Verdict.WRONG),
        ("webhook-timestamp", str(NOW - 301), Verdict.STALE),
        ("webhook-timestamp", str(NOW + 301), Verdict.STALE),
        ("webhook-signature", "v1,AAAA", Verdict.WRONG),
        ("webhook-signature", "v1AAAA", Verdict.MALFORMED),
        ("webhook-signature", "v1,AAAA v1,é", Verdict.WRONG),
    ],
)
def test_what_is_wrong_with_a_message_is_said(name, value, verdict):
    headers = message([DEVELOPMENT_SECRET])
    changed = {**headers, name: value} if value is not None else {n: v for n, v in headers.items() if n != name}
    assert verify([DEVELOPMENT_SECRET], headers, b"{}", NOW) is Verdict.VALID
    assert verify([DEVELOPMENT_SECRET], changed, b"{}", NOW) is verdict


def test_without_the_second_signature_it_is_missing():
    assert verify_plain([DEVELOPMENT_SECRET], {}, b"{}") is Verdict.MISSING
