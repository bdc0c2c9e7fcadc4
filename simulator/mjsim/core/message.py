"""A message is what goes over the wire in one attempt: written from the news, signed, and tampered with as it is told."""

import json
from collections.abc import Callable, Sequence

from mjsim.core.chance import digest
from mjsim.core.delivery import Headers
from mjsim.core.tampering import PLAIN, Signing, Spelling, Tampering, Wire
from mjsim.core.value import Frozen
from mjsim.core.webhook import ID, PLAIN_SIGNATURE, SIGNATURE, TIMESTAMP, Secret, plain_signature, token


class Message(Frozen):
    """A POST to be made, and how its bytes are to travel."""

    url: str
    headers: Headers
    body: bytes
    wire: Wire = PLAIN


Sign = Callable[[bytes, int, int, Signing], Headers]
"""Signs a body. The first time is the one that is shown, the second the one that is signed, both in Unix seconds."""


def write(
    url: str, message: str, body: bytes, secrets: Sequence[Secret], seconds: int, tampering: Tampering
) -> Message:
    """The message of this id; `body` is the truth as JSON, `seconds` the real time in Unix seconds."""

    def sign(signed: bytes, shown: int, timestamp: int, signing: Signing) -> Headers:
        signatures = _signatures(signing, secrets, message, timestamp, signed)
        return ((ID, message), (TIMESTAMP, str(shown)), *signatures)

    return sealed(url, body, sign, seconds, tampering)


def sealed(url: str, body: bytes, sign: Sign, seconds: int, tampering: Tampering) -> Message:
    """The message of a body, with whatever headers `sign` gives it."""
    told = _edited(body, tampering)
    sent = _broken(told, tampering)
    signed = sent if tampering.signs_breakage else told
    skew = tampering.skew if tampering.signed_skew is None else tampering.signed_skew
    headers = (
        ("Content-Type", "application/json"),
        ("User-Agent", "mjsim"),
        *sign(signed, seconds + tampering.skew, seconds + skew, tampering.signing),
    )
    return Message(url, headers, sent, tampering.wire)


def _edited(body: bytes, tampering: Tampering) -> bytes:
    """The document with its faults, and spelt as it is to be."""
    if not (tampering.changes or tampering.without) and tampering.spelling is Spelling.PLAIN:
        return body
    document = json.loads(body) | dict(tampering.changes)
    document = {name: value for name, value in document.items() if name not in tampering.without}
    match tampering.spelling:
        case Spelling.SPACED:
            return json.dumps(document, indent=3, ensure_ascii=False).encode() + b"\n"
        case Spelling.REORDERED:
            return _compact(dict(reversed(document.items())))
        case Spelling.ESCAPED:
            return json.dumps(document, separators=(",", ":"), ensure_ascii=True).encode()
        case _:
            return _compact(document)


def _compact(document: dict[str, object]) -> bytes:
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def _broken(body: bytes, tampering: Tampering) -> bytes:
    """The bytes with their faults."""
    whole = body if tampering.replacement is None else tampering.replacement
    return whole[: round(len(whole) * tampering.keeps)] + tampering.appends


_STRANGER = Secret("", digest("a secret that no receiver knows", size=32))


def _signatures(signing: Signing, secrets: Sequence[Secret], message: str, timestamp: int, body: bytes) -> Headers:
    """The headers of the signatures, right or wrong."""
    if signing is Signing.MISSING:
        return ()
    signers = _signers(signing, secrets)
    if signing is Signing.FORGED:
        body = b"forged" + body
    tokens = [token(secret, message, timestamp, body) for secret in signers]
    return (
        (SIGNATURE, _joined(signing, tokens)),
        (PLAIN_SIGNATURE, plain_signature(signers[0], body)),
    )


def _signers(signing: Signing, secrets: Sequence[Secret]) -> Sequence[Secret]:
    match signing:
        case Signing.WRONG_SECRET:
            return [_STRANGER]
        case Signing.OLDEST_FIRST:
            return secrets[::-1]
        case Signing.NEWEST_ONLY:
            return secrets[:1]
        case _:
            return secrets


def _joined(signing: Signing, tokens: Sequence[str]) -> str:
    right = " ".join(tokens)
    match signing:
        case Signing.NO_COMMA:
            return right.replace(",", "")
        case Signing.EXTRA_TOKEN:
            return f"{right} unreadable"
        case Signing.UNKNOWN_VERSION_FIRST:
            return f"v2,{tokens[0].partition(',')[2]} {right}"
        case Signing.TRAILING_SPACE:
            return f"{right} "
        case _:
            return right
