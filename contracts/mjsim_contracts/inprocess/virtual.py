"""While a conversation is held its thread never waits: each sleep, and each wait of its event loop, moves the clocks on.

Nothing of it is left when the conversation is over, and no other thread sees any of it.
"""

import asyncio
import selectors
import sys
import threading
import time
from asyncio import events
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

_CLOCKS = ("time", "monotonic", "perf_counter")

Place = tuple[dict[str, Any], str]
"""A name in a namespace."""


class Endless(BaseException):
    """The client goes on and on. No client's `except Exception` takes it for an error of the server."""


def sleepers(more: dict[str, Any]) -> list[Place]:
    """The names by which `time.sleep` is known to modules, and in one more namespace, which need not be a module's."""
    found = {id(each): each for each in [more, *(getattr(module, "__dict__", {}) for module in sys.modules.values())]}
    return [(each, name) for each in found.values() for name, value in list(each.items()) if value is time.sleep]


class VirtualTime:
    """Holds for its context; `passed` is how many seconds were slept. `Endless` at the sleep after the last of `sleeps`."""

    def __init__(self, places: list[Place], sleeps: int) -> None:
        self._places = places
        self._left = sleeps
        self._undo: list[tuple[dict[str, Any], str, Any]] = []
        self.passed = 0.0

    def __enter__(self) -> Self:
        self._thread = threading.get_ident()
        slept = self._sleep(time.sleep)
        for namespace, name in self._places:
            self._put(namespace, name, slept)
        for name in _CLOCKS:
            self._put(vars(time), name, self._clock(getattr(time, name), 1))
            self._put(vars(time), f"{name}_ns", self._clock(getattr(time, f"{name}_ns"), 1_000_000_000))
        made = self._loop(events.new_event_loop)
        for module in (events, asyncio):
            self._put(vars(module), "new_event_loop", made)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        while self._undo:
            namespace, name, value = self._undo.pop()
            namespace[name] = value

    def pass_by(self, seconds: float) -> None:
        """Let so many seconds be over."""
        self._left -= 1
        if self._left < 0:
            raise Endless("it sleeps again and again")
        self.passed += seconds

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """An event loop of this time."""
        return asyncio.SelectorEventLoop(_Selector(self))

    def _put(self, namespace: dict[str, Any], name: str, value: object) -> None:
        self._undo.append((namespace, name, namespace[name]))
        namespace[name] = value

    def _sleep(self, real: Callable[[float], None]) -> Callable[[float], None]:
        def sleep(seconds: float) -> None:
            if threading.get_ident() != self._thread or not seconds >= 0:
                return real(seconds)
            return self.pass_by(seconds)

        return sleep

    def _clock(self, real: Callable[[], float], unit: int) -> Callable[[], float]:
        def clock() -> float:
            if threading.get_ident() != self._thread:
                return real()
            return real() + (self.passed if unit == 1 else int(self.passed * unit))

        return clock

    def _loop(self, real: Callable[[], asyncio.AbstractEventLoop]) -> Callable[[], asyncio.AbstractEventLoop]:
        def new_event_loop() -> asyncio.AbstractEventLoop:
            return self.new_loop() if threading.get_ident() == self._thread else real()

        return new_event_loop


class _Selector(selectors.DefaultSelector):
    """Never waits for a moment to come."""

    def __init__(self, clock: VirtualTime) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; where nothing is, the moment has come."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        ready = super().select(0)
        if not ready:
            self._clock.pass_by(timeout)
        return ready
