"""Each way of tampering does what it says, and nothing else: what it leaves alone is still signed and still true."""

import json
import time

import pytest
from standardwebhooks.webhooks import Webhook

from mjsim.core.message import write
from mjsim.core.tampering import Signing, Spelling, Tampering, Wire
from mjsim.core.webhook import DEVELOPMENT_SECRET, Verdict, parse_secret, verify, verify_plain

NEW, OLD = DEVELOPMENT_SECRET, parse_secret("whsec_" + "QUJD" * 8)
NOW = int(time.time())
TRUTH = json.dumps({"id": "j", "prompt": "ein Füchslein", "status": "completed"}, ensure_ascii=False).encode()


def written(body=TRUTH, **tampering):
    return write("http://a/", "msg_1", body, [NEW, OLD], NOW, Tampering(**tampering))


def headers_of(message):
    return {name.lower(): value for name, value in message.headers}


def verdicts(message, secrets=(NEW,)):
    """What a receiver thinks of both signatures."""
    headers = headers_of(message)
    return verify(secrets, headers, message.body, NOW), verify_plain(secrets, headers, message.body)


@pytest.mark.parametrize(
    ("signing", "standard", "plain"),
    [
        (Signing.TRUE, Verdict.VALID, Verdict.VALID),
        (Signing.OLDEST_FIRST, Verdict.VALID, Verdict.WRONG),
        (Signing.NEWEST_ONLY, Verdict.VALID, Verdict.VALID),
        (Signing.FORGED, Verdict.WRONG, Verdict.WRONG),
        (Signing.WRONG_SECRET, Verdict.WRONG, Verdict.WRONG),
        (Signing.MISSING, Verdict.MISSING, Verdict.MISSING),
        (Signing.NO_COMMA, Verdict.MALFORMED, Verdict.VALID),
        (Signing.EXTRA_TOKEN, Verdict.VALID, Verdict.VALID),
        (Signing.UNKNOWN_VERSION_FIRST, Verdict.VALID, Verdict.VALID),
        (Signing.TRAILING_SPACE, Verdict.VALID, Verdict.VALID),
    ],
)
def test_signatures_are_wrong_in_the_way_that_was_asked_for_and_bodies_stay(signing, standard, plain):
    message = written(signing=signing)
    assert message.body == TRUTH
    assert verdicts(message) == (standard, plain)


def test_in_a_rotation_both_secrets_sign_in_either_order_and_after_it_the_new_one_alone():
    signature = {
        kind: headers_of(written(signing=kind))["webhook-signature"].split(" ") for kind in Signing if kind != "missing"
    }
    first, second = signature[Signing.TRUE]
    assert signature[Signing.OLDEST_FIRST] == [second, first]
    assert signature[Signing.NEWEST_ONLY] == [first]
    assert verdicts(written(signing=Signing.NEWEST_ONLY), [OLD])[0] is Verdict.WRONG
    assert signature[Signing.UNKNOWN_VERSION_FIRST][0].startswith("v2,")
    assert signature[Signing.TRAILING_SPACE][-1] == ""


@pytest.mark.parametrize("spelling", Spelling)
def test_other_spellings_are_other_bytes_of_the_same_value_signed_as_they_stand(spelling):
    message = written(spelling=spelling)
    assert json.loads(message.body) == json.loads(TRUTH)
    assert (message.body == TRUTH) is (spelling is Spelling.PLAIN)
    assert verdicts(message) == (Verdict.VALID, Verdict.VALID)
    Webhook(NEW.text).verify(message.body, headers_of(message))


def test_spellings_differ_in_what_they_are_named_for():
    assert b"\n" in written(spelling=Spelling.SPACED).body
    assert list(json.loads(written(spelling=Spelling.REORDERED).body)) == ["status", "prompt", "id"]
    assert b"\\u00fc" in written(spelling=Spelling.ESCAPED).body


def test_changes_to_the_document_are_signed_with_it():
    message = written(changes=(("id", "other"), ("extra", [1])), without=("prompt",))
    assert json.loads(message.body) == {"id": "other", "status": "completed", "extra": [1]}
    assert verdicts(message) == (Verdict.VALID, Verdict.VALID)


@pytest.mark.parametrize(
    ("breakage", "body"),
    [
        ({"keeps": 0.5}, TRUTH[: round(len(TRUTH) / 2)]),
        ({"keeps": 0.0}, b""),
        ({"appends": b" "}, TRUTH + b" "),
        ({"replacement": b"\xff{"}, b"\xff{"),
        ({"replacement": b"abcd", "keeps": 0.5, "appends": b"!"}, b"ab!"),
    ],
)
def test_broken_bytes_are_signed_only_where_that_is_asked_for(breakage, body):
    assert written(**breakage).body == body
    assert verdicts(written(**breakage)) == (Verdict.WRONG, Verdict.WRONG)
    assert verdicts(written(**breakage, signs_breakage=True)) == (Verdict.VALID, Verdict.VALID)


def test_a_skew_moves_the_timestamp_and_its_signature_and_a_signed_skew_the_signature_alone():
    assert headers_of(written(skew=-120))["webhook-timestamp"] == str(NOW - 120)
    assert verdicts(written(skew=-120))[0] is Verdict.VALID
    assert verdicts(written(skew=-86_400))[0] is Verdict.STALE
    stolen = written(signed_skew=-86_400)
    assert headers_of(stolen)["webhook-timestamp"] == str(NOW)
    assert verdicts(stolen)[0] is Verdict.WRONG


def test_how_the_bytes_travel_is_handed_on():
    wire = Wire(pause=0.5, chunked=True)
    assert written(wire=wire).wire == wire
