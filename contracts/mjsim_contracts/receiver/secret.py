"""A secret is text for people, a key is bytes for HMAC: the one way from the first to the second.

Errors: Unfit where the text is no secret; the text itself is never repeated.
"""

import base64
import binascii

from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import ExitCode

PREFIX = "whsec_"
OTHER_KEY = bytes.fromhex("6e6f742d7468652d7365637265742d6f662d616e792d7265636569766572")
"""The key of somebody else: no receiver can have it for its own."""


class Unfit(CheckError):
    """An argument of the check is no such thing; the sentence names it."""

    def __init__(self, text: str) -> None:
        super().__init__(text, ExitCode.USAGE)


def signing_key(secret: str, name: str = "--secret") -> bytes:
    """The key of a secret, `whsec_` and base64; as libraries do, padding that is left out is put back."""
    text = secret.strip()
    if not text.startswith(PREFIX):
        raise Unfit(f"{name} has to be {PREFIX} followed by base64; this text does not begin so")
    encoded = text.removeprefix(PREFIX).rstrip("=")
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise Unfit(f"{name} has to be {PREFIX} followed by base64; what follows is none") from error
    if not key:
        raise Unfit(f"{name} has to be {PREFIX} followed by base64; nothing follows")
    return key


def plain_key(secret: str, name: str = "--secret") -> bytes:
    """The key of a secret that is the key itself, as text."""
    if not secret.strip():
        raise Unfit(f"{name} has to be the webhook key of the task API; this text is empty")
    return secret.encode()
