"""What holds for every suite: coroutines are tests too, and what runs for long runs only when it is asked for."""

import asyncio
import inspect

import pytest

PATIENCE = 60
"""Seconds after which a coroutine that hangs has failed."""


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


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a coroutine test in a loop of its own, within a bound of time."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    wanted = pyfuncitem._fixtureinfo.argnames
    story = pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in wanted})
    asyncio.run(asyncio.wait_for(story, PATIENCE))
    return True
