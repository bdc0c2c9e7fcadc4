"""How far a check has come is shown on standard error while it runs, and never mixes with the report."""

import time
from collections.abc import Callable
from shutil import get_terminal_size
from typing import TextIO

from mjsim_contracts.report.printable import one_line

Progress = Callable[[int, int, str], None]
"""Told how much is done, of how much, and what is being done; a total of 0 is not known."""

_SECONDS_BETWEEN_LINES = 10.0


def silent(_done: int, _total: int, _text: str) -> None:
    """Show nothing."""


class LiveLine:
    """One line of a terminal, written over again and again; `close` wipes it."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def __call__(self, done: int, total: int, text: str) -> None:
        """Show the latest."""
        width = get_terminal_size().columns - 1
        self._write(one_line(_sentence(done, total, text), width))

    def close(self) -> None:
        """Leave an empty line to whatever is written next."""
        self._write("")

    def _write(self, text: str) -> None:
        self._stream.write(f"\r\x1b[2K{text}")
        self._stream.flush()


class SparseLines:
    """A plain line now and then, for logs that nobody watches."""

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._next = 0.0

    def __call__(self, done: int, total: int, text: str) -> None:
        """Show the latest, if it is time."""
        now = self._clock()
        if now >= self._next:
            self._next = now + _SECONDS_BETWEEN_LINES
            self._stream.write(one_line(_sentence(done, total, text)) + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Nothing is left open."""


def _sentence(done: int, total: int, text: str) -> str:
    return f"{done}/{total} {text}" if total else text
