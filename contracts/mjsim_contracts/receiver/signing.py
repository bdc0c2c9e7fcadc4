"""How an API signs what it tells is data: which headers there are, what is signed, and how a secret becomes a key.

A template says what stands in a header; the names in its braces are those of `Delivery.values`.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from mjsim_contracts.receiver.secret import PREFIX, plain_key, signing_key

VARIABLE = "WEBHOOK_SECRET"
"""Where commands that reproduce a finding read the secret from."""

ID, TIMESTAMP, SIGNATURE, HEX_SIGNATURE = (
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "X-Midjourney-Signature",
)

TRUE_HEADERS = ((ID, "{id}"), (TIMESTAMP, "{ts}"), (SIGNATURE, "v1,{good}"), (HEX_SIGNATURE, "{hex}"))
"""What a true sender of the published API sends."""


@dataclass(frozen=True, slots=True)
class Signing:
    """`headers` are names and templates of a true delivery. What is signed is the id, a full stop, the time in Unix
    seconds and, if `signs_body`, another one and the body.

    `read_key` makes a key of a secret and the name of the option that it came by; `key_command` prints the same bytes in
    a shell. Keys of less than `least_bytes` are advised against. If it is `optional`, a sender without a key signs
    nothing.
    """

    headers: tuple[tuple[str, str], ...]
    signs_body: bool
    read_key: Callable[[str, str], bytes]
    key_command: str
    least_bytes: int = 0
    optional: bool = False

    def content(self, message_id: str, stamp: str, body: bytes) -> bytes:
        """What is signed."""
        return b".".join((message_id.encode(), stamp.encode(), *([body] if self.signs_body else [])))


STANDARD_WEBHOOKS = Signing(
    TRUE_HEADERS,
    signs_body=True,
    read_key=signing_key,
    key_command=f'printf %s "${{{VARIABLE}#{PREFIX}}}" | openssl base64 -d -A',
    least_bytes=24,
)
"""That of the published API; its second signature, of the body alone, is `hex`."""

CALLBACKS = Signing(
    (("X-Webhook-Timestamp", "{ts}"), ("X-Webhook-Signature", "{good}")),
    signs_body=False,
    read_key=plain_key,
    key_command=f'printf %s "${VARIABLE}"',
    optional=True,
)
"""That of the task API: the id is the task's, and nothing else of the body is signed."""


def standard_signature(key: bytes, message_id: str, stamp: str, body: bytes) -> str:
    """The Base64 of a `v1` signature of Standard Webhooks, without its version."""
    return base64_signature(key, STANDARD_WEBHOOKS.content(message_id, stamp, body))


def base64_signature(key: bytes, content: bytes) -> str:
    """The Base64 text of an HMAC-SHA256."""
    return base64.b64encode(hmac.digest(key, content, hashlib.sha256)).decode()


def hex_signature(key: bytes, body: bytes) -> str:
    """The value of X-Midjourney-Signature."""
    return hmac.digest(key, body, hashlib.sha256).hex()
