"""What is written in one round of the event loop leaves at its end, all of it in a row.

A write that wakes who sleeps costs several times as much as one to somebody who is awake already, as clients and receivers
are when others were written to just before; and code that computes is not torn apart by calls of the system.
"""

import asyncio
from collections.abc import Callable

Write = Callable[[], None]


class Outgoing:
    """The writes of a round."""

    def __init__(self) -> None:
        self._waiting: list[Write] = []

    def add(self, write: Write) -> None:
        """Call it when this round ends, after those that were added before."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._leave)
        self._waiting.append(write)

    def _leave(self) -> None:
        waiting, self._waiting = self._waiting, []
        left = iter(waiting)
        try:
            for write in left:
                write()
        finally:
            # Nobody waits for ever because somebody else's write has failed.
            for write in left:
                self.add(write)
