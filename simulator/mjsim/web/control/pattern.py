"""A pattern that a fault searches for takes a bounded time: one that would search without end stops nobody's requests."""

import math
import re

SECONDS = 0.05
"""How long one search may take, in real time."""

MOST_REPEATS = 10_000
"""How often all counted repeats of a pattern may repeat together: compiled, each one is written out."""

_COUNTS = re.compile(r"\{([0-9]*),?([0-9]*)\}", re.ASCII)


class BoundedPattern:
    """Implements `core.fault.Pattern` with the regular expressions of Python; ValueError where the text is none."""

    def __init__(self, text: str) -> None:
        import regex

        counts = [max(int(count[:9] or 1) for count in found) for found in _COUNTS.findall(text)]
        if math.prod(max(count, 1) for count in counts) > MOST_REPEATS:
            raise ValueError(f"it repeats more than {MOST_REPEATS} times")
        try:
            self._compiled = regex.compile(text)
        except regex.error as error:
            raise ValueError(error) from None
        self._endless = False

    def search(self, text: str) -> bool:
        """See `core.fault.Pattern`. What has once taken too long is not tried again."""
        if self._endless:
            raise TimeoutError
        try:
            return self._compiled.search(text, timeout=SECONDS) is not None
        except (TimeoutError, MemoryError):
            self._endless = True
            raise TimeoutError from None
