"""One simulator of each pace serves all tests here; each test has a key, and so a world, of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .server_process import serving


def pytest_configure(config: pytest.Config) -> None:
    """Know the marker of what runs for long."""
    config.addinivalue_line("markers", "hunt: checks with many examples, for minutes; runs only when asked for by -m")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the hunt out of every run that does not ask for it."""
    if "hunt" in config.option.markexpr:
        return
    hunts = [item for item in items if item.get_closest_marker("hunt")]
    config.hook.pytest_deselected(items=hunts)
    items[:] = [item for item in items if item not in hunts]


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
def openapi() -> Path:
    """The folder of the contracts."""
    return Path(__file__).parents[2] / "openapi"
