"""What holds for every suite: coroutines are tests too, and what runs for long runs only when it is asked for."""

import asyncio
import inspect
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from hypothesis import settings

settings.register_profile("mjsim", deadline=None, derandomize=True)
"""How long an example takes says something about the machine alone, and a run about the change alone."""

settings.register_profile("new", deadline=None)
"""Other examples each time, for `make hunt`."""

settings.load_profile("mjsim")

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


@pytest.fixture
def answering_once() -> Callable[[bytes], AbstractContextManager[str]]:
    """`with answering_once(BYTES) as url`: what listens at the URL answers the first request with these bytes."""

    @contextmanager
    def answering(answer: bytes) -> Iterator[str]:
        def answer_once() -> None:
            connection, _ = listening.accept()
            with connection:
                connection.recv(9999)
                connection.sendall(answer)

        with socket.create_server(("127.0.0.1", 0)) as listening:
            listening.settimeout(30)
            thread = threading.Thread(target=answer_once)
            thread.start()
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
            thread.join()

    return answering
