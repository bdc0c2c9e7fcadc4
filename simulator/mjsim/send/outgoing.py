"""What is written in one round of the event loop leaves at its end, all of it in a row: who is woken by the first bytes is
awake for the others, and code that computes is not torn apart by calls of the system.
"""

import asyncio


class Outgoing:
    """Writes to the transports of one event loop."""

    def __init__(self) -> None:
        self._waiting: list[tuple[asyncio.WriteTransport, bytes]] = []

    def write(self, transport: asyncio.WriteTransport, data: bytes) -> None:
        """Write to the transport when this round ends."""
        if not self._waiting:
            asyncio.get_running_loop().call_soon(self._leave)
        self._waiting.append((transport, data))

    def _leave(self) -> None:
        waiting, self._waiting = self._waiting, []
        for transport, data in waiting:
            transport.write(data)
