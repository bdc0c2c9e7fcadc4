"""Deliveries are signed as Standard Webhooks says: its library, which is not ours, believes them."""

import base64
import hashlib
import hmac
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from mjsim_contracts.receiver.delivery import Delivery
from mjsim_contracts.receiver.secret import Unfit, signing_key
from mjsim_contracts.receiver.signing import standard_signature

KEYS = st.binary(min_size=24, max_size=64)
IDS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJ0123456789_", min_size=1, max_size=40)


def secret(key: bytes) -> str:
    return "whsec_" + base64.b64encode(key).decode()


@given(key=KEYS, message_id=IDS, body=st.text(), stamp=st.integers(0, 2**33))
def test_a_signature_equals_that_of_the_library(key: bytes, message_id: str, body: str, stamp: int) -> None:
    """Whatever key, id, time and text."""
    theirs = Webhook(secret(key)).sign(message_id, datetime.fromtimestamp(stamp, UTC), body)
    assert f"v1,{standard_signature(signing_key(secret(key)), message_id, str(stamp), body.encode())}" == theirs


@given(key=KEYS, message_id=IDS, body=st.text())
def test_the_library_believes_a_true_delivery_and_no_faulty_one(key: bytes, message_id: str, body: str) -> None:
    """Neither another secret's, nor an old one, nor another body."""
    now, verifier, true = int(time.time()), Webhook(secret(key)), Delivery(body.encode(), message_id)
    verifier.verify(true.body, dict(true.fields(key, now)), json_parse=False)
    forged = true.showing(webhook_signature="v1,{other}")
    for faulty in (forged, replace(true, age=3600), replace(true, signed=b"something else")):
        with pytest.raises(WebhookVerificationError):
            verifier.verify(faulty.body, dict(faulty.fields(key, now)), json_parse=False)


def test_the_second_signature_is_hexadecimal_over_the_body_alone() -> None:
    """With the same key bytes."""
    key = bytes(range(32))
    fields = dict(Delivery(b'{"a": 1}', "msg_1").fields(key, 0))
    assert fields["X-Midjourney-Signature"] == hmac.new(key, b'{"a": 1}', hashlib.sha256).hexdigest()


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!", "secret", "whsec_abcde", "whsk_" + "A" * 32, "whsec_ä"])
def test_what_is_no_secret_is_named_and_not_repeated(text: str) -> None:
    """One line; a secret with a typing error is still a secret."""
    with pytest.raises(
        Unfit, match=r"^--secret has to be whsec_ followed by base64; (this|what|nothing)[a-z ]+$"
    ) as caught:
        signing_key(text)
    assert caught.value.code == 2


def test_padding_may_be_left_out() -> None:
    """As libraries allow."""
    assert signing_key("whsec_" + base64.b64encode(bytes(25)).decode().rstrip("=")) == bytes(25)
