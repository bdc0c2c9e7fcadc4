"""One simulator process serves all runs of a check; each run has a key, and so a world, of its own."""

import asyncio
import contextlib
import json
import os
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mjsim_contracts.error import CheckError

SIMULATOR = (sys.executable, "-m", "mjsim")
"""The command that starts a simulator."""

OPTIONS = ("serve", "--host", "127.0.0.1", "--port", "0", "--log-format", "json", "--pace", "instant")
"""What makes it one for clients under test: its jobs are done at once, and it says where it listens."""

_SECONDS = 20


@asynccontextmanager
async def simulator(seed: int, program: Sequence[str] = SIMULATOR) -> AsyncIterator[str]:
    """The URL of a simulator whose jobs are done at once; it ends with the context. `CheckError` where none starts."""
    process = await asyncio.create_subprocess_exec(
        *program,
        *OPTIONS,
        "--seed",
        str(seed),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=plain_environment() | {"PYTHONUNBUFFERED": "1"},
        # Ctrl-C in a terminal reaches the whole group; the check ends its simulator itself, last.
        start_new_session=True,
    )
    try:
        yield await _ready(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def plain_environment() -> dict[str, str]:
    """The environment without the variables that mean a simulator."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("MJSIM_", "MIDJOURNEY_"))}


async def _ready(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), _SECONDS)
        url: str = json.loads(line)["url"]
    except (TimeoutError, ValueError, KeyError) as error:
        raise CheckError("the simulator that the client is checked against did not start") from error
    return url
