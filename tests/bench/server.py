"""Servers run in processes of their own, on one core where the machine has two, and end with the benchmark.

The benchmark and its load keep to the other core, so that nobody measures himself.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.request import ProxyHandler, Request, build_opener

from load import PATIENCE, Unfit

HERE = Path(__file__).parent
SEED = 7
"""The seed of every simulator that is measured."""

_STEERING = ("MJSIM_", "MIDJOURNEY_", "PYTHONDONTWRITEBYTECODE")
"""Variables by which the surroundings would change what is measured: without its bytecode, a program that is installed
has to be compiled at each start, and its libraries have not.
"""

_PROBE = "GET /v1/jobs{} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer sim-local\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Server:
    """A server that answers."""

    pid: int
    port: int
    started: float
    """The seconds from the start of its process to its first answer with status 200."""


def cores() -> tuple[set[int], set[int]] | None:
    """Those for servers and those for the load; None where processes cannot be bound to cores, or have but one."""
    if not hasattr(os, "sched_getaffinity"):
        return None
    own = sorted(os.sched_getaffinity(0))
    return ({own[0]}, {own[-1]}) if len(own) > 1 else None


CORES = cores()


@contextmanager
def on_cores(place: int) -> Iterator[None]:
    """What is started in here runs on the cores of servers (0) or of the load (1)."""
    if CORES is None or not hasattr(os, "sched_setaffinity"):
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, CORES[place])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def simulator(*flags: str) -> Iterator[Server]:
    """Ours, in memory and at its defaults unless flags say otherwise; its log is written, and thrown away."""
    port = _free_port()
    fixed = ("serve", "--host", "127.0.0.1", "--port", str(port), "--seed", str(SEED), "--no-mcp")
    with _running([sys.executable, "-m", "mjsim", *fixed, *flags], port, "") as server:
        yield server


@contextmanager
def baseline(folder: Path) -> Iterator[Server]:
    """The bare aiohttp server; the files of the folder are below its /files/."""
    port = _free_port()
    with _running([sys.executable, str(HERE / "baseline.py"), str(port), str(folder)], port, "/any") as server:
        yield server


@contextmanager
def receiver() -> Iterator[Server]:
    """A bare receiver of webhooks, on the core of the load: senders are what is measured."""
    port = _free_port()
    with _running([sys.executable, str(HERE / "receiver.py"), str(port)], port, "/any", place=1) as server:
        yield server


def opened(asked: Request) -> bytes:
    """The body of an answer; `OSError` where it is none of success."""
    with build_opener(ProxyHandler({})).open(asked, timeout=PATIENCE) as answer:
        body: bytes = answer.read()
        return body


def worked(script: str, *arguments: str, given: str | None = None, place: int = 0) -> str:
    """What one of our scripts writes to its standard output; `Unfit` with its complaint where it fails."""
    with on_cores(place), _process([sys.executable, str(HERE / script), *arguments], piped=True) as process:
        try:
            output, complaint = process.communicate(given, timeout=20 * PATIENCE)
        except subprocess.TimeoutExpired:
            raise Unfit(f"{script} does not come to an end") from None
    if process.returncode:
        raise Unfit(f"{script}: {complaint.strip()[-1000:]}")
    return output


def proportional_bytes(pid: int) -> int:
    """The memory of a process, pages that others use too counted in part (PSS); where only `ps` knows, all of it."""
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    try:
        return int(subprocess.check_output(["ps", "-o", "rss=", "-p", str(pid)], text=True)) * 1024
    except (OSError, ValueError, subprocess.SubprocessError):
        raise Unfit("neither /proc nor ps says how much memory a process has") from None


def end_with_signals() -> None:
    """Ctrl-C and its kin end the benchmark once, and are passed over while it tidies up."""

    def end(_number: int, _frame: FrameType | None) -> None:
        for other in numbers:
            signal.signal(other, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    for number in numbers:
        signal.signal(number, end)


@contextmanager
def _running(command: Sequence[str], port: int, rest: str, place: int = 0) -> Iterator[Server]:
    start = time.perf_counter()
    with on_cores(place), _process(command) as process, on_cores(1):
        _wait_for_answer(process, port, rest)
        yield Server(process.pid, port, time.perf_counter() - start)


@contextmanager
def _process(command: Sequence[str], *, piped: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A process that is ended when this is left; out of reach of the terminal's Ctrl-C, which is ours to handle."""
    pipe = subprocess.PIPE if piped else subprocess.DEVNULL
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_STEERING)}
    process = subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=environment, start_new_session=True
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _wait_for_answer(process: subprocess.Popen[str], port: int, rest: str) -> None:
    """Ask until the answer is 200."""
    request, deadline = _PROBE.format(rest).encode(), time.perf_counter() + PATIENCE
    while time.perf_counter() < deadline:
        if process.poll() is not None:
            raise Unfit(f"a server ended with exit code {process.returncode}: {process.args!r}")
        with suppress(ConnectionError), socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as asking:
            asking.sendall(request)
            if asking.recv(12).endswith(b" 200"):
                return
        time.sleep(0.001)
    raise Unfit(f"a server does not answer: {process.args!r}")


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
