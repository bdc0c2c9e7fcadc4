"""A check waits for jobs through one interface, whether time passes by itself or a server's clock can be moved."""

import time
from collections.abc import Callable
from typing import Protocol


class Patience(Protocol):
    """How long a check is ready to wait, and how it does so."""

    @property
    def spent(self) -> bool:
        """Whether nothing more is to be waited for."""

    def wait(self, seconds: float) -> None:
        """Let so much of the server's time pass."""


class RealTime:
    """Waits as everybody does, for so many seconds at most altogether."""

    def __init__(
        self, seconds: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._end = clock() + seconds

    @property
    def spent(self) -> bool:
        """Whether the time is over."""
        return self._clock() >= self._end

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the end."""
        self._sleep(max(0.0, min(seconds, self._end - self._clock())))
