"""A command is run in a process group of its own, against a deadline, and the whole group has ended when the run has."""

import asyncio
import contextlib
import os
import shlex
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mjsim_contracts.client.simulator import plain_environment
from mjsim_contracts.error import CheckError

URL_VARIABLE = "MIDJOURNEY_BASE_URL"
KEY_VARIABLE = "MIDJOURNEY_TOKEN"

_GRACE = 0.5
"""How many seconds a group is given between being asked and being made to end."""

_TAIL = 16_000
"""How many bytes of output are kept."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: `code` is negative for a signal and None where the deadline came first; `seconds` it took."""

    code: int | None
    seconds: float
    output: str


@dataclass(frozen=True, slots=True)
class Command:
    """What is run. `variables` are templates of the environment, in which {url}, {host}, {port}, {key} and {secret} are
    replaced; `secret` is what webhooks are signed with.
    """

    arguments: Sequence[str]
    variables: Mapping[str, str]
    secret: str = ""

    async def run(self, url: str, key: str, seconds: float) -> Ended:
        """Run it to its end, or to the deadline; `CheckError` where it cannot be started."""
        folder = TemporaryDirectory(prefix="mjsim-client-", ignore_cleanup_errors=True)
        # A file, not a pipe: a child that outlives the command would keep a pipe open.
        with folder as place, Path(place, "output").open("w+b") as output:  # noqa: ASYNC230 - local, and opened once a run
            code, took = await self._run(self.environment(url, key) | {"TMPDIR": place}, seconds, output.fileno())
            output.seek(0)
            return Ended(code, took, output.read()[-_TAIL:].decode(errors="replace"))

    def environment(self, url: str, key: str) -> dict[str, str]:
        """The environment in which the command finds the server."""
        # A proxy of the machine would stand between the client and the check.
        local = dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost")
        # What Python prints is then in the order in which it happened, and not lost with a client that has to be ended.
        return plain_environment() | local | {"PYTHONUNBUFFERED": "1"} | self._given(url, key)

    def shown(self, url: str, key: str) -> list[str]:
        """The variables by which it finds the server, as a shell takes them."""
        return [f"{name}={shlex.quote(value)}" for name, value in self._given(url, key).items()]

    def _given(self, url: str, key: str) -> dict[str, str]:
        host, _, port = url.removeprefix("http://").partition(":")
        places = {"url": url, "key": key, "host": host, "port": port, "secret": self.secret}
        templates = {URL_VARIABLE: "{url}", KEY_VARIABLE: "{key}", **self.variables}
        return {name: _filled(text, places) for name, text in templates.items()}

    async def _run(self, environment: dict[str, str], seconds: float, sink: int) -> tuple[int | None, float]:
        start = time.monotonic()
        try:
            process = await asyncio.create_subprocess_exec(
                *self.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=sink,
                stderr=sink,
                env=environment,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise CheckError(f"the command {self.arguments[0]!r} cannot be started: {reason}") from error
        code: int | None = None
        try:
            with contextlib.suppress(TimeoutError):
                code = await asyncio.wait_for(process.wait(), seconds)
        finally:
            took = time.monotonic() - start
            await asyncio.shield(_end_group(process))
        return code, took


def _filled(text: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        text = text.replace("{" + name + "}", value)
    return text


async def _end_group(process: asyncio.subprocess.Process) -> None:
    """Ask the group to end, children that outlived their parent included, and then make it."""
    for ending in (signal.SIGTERM, signal.SIGKILL):
        deadline = time.monotonic() + _GRACE
        present = _signal(process.pid, ending)
        while present and time.monotonic() < deadline:
            await asyncio.sleep(0.01)
            present = _signal(process.pid, 0)
    await process.wait()


def _signal(group: int, number: int) -> bool:
    """Send a signal to a group; whether there was anybody in it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True
