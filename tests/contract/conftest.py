"""One simulator of each pace serves all tests here; each test has a key, and so a world, of its own."""

import subprocess
import sys
from collections.abc import Iterator
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


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[str]:
    """The URL of a simulator whose jobs all fail."""
    with serving(tmp_path / "failing.log", "--pace", "instant", "--failure-rate", "1") as url:
        yield url


@pytest.fixture(scope="session")
def honest() -> Iterator[str]:
    """The URL of a server that is not the simulator; it knows the keys alice and bob."""
    program = Path(__file__).with_name("honest_server.py")
    with subprocess.Popen([sys.executable, program], stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@pytest.fixture(scope="session")
def openapi() -> Path:
    """The folder of the contracts."""
    return Path(__file__).parents[2] / "openapi"
