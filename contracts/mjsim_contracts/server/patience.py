"""A check waits for jobs through one interface, whether time passes by itself or a server's clock can be moved."""

import time
from collections.abc import Callable
from typing import Protocol

from mjsim_contracts.server.clock import ManualClock

_PAUSE = 0.25
"""Real seconds between two looks."""

_STEP, _GROWTH, _MOST = 2.0, 1.05, 1800.0
"""Seconds of a clock that is moved: between the first two looks, how that grows, and altogether. The longest jobs that
were seen took 13 minutes; a job that sticks costs no more than eighty looks.
"""


class Patience(Protocol):
    """How long a check is ready to wait, and how it does so."""

    @property
    def left(self) -> float:
        """For how many seconds of the server's time it goes on waiting."""

    @property
    def spent(self) -> bool:
        """Whether nothing more is to be waited for."""

    def wait(self) -> None:
        """Let enough of the server's time pass for another look."""


class RealTime:
    """Waits as everybody does, for so many seconds at most altogether."""

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    @property
    def left(self) -> float:
        """What is left of the seconds."""
        return max(0.0, self._end - self._clock())

    @property
    def spent(self) -> bool:
        """Whether the time is over."""
        return self.left <= 0

    def wait(self) -> None:
        """Sleep, but not beyond the end."""
        self._sleep(min(_PAUSE, self.left))


class MovedTime:
    """Waits by moving the server's clock, for half an hour of its time at most altogether; nothing is slept away."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self._step, self._left = _STEP, _MOST

    @property
    def left(self) -> float:
        """What is left of that time."""
        return self._left

    @property
    def spent(self) -> bool:
        """Whether it is over, or the server lets nobody move its clock any more."""
        return self._left <= 0

    def wait(self) -> None:
        """Move the clock on."""
        self._left = self._left - self._step if self._clock.advance(self._step) else 0.0
        self._step *= _GROWTH


def patience(clock: ManualClock | None, seconds: float) -> Patience:
    """Where the clock cannot be moved, of so many real seconds."""
    return MovedTime(clock) if clock else RealTime(seconds)
