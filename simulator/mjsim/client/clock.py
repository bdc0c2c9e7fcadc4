"""The clock of a simulator, moved from outside: each call answers when everything that was due has happened."""

from typing import cast

from mjsim.client.shape import ClockState, Walk
from mjsim.client.wire import Wire


class Clock:
    """Durations read `250ms`, `90s`, `1h30m`; instants are RFC 3339."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def show(self) -> ClockState:
        """What time it is, and how fast it goes."""
        return cast("ClockState", self._wire.ask("GET", "/_sim/clock"))

    def advance(self, duration: str) -> Walk:
        """Move on by so much."""
        return self._walk({"by": duration})

    def advance_to(self, instant: str) -> Walk:
        """Move on to an instant."""
        return self._walk({"to": instant})

    def advance_job(self, job_id: str) -> Walk:
        """Move on to the next moment of a job."""
        return self._walk({"job": job_id})

    def advance_until_quiet(self) -> Walk:
        """Move on until no job is on its way and nothing is left to deliver."""
        return self._walk({"until": "quiet"})

    def run_at(self, rate: float) -> ClockState:
        """Let so many simulated seconds pass in a real one; 0 stops time."""
        return self._set({"rate": rate})

    def freeze(self) -> ClockState:
        """Let time stand still, between requests as at them."""
        return self._set({"rate": 0, "step": "0s"})

    def step(self, duration: str) -> ClockState:
        """Let so much time pass at each API request; `0s` for none."""
        return self._set({"step": duration})

    def _set(self, change: dict[str, object]) -> ClockState:
        return cast("ClockState", self._wire.ask("PUT", "/_sim/clock", change))

    def _walk(self, way: dict[str, str]) -> Walk:
        return cast("Walk", self._wire.ask("POST", "/_sim/clock/advance", way))
