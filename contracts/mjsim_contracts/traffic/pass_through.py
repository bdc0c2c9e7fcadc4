"""A proxy that changes nothing: real traffic to a real API passes through, and is judged as it does."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from yarl import URL

from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.error import CheckError
from mjsim_contracts.proxy.stand import HOST, Listener, Stand
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.report.model import ExitCode, Report
from mjsim_contracts.terms import read_contract
from mjsim_contracts.traffic.call import Call
from mjsim_contracts.traffic.check import traffic_report
from mjsim_contracts.traffic.har import write_har


@dataclass(frozen=True, slots=True)
class PassThrough:
    """Passes requests on to `to`, an http or https URL. `har` is where the traffic is written in the end, keys left out."""

    to: str
    contract: Path
    host: str = HOST
    port: int = 0
    har: Path | None = None
    dialect: Dialect = MIDJOURNEY

    async def serve(self, announce: Callable[[str], None]) -> Report:
        """Serve until cancelled; then the report. `CheckError` where that cannot begin.

        `announce` is given the address, and a line for each call.
        """
        contract = read_contract(self.contract, self.dialect)
        start, began = time.monotonic(), datetime.now(UTC)
        stand = Stand(
            dialect=self.dialect, api=Listener(self.port, self.host), heard=lambda call: announce(_line(call))
        )
        async with Upstream(self._address()) as upstream:
            stand.serve(upstream, upstream)
            try:
                await stand.open()
            except OSError as error:
                # asyncio puts the address before the reason, which is in the sentence already.
                reason = str(error.strerror or error).rpartition("): ")[2]
                raise CheckError(f"cannot listen on {self.host}:{self.port}: {reason}", ExitCode.USAGE) from error
            announce(f"{stand.api.url} passes everything on to {self.to}; Ctrl-C ends it and shows the verdict.")
            # Being told to stop is how this ends.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.Event().wait()
            await stand.close()
        if self.har:
            write_har(self.har, stand.calls, self.to.rstrip("/"), began)
        return traffic_report(self.to, stand.calls, contract, time.monotonic() - start)

    def _address(self) -> str:
        try:
            url = URL(self.to)
        except ValueError:
            url = URL()
        if url.scheme not in {"http", "https"} or not url.host:
            raise CheckError(f"{self.to!r} is no http or https URL, such as https://api.example.com", ExitCode.USAGE)
        return self.to


def _line(call: Call) -> str:
    end = str(call.status) if call.status else "no answer"
    return f"{call.method} {call.path}  {end}  {(call.ended - call.arrived) * 1000:.0f} ms"
