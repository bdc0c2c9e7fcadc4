"""Bodies that break off, are none, or were made to do harm: refused, soon, and without an exception."""

from dataclasses import replace

from mjsim_contracts.receiver.delivery import Delivery, Framing
from mjsim_contracts.receiver.exam import Exam, refuses
from mjsim_contracts.receiver.rule import ENDED, HANDLED_AT_BEST, NEVER_BELIEVED

_LOST = "a 2xx says that the event has arrived: it is never sent again, and lost; a 5xx is an exception nobody caught"
_CRASH = "an exception that any stranger can cause before a signature is even looked at"

_DEEP = b"[" * 50_000


def _half(delivery: Delivery) -> bytes:
    return delivery.body[: len(delivery.body) // 2]


def _not_utf8(delivery: Delivery) -> bytes:
    return delivery.body.replace(b"lighthouse", b"l\xefghth\xf6\xfcs\xe9", 1)


BROKEN: tuple[Exam, ...] = (
    refuses("R13-truncated", "half of a body, rightly signed", _LOST, lambda true, _: replace(true, body=_half(true))),
    refuses("R13-empty", "an empty body, rightly signed", _LOST, lambda true, _: replace(true, body=b"")),
    refuses("R13-no-json", "no JSON, rightly signed", _LOST, lambda true, _: replace(true, body=b"job=completed")),
    refuses(
        "R13-no-utf-8",
        "bytes that are not UTF-8, rightly signed",
        _LOST,
        lambda true, _: replace(true, body=_not_utf8(true)),
    ),
    refuses(
        "R13-no-utf-8-forged",
        "bytes that are not UTF-8, signed with somebody else's secret",
        _CRASH,
        lambda true, _: replace(true, body=_not_utf8(true)).forged(),
        signed=True,
    ),
    refuses(
        "R13-deep-forged",
        "50,000 brackets, signed with somebody else's secret",
        _CRASH,
        lambda true, _: replace(true, body=_DEEP).forged(),
        NEVER_BELIEVED,
        signed=True,
    ),
    refuses(
        "R13-no-object",
        "JSON that is no object, rightly signed",
        "who signs what comes can still be wrong; an exception is a poor way to say so",
        lambda true, _: replace(true, body=b"[1, 2, 3]"),
        HANDLED_AT_BEST,
    ),
    refuses(
        "R13-content-length-too-long",
        "half a body, then the end, though Content-Length promises more",
        "a connection that breaks off must not keep a worker busy, nor count as delivered",
        lambda true, _: replace(true, body=_half(true), signed=true.body, framing=Framing.SHORT),
        ENDED,
    ),
)

CUT_ON_THE_WAY = refuses(
    "R13-cut-on-the-way",
    "half of the body, signed when it was whole",
    _LOST,
    lambda true, _: replace(true, body=_half(true), signed=true.body),
    signed=True,
)
"""It differs from half a body that was signed as such only where bodies are signed."""
