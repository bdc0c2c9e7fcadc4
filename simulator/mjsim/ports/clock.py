"""Time, as whoever needs it sees it."""

from collections.abc import Callable
from typing import Protocol

from mjsim.core.instant import Instant

Wall = Callable[[], float]
"""The real time in Unix seconds: receivers hold timestamps against it."""


class Clock(Protocol):
    """Simulated time: a line over real time that can be bent, and never goes back."""

    def now(self) -> Instant:
        """The present instant."""
        ...

    @property
    def rate(self) -> float:
        """How many simulated seconds a real one is; 0 where time stands still."""
        ...

    def run_at(self, rate: float) -> None:
        """Go on from the present at this rate."""
        ...

    def jump(self, instant: Instant) -> None:
        """Be at this instant at once; an instant that is past is passed over."""
        ...

    def watch(self, moved: Callable[[], None]) -> None:
        """Call `moved` whenever the rate changes or time jumps."""
        ...

    def real_seconds(self, milliseconds: int) -> float:
        """How long so much simulated time takes; where time stands still, as if it ran at rate 1."""
        ...

    def simulated(self, seconds: float) -> int:
        """How many simulated milliseconds so much real time is; where time stands still, as if it ran at rate 1."""
        ...
