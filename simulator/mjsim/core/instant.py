"""Time is an integer: an `Instant` counts milliseconds since 1970-01-01T00:00Z, and nothing here reads a clock."""

from datetime import UTC, datetime, timedelta
from typing import NewType

Instant = NewType("Instant", int)
"""Milliseconds since the Unix epoch, in simulated time."""

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

BEGINNING = Instant(0)
"""1970-01-01T00:00Z: an instant before any that is asked about."""

NEVER = Instant(253_402_300_799_000)
"""9999-12-31T23:59:59Z, the last second that RFC 3339 can write: an instant that does not come."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def later(instant: Instant, milliseconds: int) -> Instant:
    """The instant so many milliseconds after the given one; never beyond `NEVER`."""
    return Instant(min(instant + milliseconds, NEVER))


def rfc3339(instant: Instant) -> str:
    """The instant as RFC 3339 writes it, in UTC, with milliseconds: `2026-01-31T23:59:59.999Z`."""
    stamp = (_EPOCH + timedelta(milliseconds=instant)).isoformat(timespec="milliseconds")
    return stamp[:-6] + "Z"


def parse_rfc3339(text: str) -> Instant:
    """The instant that RFC 3339 writes so, cut to milliseconds; ValueError where it does not, or names no time zone."""
    stamp = datetime.fromisoformat(text)
    if stamp.tzinfo is None:
        raise ValueError("it names no time zone")
    return Instant((stamp - _EPOCH) // timedelta(milliseconds=1))
