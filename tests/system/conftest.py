"""The command as a user has it: real processes, real signals, real files; nothing waits without a bound."""

import http.client
import json
import os
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

COMMAND = str(Path(sysconfig.get_path("scripts")) / "mjsim")
PROMPTLY = 10
"""Seconds within which a process that was told to end has ended: less than any time-out of the server."""

PATIENCE = 30
"""Seconds after which a process that hangs has failed."""


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without what would steer mjsim, and with these changes.

    MCP is off: servers that run at once must not compete for its port.
    """
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("MJSIM_", "MIDJOURNEY_", "COVERAGE_"))}
    return {**kept, "PYTHONWARNINGS": "default", "MJSIM_NO_MCP": "true", **changes}


@dataclass
class Server:
    """A running `mjsim serve`, with what it has written so far."""

    process: subprocess.Popen[bytes]
    folder: Path
    url: str = ""
    key: str = ""
    seed: int = 0
    connections: list[http.client.HTTPConnection] = field(default_factory=list)

    @property
    def out(self) -> str:
        return (self.folder / "out").read_text()

    @property
    def err(self) -> str:
        return (self.folder / "err").read_text()

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname
        assert parts.port
        return parts.hostname, parts.port

    def until_ready(self) -> "Server":
        """Wait until it says where it listens."""
        end = time.monotonic() + PATIENCE
        while "Ctrl-C stops it" not in self.out and '"ready"' not in self.out:
            assert self.process.poll() is None, self.err
            assert time.monotonic() < end, "it does not become ready"
            time.sleep(0.01)
        if self.out.startswith("{"):
            said = json.loads(self.out.splitlines()[0])
            self.url, self.key, self.seed = said["url"], said["key"], said["seed"]
        else:
            words = {line.split()[0]: line.split()[1] for line in self.out.splitlines() if line.startswith("  ")}
            self.url, self.key, self.seed = words["API"].removesuffix("/v1"), words["Key"], int(words["Seed"])
        return self

    def connect(self) -> http.client.HTTPConnection:
        """A connection that stays open."""
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        self.connections.append(connection)
        return connection

    def ask(self, method: str, path: str, body: object = None, on: http.client.HTTPConnection | None = None) -> Any:
        """The status and the value of an answer."""
        connection = on or self.connect()
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {"Authorization": f"Bearer {self.key}"})
        answer = connection.getresponse()
        data = answer.read()
        if on is None:
            connection.close()
        return answer.status, json.loads(data) if answer.headers["Content-Type"].startswith(
            "application/json"
        ) else data

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PROMPTLY)


Start = Callable[..., Server]


@pytest.fixture
def spawn(tmp_path: Path) -> Iterator[Start]:
    """`spawn("--pace", "instant", MJSIM_SEED="7")` runs `mjsim serve` on a free port; it is killed in the end."""
    servers: list[Server] = []

    def start(*arguments: str, **changes: str) -> Server:
        folder = tmp_path / f"process-{len(servers)}"
        folder.mkdir()
        given = arguments if any(one.startswith("--port") for one in arguments) else ("--port", "0", *arguments)
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [COMMAND, "serve", *given], stdout=out, stderr=err, env=environment(**changes), cwd=folder
            )
        servers.append(Server(process, folder))
        return servers[-1]

    yield start
    for server in servers:
        for connection in server.connections:
            connection.close()
        server.process.kill()
        server.process.wait(PATIENCE)


@pytest.fixture
def serve(spawn: Start) -> Start:
    """The same, once it listens."""
    return lambda *arguments, **changes: spawn(*arguments, **changes).until_ready()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """`run("health", "--url", url)` runs mjsim to its end."""

    def to_its_end(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            text=True,
            env=environment(**changes),
            timeout=PATIENCE,
            cwd=tmp_path,
            check=False,
        )

    return to_its_end


@pytest.fixture
def started():
    """`with started(command, **options) as process:` a running process, which is gone afterwards whatever happens."""
    return _started


@contextmanager
def _started(command, **options):
    with subprocess.Popen(command, **options) as process:
        try:
            yield process
        finally:
            process.kill()
