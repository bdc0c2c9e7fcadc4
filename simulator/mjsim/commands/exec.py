"""`mjsim exec`: a simulator for as long as one command runs, which is told by variables where it is."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from mjsim.commands.options import add_settings, settings_of
from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError

if TYPE_CHECKING:
    from mjsim.settings import Settings
    from mjsim.simulator import Simulator

EXAMPLES = """examples:
  mjsim exec -- pytest
  mjsim exec --seed 7 --clock manual -- npm test
  mjsim exec --verbose -- sh -c 'curl -s $MIDJOURNEY_BASE_URL/v1/jobs -H "Authorization: Bearer $MIDJOURNEY_TOKEN"'

The command finds these variables:
  MIDJOURNEY_BASE_URL  the simulator's origin, to which paths such as /v1/imagine are added
  MIDJOURNEY_TOKEN     a key that works
  MJSIM_CONTROL_URL    where `mjsim clock`, `mjsim jobs` and the others find the simulator

The exit code is the command's own, 128 + n where signal n ended it, 127 where it is not found.
"""

NOT_FOUND, NOT_EXECUTABLE = 127, 126

_FROM_A_TERMINAL = frozenset({signal.SIGINT, signal.SIGQUIT})
_FORWARDED = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.usage = "mjsim exec [OPTIONS] -- COMMAND [ARGUMENTS]"
    unused = "has no effect here: only mjsim serve serves MCP tools"
    add_settings(parser, port="port to listen on (default: a free one)", mcp_port=unused, no_mcp=unused)
    parser.add_argument("--verbose", action="store_true", help="write the simulator's log to standard error")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write the simulator's log to this file")
    parser.runs_command = True


def run(given: argparse.Namespace) -> int:
    """Start, run, stop; the command's exit code."""
    given.port = given.port or "0"
    settings = settings_of(given)
    with _log(given) as stream:
        return asyncio.run(_run(settings, given.command, stream))


@contextmanager
def _log(given: argparse.Namespace) -> Iterator[TextIO | None]:
    if given.log is None:
        yield sys.stderr if given.verbose else None
        return
    try:
        stream = given.log.open("w", encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"--log {given.log}: {error.strerror}.") from error
    with stream:
        yield stream


async def _run(settings: "Settings", command: Sequence[str], stream: TextIO | None) -> int:
    from mjsim.log import log_to
    from mjsim.simulator import Simulator

    log_to(stream, as_json=settings.log_format == "json")
    simulator = Simulator(settings, request_log=stream)
    try:
        await simulator.start()
        return await _to_its_end(command, {**os.environ, **_variables(simulator)})
    finally:
        await simulator.stop()


def _variables(simulator: "Simulator") -> dict[str, str]:
    """What the command is told; a key that could be real is not handed on in place of a made-up one."""
    settings = simulator.settings
    variables = {
        "MIDJOURNEY_BASE_URL": simulator.url,
        "MIDJOURNEY_TOKEN": settings.ready_key,
        "MJSIM_CONTROL_URL": simulator.url,
    }
    return variables | ({"MJSIM_CONTROL_TOKEN": settings.control_token} if settings.control_token else {})


async def _to_its_end(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run it on this process's standard streams; its exit code as a shell would tell it."""
    waiting = _Waiting()
    try:
        process = await asyncio.create_subprocess_exec(*command, env=environment)
    except FileNotFoundError:
        print(f"mjsim: {command[0]}: command not found", file=sys.stderr)
        return NOT_FOUND
    except OSError as error:
        print(f"mjsim: {command[0]}: {error.strerror}", file=sys.stderr)
        return NOT_EXECUTABLE
    waiting.hand_to(process)
    code = await process.wait()
    return code if code >= 0 else 128 - code


class _Waiting:
    """While it waits, this process lives through the signals that end others, and hands them to the command."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None
        self._early: list[signal.Signals] = []
        for number in _FORWARDED:
            asyncio.get_running_loop().add_signal_handler(number, self._receive, number)

    def hand_to(self, process: asyncio.subprocess.Process) -> None:
        """There is a command now."""
        self._process = process
        for number in self._early:
            self._receive(number)

    def _receive(self, number: signal.Signals) -> None:
        if self._process is None:
            self._early.append(number)
        elif self._process.returncode is None and not (number in _FROM_A_TERMINAL and _in_foreground()):
            self._process.send_signal(number)


def _in_foreground() -> bool:
    """Whether keys such as Ctrl-C reach the command already, for a terminal sends them to all in its foreground."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)
