"""Whether a delivery is tried again, and when, is decided by data and returned as a value; nothing here waits."""

import re
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import NamedTuple

from mjsim.core.chance import digest
from mjsim.core.delivery import Problem, Reply, Standing
from mjsim.core.error import SettingsError
from mjsim.core.instant import DAY, HOUR, MINUTE, SECOND, Instant, later
from mjsim.core.value import Frozen

LONGEST_PATIENCE = DAY
"""How far a `Retry-After` may put off the next attempt."""

_DISABLED = 410


class RetryPolicy(Frozen):
    """`pauses` are the simulated milliseconds between one attempt and the next; `jitter` is the share by which chance
    shortens or lengthens them; without `progress`, news that is not final is tried once.
    """

    pauses: tuple[int, ...]
    jitter: float = 0.0
    progress: bool = True

    def grants(self, number: int, *, final: bool) -> bool:
        """Whether attempt `number` (from 1 on) may be followed by another one."""
        return number <= len(self.pauses) and (final or self.progress)


_STANDARD = (5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR)

POLICIES: Mapping[str, RetryPolicy] = {
    "standard": RetryPolicy(_STANDARD, jitter=0.2),
    "terminal-only": RetryPolicy(_STANDARD, jitter=0.2, progress=False),
    "none": RetryPolicy(()),
}
"""By name: the schedule of Standard Webhooks 1.0.0 (attempts at 0, 5 s, 5 min, 35 min, 2.5 h … 75.5 h); the same for
final news only; a single attempt."""

_UNITS = {"ms": 1, "s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
_PAUSE = re.compile(r"([0-9]{1,6})(ms|s|m|h|d)", re.ASCII)
_MOST_PAUSES = 50
_LONGEST_PAUSE = 30 * DAY


def parse_retries(text: str) -> RetryPolicy:
    """The policy of this name, or of a list of pauses such as `5s,1m,10m`, which has no jitter."""
    if (known := POLICIES.get(text)) is not None:
        return known
    found = [_PAUSE.fullmatch(part.strip()) for part in text.split(",")]
    pauses = tuple(int(match[1]) * _UNITS[match[2]] for match in found if match)
    if len(pauses) != len(found) or len(pauses) > _MOST_PAUSES or not all(0 < one <= _LONGEST_PAUSE for one in pauses):
        names = ", ".join(POLICIES)
        raise SettingsError(f"has to be {names}, or up to {_MOST_PAUSES} pauses of up to 30 days, such as 5s,1m,10m")
    return RetryPolicy(pauses)


class Outcome(NamedTuple):
    """What an attempt led to. `due` is the instant of the next one where there is one."""

    standing: Standing
    due: Instant | None = None


_UNSENT = {
    Problem.TARGET: Standing.REFUSED,
    Problem.DISABLED: Standing.DISABLED,
    Problem.DROPPED: Standing.DROPPED,
}
"""Where a delivery that was not even sent stands."""


def judge(
    policy: RetryPolicy, reply: Reply, *, number: int, final: bool, patience: int, chance: float, now: Instant
) -> Outcome:
    """What follows from attempt `number` (1 is the first) that ended now.

    `patience` is the least pause, in simulated milliseconds, that the receiver has asked for; `chance` in [0, 1) draws
    the jitter.
    """
    if reply.successful:
        return Outcome(Standing.DELIVERED)
    if reply.status == _DISABLED:
        return Outcome(Standing.DISABLED)
    if reply.problem in _UNSENT:
        return Outcome(_UNSENT[reply.problem])
    if not policy.grants(number, final=final):
        return Outcome(Standing.GIVEN_UP)
    pause = int(policy.pauses[number - 1] * (1 + policy.jitter * (2 * chance - 1)))
    return Outcome(Standing.RETRYING, later(now, max(pause, min(patience, LONGEST_PATIENCE))))


def jitter(seed: int, message: str, number: int) -> float:
    """The chance in [0, 1) that belongs to the pause after attempt `number` of a message."""
    return int.from_bytes(digest("jitter", str(seed), message, str(number), size=4), "big") / (1 << 32)


def asked_seconds(reply: Reply, real: float) -> float:
    """The real seconds that a failed attempt's `Retry-After` asks for, counted from the Unix time `real`; 0 where it has
    none that can be read.
    """
    text = next((value.strip() for name, value in reply.headers if name.lower() == "retry-after"), "")
    if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - real)
    except (ValueError, OverflowError):
        return 0.0
