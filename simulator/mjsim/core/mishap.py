"""What a sender can do wrong to a webhook, each wrong by one short name that every way of asking for it shares; `tampering`
says what the sender has to do for it.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from functools import partial
from typing import Final, NamedTuple

from mjsim.core.instant import DAY, MINUTE, SECOND
from mjsim.core.tampering import TRUTHFUL, Signing, Spelling, Tampering
from mjsim.core.value import changed


class Mishap(StrEnum):
    """The names, in the order in which they are listed to people."""

    DROP = "drop"
    """It never comes."""
    DOUBLE = "double"
    """It comes so many times at once, each with the same id."""
    REORDER = "reorder"
    """It comes after the one that follows it."""
    LATE = "late"
    """It comes so much later (simulated milliseconds), freshly signed."""
    LOST_ACK = "lost-ack"
    """The receiver's success is taken for lost, so the same message comes again."""
    UNKNOWN_JOB = "unknown-job"
    """It tells of a job that there never was."""
    EXTRA_FIELD = "extra-field"
    """Its body has a field that nobody knows."""
    UNKNOWN_EVENT = "unknown-event"
    """Its event has a name that nobody knows."""
    SPACED = "spaced"
    """The same JSON with white space, signed as it stands."""
    REORDERED_KEYS = "reordered-keys"
    """The same JSON with its names in another order, signed as it stands."""
    ESCAPED = "escaped"
    """The same JSON with escapes beyond ASCII, signed as it stands."""
    FORGED = "forged"
    """Its signature is made up."""
    UNSIGNED = "unsigned"
    """It has no signature."""
    WRONG_SECRET = "wrong-secret"  # noqa: S105 - a name
    """It is signed with a secret that is not the receiver's."""
    TAMPERED = "tampered"
    """Its body was changed after it was signed."""
    NO_COMMA = "no-comma"
    """Its signature has no comma."""
    EXTRA_TOKEN = "extra-token"  # noqa: S105 - a name
    """Right signatures, then one that cannot be read."""
    UNKNOWN_VERSION = "unknown-version"
    """A signature of an unknown version, then the right ones."""
    TRAILING_SPACE = "trailing-space"
    """Right signatures, then a space."""
    OLDEST_FIRST = "oldest-first"
    """During a rotation: the signature of the oldest secret comes first."""
    NEWEST_ONLY = "newest-only"
    """After a rotation: the signature of the newest secret alone."""
    STALE = "stale"
    """Its timestamp, correctly signed, is so old (real milliseconds)."""
    REPLAYED = "replayed"
    """Its timestamp is fresh, its signature was made so long ago (real milliseconds)."""
    SKEW = "skew"
    """The sender's clock is ahead by so much (real milliseconds)."""
    TRUNCATED = "truncated"
    """Its body is cut in half, and signed so."""
    EMPTY = "empty"
    """It has no body, and is signed so."""
    NOT_JSON = "not-json"
    """Its body is no JSON, and signed so."""
    NOT_UTF8 = "not-utf8"
    """Its body is no UTF-8, and signed so."""
    SLOW = "slow"
    """Its body comes so long after its head (real milliseconds)."""
    CHUNKED = "chunked"
    """Its body comes in chunks, without a length."""
    WRONG_LENGTH = "wrong-length"
    """Its Content-Length is more than is sent before the connection closes."""
    EXPECT_CONTINUE = "expect-continue"
    """It asks before it sends its body."""


class Wish(NamedTuple):
    """One thing to go wrong; `value` is how many times or how many milliseconds, 0 where neither is meant."""

    mishap: Mishap
    value: int = 0


TIMES: Final[Mapping[Mishap, int]] = {Mishap.DOUBLE: 2}
"""Those that take a number of times, and what it is unless it is said."""

SPANS: Final[Mapping[Mishap, int]] = {
    Mishap.LATE: MINUTE,
    Mishap.STALE: 10 * MINUTE,
    Mishap.REPLAYED: 10 * MINUTE,
    Mishap.SKEW: 2 * MINUTE,
    Mishap.SLOW: 10 * SECOND,
}
"""Those that take a duration, and what it is unless it is said."""

LONGEST: Final = 30 * DAY
MOST_TIMES: Final = 100

_NOBODY = "00000000-0000-4000-8000-000000000000"

_Change = Callable[[Tampering, int], Tampering]


def _set(told: Tampering, _value: int, **changes: object) -> Tampering:
    return changed(told, **changes)


def _wire(told: Tampering, _value: int, **changes: object) -> Tampering:
    return changed(told, wire=changed(told.wire, **changes))


def _field(told: Tampering, _value: int, name: str, content: object) -> Tampering:
    return changed(told, changes=(*told.changes, (name, content)))


def _body(told: Tampering, _value: int, replacement: bytes) -> Tampering:
    return changed(told, replacement=replacement, signs_breakage=True)


_TOLD: Final[Mapping[Mishap, _Change]] = {
    Mishap.DROP: partial(_set, drop=True),
    Mishap.DOUBLE: lambda told, times: changed(told, times=times),
    Mishap.REORDER: partial(_set, overtaken=True),
    Mishap.LATE: lambda told, span: changed(told, delay=span),
    Mishap.LOST_ACK: partial(_set, deaf=True),
    Mishap.UNKNOWN_JOB: lambda told, _: _field(_field(told, 0, "id", _NOBODY), 0, "job_id", _NOBODY),
    Mishap.EXTRA_FIELD: partial(_field, name="x_unknown", content={"of": "a later version"}),
    Mishap.UNKNOWN_EVENT: partial(_field, name="event", content="job.archived"),
    Mishap.SPACED: partial(_set, spelling=Spelling.SPACED),
    Mishap.REORDERED_KEYS: partial(_set, spelling=Spelling.REORDERED),
    Mishap.ESCAPED: partial(_set, spelling=Spelling.ESCAPED),
    Mishap.FORGED: partial(_set, signing=Signing.FORGED),
    Mishap.UNSIGNED: partial(_set, signing=Signing.MISSING),
    Mishap.WRONG_SECRET: partial(_set, signing=Signing.WRONG_SECRET),
    Mishap.TAMPERED: partial(_set, appends=b" "),
    Mishap.NO_COMMA: partial(_set, signing=Signing.NO_COMMA),
    Mishap.EXTRA_TOKEN: partial(_set, signing=Signing.EXTRA_TOKEN),
    Mishap.UNKNOWN_VERSION: partial(_set, signing=Signing.UNKNOWN_VERSION_FIRST),
    Mishap.TRAILING_SPACE: partial(_set, signing=Signing.TRAILING_SPACE),
    Mishap.OLDEST_FIRST: partial(_set, signing=Signing.OLDEST_FIRST),
    Mishap.NEWEST_ONLY: partial(_set, signing=Signing.NEWEST_ONLY),
    Mishap.STALE: lambda told, span: changed(told, skew=-span // SECOND),
    Mishap.REPLAYED: lambda told, span: changed(told, signed_skew=-span // SECOND),
    Mishap.SKEW: lambda told, span: changed(told, skew=span // SECOND),
    Mishap.TRUNCATED: partial(_set, keeps=0.5, signs_breakage=True),
    Mishap.EMPTY: partial(_body, replacement=b""),
    Mishap.NOT_JSON: partial(_body, replacement=b"this is no JSON"),
    Mishap.NOT_UTF8: partial(_body, replacement=b'{"job_id": "\xff\xfe"}'),
    Mishap.SLOW: lambda told, span: _wire(told, 0, pause=span / SECOND),
    Mishap.CHUNKED: partial(_wire, chunked=True),
    Mishap.WRONG_LENGTH: partial(_wire, length_error=10, breaks_off=True),
    Mishap.EXPECT_CONTINUE: partial(_wire, expect_continue=True),
}


def tampering(wishes: Iterable[Wish]) -> Tampering:
    """What the sender has to do for all of these to go wrong; of two that exclude each other the later is done."""
    told = TRUTHFUL
    for wish in wishes:
        told = _TOLD[wish.mishap](told, wish.value)
    return told
