"""A span of time is written as a number and its unit, `250ms`, `60s`, `5m`, `2h` or `15d`, wherever a person writes one."""

import re

from mjsim.core.error import InvalidParameter
from mjsim.core.instant import DAY, HOUR, MINUTE, SECOND

_PATTERN = re.compile(r"([0-9]{1,12})(?:\.([0-9]{1,3}))?(ms|s|m|h|d)", re.ASCII)
_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}


def parse_duration(text: str, place: str) -> int:
    """Milliseconds, rounded down; `InvalidParameter` names the place where what is no duration stood."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise InvalidParameter(f"{place}: {text[:40]!r} is no duration such as 250ms, 60s, 5m or 2h.")
    unit = _UNITS[match[3]]
    fraction = (match[2] or "0").ljust(3, "0")
    return int(match[1]) * unit + int(fraction) * unit // 1000
