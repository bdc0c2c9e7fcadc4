"""Time is an integer: an `Instant` counts milliseconds since 1970-01-01T00:00Z, and nothing here reads a clock."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, NewType

if TYPE_CHECKING:
    Instant = NewType("Instant", int)
    """Milliseconds since the Unix epoch, in simulated time."""
else:
    # The same value in half the time: a dozen instants are made for each request.
    Instant = int

SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

BEGINNING = Instant(0)
"""1970-01-01T00:00Z: an instant before any that is asked about."""

NEVER = Instant(253_402_300_799_000)
"""9999-12-31T23:59:59Z, the last second that RFC 3339 can write: an instant that does not come."""

HORIZON = Instant(221_845_392_000_000)
"""9000-01-01T00:00Z: nothing from here on comes. What is put off without end is planned beyond it and keeps its spans."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
"""The units of durations, in milliseconds."""

_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?)(ms|s|m|h|d)", re.ASCII)
_DURATION = re.compile(rf"(?:{_PART.pattern})+", re.ASCII)


def parse_duration(text: str) -> int:
    """The milliseconds of a duration such as `250ms`, `90s` or `1h30m`; ValueError says what one looks like."""
    if not _DURATION.fullmatch(text):
        raise ValueError("has to be a duration such as 250ms, 90s, 1h30m or 2d")
    return min(sum(round(float(number) * UNITS[unit]) for number, unit in _PART.findall(text)), NEVER)


def parse_rfc3339(text: str) -> Instant:
    """The instant that RFC 3339 text names, offsets heeded; ValueError says what it looks like."""
    try:
        stamp = datetime.fromisoformat(text)
        if stamp.tzinfo is None:
            raise ValueError
        milliseconds = (stamp - _EPOCH) // timedelta(milliseconds=1)
    except (ValueError, OverflowError):
        raise ValueError("has to be a date and a time with an offset, such as 2026-01-31T12:00:00Z") from None
    return Instant(min(max(milliseconds, BEGINNING), NEVER))


def later(instant: Instant, milliseconds: int) -> Instant:
    """The instant so many milliseconds after the given one; never beyond `NEVER`."""
    return Instant(min(instant + milliseconds, NEVER))


def rfc3339(instant: Instant) -> str:
    """The instant as RFC 3339 writes it, in UTC, with milliseconds: `2026-01-31T23:59:59.999Z`."""
    seconds, milliseconds = divmod(instant, SECOND)
    return f"{_second(seconds)}.{milliseconds:03}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    return (_EPOCH + timedelta(seconds=seconds)).isoformat()[:-6]
