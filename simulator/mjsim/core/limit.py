"""A rate limit counts what was accepted in the window that ends now, so it needs no counter and survives a restart."""

import re
from collections.abc import Sequence

from mjsim.core.error import SettingsError
from mjsim.core.instant import HOUR, MINUTE, SECOND, Instant
from mjsim.core.value import Frozen

_PATTERN = re.compile(r"([1-9][0-9]{0,8})/([1-9][0-9]{0,8})?([smh])", re.ASCII)
_UNITS = {"s": SECOND, "m": MINUTE, "h": HOUR}


class RateLimit(Frozen):
    """At most `count` in any `window` simulated milliseconds."""

    count: int
    window: int

    def wait(self, accepted: Sequence[Instant], now: Instant) -> int:
        """How long until one more fits, given when the `count` latest were accepted, oldest first; 0 if it fits now."""
        return 0 if len(accepted) < self.count else max(0, accepted[0] + self.window - now)


def parse_rate_limit(text: str) -> RateLimit:
    """What `10/60s`, `30/m` or `500/h` means."""
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise SettingsError(f"rate limit {text!r} is not of the form COUNT/WINDOW, such as 10/60s, 30/m or 500/h.")
    return RateLimit(int(match[1]), int(match[2] or 1) * _UNITS[match[3]])
