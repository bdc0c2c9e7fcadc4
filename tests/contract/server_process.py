"""A simulator of its own process for as long as a context lasts: it leaves no process behind, and says nothing of an
error of its own.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

SIMULATOR = ("-m", "mjsim")


@contextmanager
def serving(log: Path, *options: str, program: tuple[str, ...] = SIMULATOR) -> Iterator[str]:
    """The base URL of a simulator with these options, whose log goes to the file."""
    command = [sys.executable, *program, "serve", "--port", "0", "--log-format", "json", *options]
    settings = {name: value for name, value in os.environ.items() if not name.startswith(("MJSIM", "MIDJOURNEY"))}
    settings["MJSIM_NO_MCP"] = "true"
    with log.open("w", encoding="utf-8") as requests, _started(command, settings, requests.fileno()) as process:
        yield _url(process)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0, log.read_text(encoding="utf-8")[-2000:]
    own = [line for line in log.read_text(encoding="utf-8").splitlines() if '"level": "error"' in line]
    assert not own, own[0]


@contextmanager
def _started(command: list[str], settings: dict[str, str], log: int) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=settings, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _url(process: subprocess.Popen[str]) -> str:
    """Where it listens; a server that does not say so within a minute is ended, and the line is empty."""
    clock = Timer(60, process.kill)
    clock.start()
    line = process.stdout.readline()
    clock.cancel()
    clock.join()
    assert line, "the server did not start"
    return json.loads(line)["url"]
