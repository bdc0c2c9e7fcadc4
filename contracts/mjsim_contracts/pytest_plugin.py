"""The fixtures on which a client in Python is property-tested: `mjsim_conversation`, and `mjsim_task_conversation` for one
of the task API.

A run that does not ask for them imports nothing of mjsim_contracts but this.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from mjsim_contracts.inprocess.exploring import Conversations
    from mjsim_contracts.inprocess.golden import Golden
    from mjsim_contracts.inprocess.regression import Found
    from mjsim_contracts.inprocess.subject import Subject


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the plugin."""
    group = parser.getgroup("mjsim_contracts", "mjsim, conversations with clients of the Midjourney API")
    group.addoption("--mjsim-regressions", metavar="DIR", help="where what breaks a client becomes a test")
    group.addoption("--mjsim-conversations", metavar="N", help="how many are held with each client")
    parser.addini("mjsim_regressions", "where what breaks a client becomes a test", default="")
    parser.addini("mjsim_conversations", "how many conversations are held with each client", default="300")


@pytest.fixture(scope="session")
def mjsim_golden() -> "Iterator[Golden]":
    """The answers of a real simulator, which runs until the session ends; most suites never see this."""
    try:
        import hypothesis  # noqa: F401 - what it is all built on
    except ModuleNotFoundError:
        pytest.fail("conversations with clients need more packages: pip install 'mjsim[contracts]'", pytrace=False)
    from mjsim_contracts.error import CheckError
    from mjsim_contracts.inprocess.golden import Golden

    try:
        with Golden() as golden:
            yield golden
    except CheckError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.fixture
def mjsim_conversation(request: pytest.FixtureRequest, mjsim_golden: "Golden") -> "Conversations":
    """Conversations with a client: `check(lambda api: ...)` holds them."""
    from mjsim_contracts.inprocess.subject import MIDJOURNEY_SUBJECT

    return _conversations(request, mjsim_golden, MIDJOURNEY_SUBJECT)


@pytest.fixture
def mjsim_task_conversation(request: pytest.FixtureRequest, mjsim_golden: "Golden") -> "Conversations":
    """The same with a client of the task API."""
    from mjsim_contracts.inprocess.subject import TASKS_SUBJECT

    return _conversations(request, mjsim_golden, TASKS_SUBJECT)


def _conversations(request: pytest.FixtureRequest, golden: "Golden", subject: "Subject") -> "Conversations":
    from mjsim_contracts.inprocess.exploring import Conversations

    examples, fixture = _examples(request.config), subject.fixture
    return Conversations(golden, examples=examples, keep=lambda found: _kept(request, found, fixture), subject=subject)


def _examples(config: pytest.Config) -> int:
    given = str(config.getoption("--mjsim-conversations") or config.getini("mjsim_conversations"))
    if not (given.isascii() and given.isdigit() and int(given)):
        pytest.fail(f"mjsim_conversations: {given!r} is no number of conversations", pytrace=False)
    return int(given)


def _kept(request: pytest.FixtureRequest, found: "Found", fixture: str) -> str:
    from mjsim_contracts.inprocess.regression import Origin, written

    folder = _folder(request.config)
    if folder is None:
        return "No test was written of it; --mjsim-regressions DIR names a folder for that."
    call = getattr(request.node, "callspec", None)
    owner = request.cls.__name__ if request.cls else ""
    origin = Origin(request.path, owner, request.function, call.params if call else {})
    try:
        file = written(found, origin, folder, fixture)
    except OSError as error:
        return f"No test was written of it: {error}"
    return f"A test of it: {file}" if file else "No test was written of it: this one is given what has no literal."


def _folder(config: pytest.Config) -> "Path | None":
    if named := config.getoption("--mjsim-regressions") or config.getini("mjsim_regressions"):
        return config.rootpath / str(named)
    return None
