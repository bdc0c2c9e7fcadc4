"""A span of time is written as numbers and units, `250ms`, `60s`, `1h30m`, wherever a person writes one."""

from mjsim.core import instant
from mjsim.core.error import InvalidParameter


def parse_duration(text: str, place: str) -> int:
    """Milliseconds; `InvalidParameter` names the place where what is no duration stood."""
    try:
        return instant.parse_duration(text)
    except ValueError:
        raise InvalidParameter(f"{place}: {text[:40]!r} is no duration such as 250ms, 60s, 1h30m or 2d.") from None
