"""Simulated time is a line over real time: two base points and a rate. Nobody else reads the machine's clock."""

import time
from collections.abc import Callable

from mjsim.core.instant import Instant

_LONGEST_SECONDS = 1e9
"""Longer than anybody waits, and still a number: a rate may be as small as numbers get."""


class LineClock:
    """Simulated time from `start` on, at `rate` simulated seconds a real one; at rate 0 it stands still."""

    def __init__(self, start: Instant | None = None, rate: float = 1.0) -> None:
        self._simulated = wall_clock() if start is None else start
        self._real = time.monotonic()
        self._rate = rate
        self._watchers: list[Callable[[], None]] = []

    def now(self) -> Instant:
        """See `ports.Clock`."""
        if not self._rate:
            return self._simulated
        return Instant(self._simulated + int((time.monotonic() - self._real) * 1000 * self._rate))

    @property
    def rate(self) -> float:
        """See `ports.Clock`."""
        return self._rate

    def run_at(self, rate: float) -> None:
        """See `ports.Clock`."""
        self._begin(self.now(), rate)

    def jump(self, instant: Instant) -> None:
        """See `ports.Clock`."""
        self._begin(max(self.now(), instant), self._rate)

    def advance(self, milliseconds: int) -> Instant:
        """Move on by so much; the instant that is reached."""
        self.jump(Instant(self.now() + milliseconds))
        return self.now()

    def watch(self, moved: Callable[[], None]) -> None:
        """See `ports.Clock`."""
        self._watchers.append(moved)

    def real_seconds(self, milliseconds: int) -> float:
        """See `ports.Clock`."""
        return min(milliseconds / 1000 / (self._rate or 1.0), _LONGEST_SECONDS)

    def simulated(self, seconds: float) -> int:
        """See `ports.Clock`."""
        return int(seconds * 1000 * (self._rate or 1.0))

    def _begin(self, simulated: Instant, rate: float) -> None:
        self._simulated, self._real, self._rate = simulated, time.monotonic(), rate
        for moved in self._watchers:
            moved()


def wall_clock() -> Instant:
    """The machine's own time as an instant."""
    return Instant(time.time_ns() // 1_000_000)
