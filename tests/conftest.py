"""What holds for every suite: what runs for long runs only when it is asked for."""

import pytest


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
