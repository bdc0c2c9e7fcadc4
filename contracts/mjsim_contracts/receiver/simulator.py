"""The API behind the deliveries is a simulator of its own process, started for one check and ended with it."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from mjsim_contracts.error import CheckError

_OPTIONS = ("--host", "127.0.0.1", "--port", "0", "--log-format", "json", "--no-mcp")

_START_SECONDS = 60.0
"""Generous, so that a busy machine is not taken for a simulator that does not start."""


@dataclass(frozen=True, slots=True)
class Api:
    """A base URL without the path of an API, and a key that it accepts."""

    url: str
    key: str


@contextlib.asynccontextmanager
async def simulator(seed: int, options: tuple[str, ...]) -> AsyncIterator[Api]:
    """A simulator for as long as the context lasts; CheckError with its last words where it does not start."""
    settings = {name: text for name, text in os.environ.items() if not name.startswith(("MJSIM_", "MIDJOURNEY_"))}
    with TemporaryFile() as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "mjsim", "serve", *_OPTIONS, *options, "--seed", str(seed)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
            env=settings,
        )
        try:
            yield await _ready(process, log)
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


async def _ready(process: asyncio.subprocess.Process, log: IO[bytes]) -> Api:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_START_SECONDS):
            line = await process.stdout.readline()
        ready = json.loads(line)
        return Api(ready["url"], ready["key"])
    except (TimeoutError, ValueError, KeyError) as error:
        log.seek(0)
        words = log.read().decode("utf-8", "replace").strip().splitlines()
        raise CheckError(f"the simulator did not start: {words[-1] if words else 'it said nothing'}") from error
