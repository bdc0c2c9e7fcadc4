"""A delivery is a recipe: what was signed, what is shown and how it is put on the wire are said apart, so that each fault
is one change of a true delivery, and the same recipe gives the bytes and the command that sends them again.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from mjsim_contracts.receiver.secret import OTHER_KEY

ID, TIMESTAMP, SIGNATURE, HEX_SIGNATURE = (
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "X-Midjourney-Signature",
)

TRUE_HEADERS = ((ID, "{id}"), (TIMESTAMP, "{ts}"), (SIGNATURE, "v1,{good}"), (HEX_SIGNATURE, "{hex}"))
"""What a true sender sends. The names in braces are those of `Delivery.values`."""


class Framing(StrEnum):
    """How the bytes of a body travel."""

    PLAIN = "with Content-Length"
    CHUNKED = "chunked"
    DRIP = "a few bytes at a time"
    EXPECT = "after 100 Continue"
    SHORT = "less than Content-Length says, then the end"
    STALL = "less than Content-Length says, then nothing"
    ABANDONED = "whole, and nobody waits for the answer"
    CUT = "half, then the connection is closed"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to deliver an event. `id` is the same in every attempt of the event.

    `age` is how many seconds ago it claims to be sent; `stamp`, where it is given, is shown and signed as it stands.
    `signed` is the body that was signed, where that is not the one sent. `headers` are names and templates.
    """

    body: bytes
    id: str
    age: int = 0
    stamp: str | None = None
    signed: bytes | None = None
    headers: tuple[tuple[str, str], ...] = TRUE_HEADERS
    framing: Framing = Framing.PLAIN

    def showing(self, **templates: str | None) -> "Delivery":
        """With other templates for some headers, by their names with `_` for `-`; None leaves the header out."""
        changed = {name.replace("_", "-").lower(): template for name, template in templates.items()}
        headers = ((name, changed.get(name.lower(), template)) for name, template in self.headers)
        return replace(self, headers=tuple((name, template) for name, template in headers if template is not None))

    def values(self, key: bytes, now: int) -> Mapping[str, str]:
        """What can stand in a template: `good` and `hex` are true signatures, `other` and `otherhex` somebody else's."""
        stamp = str(now - self.age) if self.stamp is None else self.stamp
        body = self.body if self.signed is None else self.signed
        good = standard_signature(key, self.id, stamp, body)
        hexadecimal = hex_signature(key, body)
        return {
            "id": self.id,
            "ts": stamp,
            "now": str(now),
            "good": good,
            "short": good[:12],
            "lower": good.lower(),
            "other": standard_signature(OTHER_KEY, self.id, stamp, body),
            "hex": hexadecimal,
            "shorthex": hexadecimal[:12],
            "otherhex": hex_signature(OTHER_KEY, body),
        }

    def fields(self, key: bytes, now: int) -> list[tuple[str, str]]:
        """The headers that the recipe gives at this time, in seconds since 1970."""
        values = self.values(key, now)
        return [(name, template.format_map(values)) for name, template in self.headers]


def standard_signature(key: bytes, message_id: str, stamp: str, body: bytes) -> str:
    """The base64 of a `v1` signature of Standard Webhooks, without its version."""
    content = b".".join((message_id.encode(), stamp.encode(), body))
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def hex_signature(key: bytes, body: bytes) -> str:
    """The value of X-Midjourney-Signature."""
    return hmac.digest(key, body, hashlib.sha256).hex()
