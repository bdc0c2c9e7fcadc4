"""One simulator of each pace serves all tests here; each test has a key, and so a world, of its own."""

import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .server_process import serving


@pytest.fixture(scope="session")
def instant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a simulator whose jobs are done at once."""
    with serving(tmp_path_factory.mktemp("instant") / "log", "--seed", "1", "--pace", "instant") as url:
        yield url


@pytest.fixture(scope="session")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a simulator whose jobs take a few seconds, and fail now and then."""
    log = tmp_path_factory.mktemp("quick") / "log"
    with serving(log, "--seed", "1", "--pace", "quick", "--failure-rate", "0.2") as url:
        yield url


@pytest.fixture(scope="session")
def tasks_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a simulator whose tasks end at once, as many as are wanted."""
    log = tmp_path_factory.mktemp("tasks") / "log"
    with serving(log, "--seed", "1", "--pace", "instant", "--task-rate-limit", "none") as url:
        yield url


@pytest.fixture
def port() -> int:
    """A port that is free."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[str]:
    """The URL of a simulator whose jobs all fail."""
    with serving(tmp_path / "failing.log", "--pace", "instant", "--failure-rate", "1") as url:
        yield url


@pytest.fixture(scope="session")
def honest() -> Iterator[str]:
    """The URL of a server that is not the simulator; it knows the keys alice and bob."""
    with _of_another_hand("honest_server.py") as url:
        yield url


@pytest.fixture(scope="session")
def honest_tasks() -> Iterator[str]:
    """The same of the task API; its callbacks are signed with the key `honest`."""
    with _of_another_hand("honest_task_server.py") as url:
        yield url


@contextmanager
def _of_another_hand(program: str) -> Iterator[str]:
    command = [sys.executable, Path(__file__).with_name(program)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture(scope="session")
def openapi() -> Path:
    """The folder of the contracts."""
    return Path(__file__).parents[2] / "openapi"
