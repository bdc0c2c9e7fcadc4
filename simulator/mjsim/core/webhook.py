"""Webhooks are a projection of a job's life: which of its moments are news, what they are called, and how they are signed.

Signatures follow Standard Webhooks 1.0.0; beside them goes `X-Midjourney-Signature`, the hexadecimal HMAC-SHA256 of the
body, which a second description of this API names.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from mjsim.core.chance import digest
from mjsim.core.error import SettingsError
from mjsim.core.instant import Instant
from mjsim.core.status import Status
from mjsim.core.timeline import Timeline
from mjsim.core.value import Frozen

EVENTS: Mapping[Status, str] = {
    Status.IN_PROGRESS: "job.progress",
    Status.COMPLETED: "job.completed",
    Status.FAILED: "job.failed",
    Status.CANCELLED: "job.cancelled",
}
"""What the change to a status is called. The first `pending` is no change, so it is no event."""

_TOLD: Mapping[str, frozenset[Status]] = {
    "progress": frozenset(EVENTS),
    "result": frozenset({Status.COMPLETED, Status.FAILED}),
    "end": frozenset({Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
}
"""The changes that webhooks are told, by their type. To a client that can cancel, cancelling is its own doing; one of the
task API cannot, and to it a job that others cancel has failed.
"""

SIGNATURE = "webhook-signature"
PLAIN_SIGNATURE = "X-Midjourney-Signature"
ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"

TOLERANCE = 300
"""How many seconds a timestamp may differ from the receiver's clock."""


class Notice(NamedTuple):
    """One piece of news: the instant of the change and the status that it led to."""

    instant: Instant
    status: Status


def notices(life: Timeline, webhook_type: str) -> tuple[Notice, ...]:
    """The news of a life, in order: each change of status for `progress`, completion and failure for `result`, any end
    for `end`.
    """
    told = _TOLD[webhook_type]
    changes = [
        Notice(moment.instant, moment.status)
        for before, moment in zip(life.moments, life.moments[1:], strict=False)
        if moment.status is not before.status
    ]
    return tuple(notice for notice in changes if notice.status in told)


def as_told(life: Timeline, status: Status) -> Timeline:
    """The life up to the moment at which it reaches a status, which it does: what the news of it tells.

    Several changes may fall on one instant, so the instant alone would not say.
    """
    if life.last.status is status and status.terminal:
        return life
    place = next(place for place, moment in enumerate(life.moments) if moment.status is status)
    return Timeline(life.moments[: place + 1])


def message_id(job_id: str, status: Status) -> str:
    """The `webhook-id` of a piece of news: the same for every attempt to deliver it."""
    return f"msg_{digest('webhook', job_id, status.value, size=12).hex()}"


# Secrets


class Secret(Frozen):
    """A key to sign with, as text (`whsec_` and Base64) and as bytes."""

    text: str
    key: bytes

    def __repr__(self) -> str:
        return "Secret(...)"


_PREFIX = "whsec_"
_RULE = f"has to be {_PREFIX} and the Base64 text of 24 to 64 bytes"


def parse_secret(text: str) -> Secret:
    """The secret that the text stands for; `SettingsError` where it is none that Standard Webhooks allow."""
    try:
        key = base64.b64decode(text.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise SettingsError(_RULE) from error
    if not text.startswith(_PREFIX) or not 24 <= len(key) <= 64:
        raise SettingsError(_RULE)
    return Secret(text, key)


DEVELOPMENT_SECRET = parse_secret(_PREFIX + base64.b64encode(b"mjsim-development-secret").decode())
"""What is signed with where no secret is given: known to everybody, the same for every simulator."""


# Signatures


def token(secret: Secret, message: str, timestamp: int, body: bytes) -> str:
    """One signature of Standard Webhooks. `timestamp` counts real seconds, since receivers check it."""
    signed = f"{message}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(secret.key, signed, hashlib.sha256)).decode()


def plain_signature(secret: Secret, body: bytes) -> str:
    """The value of `X-Midjourney-Signature`."""
    return hmac.digest(secret.key, body, hashlib.sha256).hex()


class Verdict(StrEnum):
    """What a receiver finds out about a signature."""

    VALID = "valid"
    MISSING = "missing"
    MALFORMED = "malformed"
    """A header cannot be read as the standard writes it."""
    STALE = "stale"
    """The timestamp differs too much from the receiver's clock."""
    WRONG = "wrong"
    """No token is the signature of this body by a known secret."""


def verify(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes, now: float) -> Verdict:
    """What to think of a message by Standard Webhooks; names of `headers` in lower case, `now` in Unix seconds."""
    message, timestamp, tokens = (headers.get(name, "") for name in (ID, TIMESTAMP, SIGNATURE))
    if not (message and timestamp and tokens):
        return Verdict.MISSING
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 15):
        return Verdict.MALFORMED
    if abs(int(timestamp) - now) > TOLERANCE:
        return Verdict.STALE
    given = [one.encode(errors="replace") for one in tokens.split(" ")]
    right = [token(secret, message, int(timestamp), body).encode() for secret in secrets]
    if any(hmac.compare_digest(one, other) for one in given for other in right):
        return Verdict.VALID
    return Verdict.WRONG if all(one.count(b",") == 1 for one in given) else Verdict.MALFORMED


def verify_plain(secrets: Sequence[Secret], headers: Mapping[str, str], body: bytes) -> Verdict:
    """What to think of the `X-Midjourney-Signature`; names of `headers` in lower case."""
    given = headers.get(PLAIN_SIGNATURE.lower(), "").encode(errors="replace")
    if not given:
        return Verdict.MISSING
    right = [plain_signature(secret, body).encode() for secret in secrets]
    return Verdict.VALID if any(hmac.compare_digest(given, one) for one in right) else Verdict.WRONG
