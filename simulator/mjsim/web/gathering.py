"""What a server writes in one round of the event loop leaves at its end, in one write for each connection."""

import asyncio
from typing import Any

from mjsim.outgoing import Outgoing

_ENOUGH = 64 * 1024
"""So many bytes of one connection wait for nobody: from here on its transport says when to go on."""


class GatheredTransport:
    """Does what its transport does, in the same order; only its writes wait for the end of the round."""

    def __init__(self, transport: asyncio.Transport, outgoing: Outgoing) -> None:
        self._transport = transport
        self._outgoing = outgoing
        self._parts: list[bytes] = []
        self._size = 0
        # What is asked for every request, and does not depend on what was written.
        self.get_extra_info, self.is_closing = transport.get_extra_info, transport.is_closing
        self.pause_reading, self.resume_reading = transport.pause_reading, transport.resume_reading

    def __getattr__(self, name: str) -> Any:
        self.flush()
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """See asyncio; `data` is not changed any more."""
        if not self._parts:
            self._outgoing.add(self.flush)
        self._parts.append(data)
        self._size += len(data)
        if self._size >= _ENOUGH:
            self.flush()

    def get_write_buffer_size(self) -> int:
        """See asyncio."""
        return self._size + self._transport.get_write_buffer_size()

    def flush(self) -> None:
        """Send what was written."""
        if self._parts:
            parts, self._parts, self._size = self._parts, [], 0
            self._transport.write(parts[0] if len(parts) == 1 else b"".join(parts))
