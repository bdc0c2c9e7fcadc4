"""Simulated time is a line over real time: two base points and a rate. Nobody else reads the machine's clock."""

import time

from mjsim.core.instant import Instant


class LineClock:
    """Simulated time that starts at an instant and runs `rate` times as fast as real time, from when it was made."""

    def __init__(self, start: Instant | None = None, rate: float = 1.0) -> None:
        self._simulated = wall_clock() if start is None else start
        self._real = time.monotonic()
        self._rate = rate

    def now(self) -> Instant:
        """The present simulated instant; it never goes back."""
        return Instant(self._simulated + int((time.monotonic() - self._real) * 1000 * self._rate))

    def real_seconds(self, milliseconds: int) -> float:
        """How long so much simulated time takes in the real world."""
        return milliseconds / 1000 / self._rate


class HandClock:
    """Simulated time that stands still until it is moved by hand."""

    def __init__(self, start: Instant) -> None:
        self._now = start

    def now(self) -> Instant:
        """The instant at which time stands."""
        return self._now

    def real_seconds(self, milliseconds: int) -> float:
        """Taken as real time, since nobody can tell when the hand will move."""
        return milliseconds / 1000

    def advance(self, milliseconds: int) -> Instant:
        """Move on by so much; time does not go back."""
        self._now = Instant(self._now + max(0, milliseconds))
        return self._now


def wall_clock() -> Instant:
    """The machine's own time as an instant."""
    return Instant(time.time_ns() // 1_000_000)
