"""Deliveries as bytes on connections of their own: lengths that lie, bodies that drip or break off, answers nobody awaits.

No HTTP library would send these, which is why none is used.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

from mjsim_contracts.receiver.answer import Answer, Garbled, Silence, read_body, read_head
from mjsim_contracts.receiver.delivery import Delivery, Framing
from mjsim_contracts.receiver.target import Target

TIMEOUT = 15.0
"""Seconds after which a sender gives up: the least that Standard Webhooks recommends."""

_MISSING = 100
"""Bytes that Content-Length promises beyond those that come."""

_DRIPS, _DRIP_SECONDS = 20, 0.1
_PATIENCE_FOR_100 = 1.0
_PATIENCE_AFTER_THE_END = 5.0


@dataclass(frozen=True, slots=True)
class Wire:
    """Sends what a key signs to one target."""

    target: Target
    key: bytes
    timeout: float = TIMEOUT

    def head(self, delivery: Delivery) -> bytes:
        """Request line and headers, signed now."""
        fields = [
            ("Host", self.target.authority),
            ("Content-Type", "application/json"),
            ("User-Agent", "mjsim-check"),
            ("Connection", "close"),
            *delivery.fields(self.key, int(time.time())),
        ]
        length = len(delivery.body)
        if delivery.framing is Framing.CHUNKED:
            fields.append(("Transfer-Encoding", "chunked"))
        else:
            extra = _MISSING if delivery.framing in {Framing.SHORT, Framing.STALL} else 0
            fields.append(("Content-Length", str(length + extra)))
        if delivery.framing is Framing.EXPECT:
            fields.append(("Expect", "100-continue"))
        lines = [f"POST {self.target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields)]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    async def send(self, delivery: Delivery, gate: asyncio.Event | None = None) -> Answer:
        """The answer. The delivery waits at the gate: before its first byte, or where it is to stall, before its end."""
        start = time.perf_counter()
        try:
            async with asyncio.timeout(self.timeout), self._connection() as (reader, writer):
                status, headers, body = await self._exchange(delivery, reader, writer, gate)
            return Answer(status, time.perf_counter() - start, None, headers, body)
        except TimeoutError:
            silence = Silence.TIMEOUT
        except ConnectionRefusedError:
            silence = Silence.REFUSED
        except (asyncio.IncompleteReadError, OSError):
            silence = Silence.CLOSED
        except Garbled:
            silence = Silence.GARBLED
        except _Left:
            silence = Silence.UNAWAITED
        return Answer(0, time.perf_counter() - start, silence)

    @contextlib.asynccontextmanager
    async def _connection(self) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection(self.target.host, self.target.port, ssl=self.target.tls)
        try:
            yield reader, writer
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _exchange(
        self,
        delivery: Delivery,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        gate: asyncio.Event | None,
    ) -> tuple[int, dict[str, str], str]:
        if gate and delivery.framing is not Framing.STALL:
            await gate.wait()
        writer.write(self.head(delivery))
        if delivery.framing is Framing.EXPECT and (early := await _before_the_body(reader)):
            return *early, await read_body(reader, early[1])
        # A receiver may answer before it has read everything, and close: its answer is still to be read.
        with contextlib.suppress(ConnectionError):
            await _write_body(delivery, writer)
            if delivery.framing is Framing.STALL and gate:
                await gate.wait()
            if delivery.framing in {Framing.SHORT, Framing.STALL} and writer.can_write_eof():
                writer.write_eof()
        if delivery.framing in {Framing.ABANDONED, Framing.CUT}:
            raise _Left
        short = delivery.framing in {Framing.SHORT, Framing.STALL}
        async with asyncio.timeout(min(_PATIENCE_AFTER_THE_END, self.timeout / 2) if short else None):
            status, headers = await read_head(reader)
            while 100 <= status < 200:
                status, headers = await read_head(reader)
        return status, headers, await read_body(reader, headers)


class _Left(Exception):
    """The sender went away without waiting for an answer."""


async def _before_the_body(reader: asyncio.StreamReader) -> tuple[int, dict[str, str]] | None:
    """The final answer of a receiver that does not want the body; None where it asks for it, or says nothing."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_PATIENCE_FOR_100):
            status, headers = await read_head(reader)
            return None if status < 200 else (status, headers)
    return None


async def _write_body(delivery: Delivery, writer: asyncio.StreamWriter) -> None:
    body = delivery.body
    if delivery.framing is Framing.CHUNKED:
        step = max(1, len(body) // 3)
        for start in range(0, len(body), step):
            piece = body[start : start + step]
            writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        writer.write(b"0\r\n\r\n")
    elif delivery.framing is Framing.DRIP:
        step = -(-len(body) // _DRIPS) or 1
        for start in range(0, len(body), step):
            writer.write(body[start : start + step])
            await writer.drain()
            await asyncio.sleep(_DRIP_SECONDS)
    else:
        writer.write(body[: len(body) // 2] if delivery.framing is Framing.CUT else body)
    await writer.drain()
