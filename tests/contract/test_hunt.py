"""The same checks as in every run, with other seeds and many more examples: a hunt for what a short look leaves out.

Deselected unless it is asked for: `pytest tests/contract -m hunt`, about ten seconds for each default check.
"""

import pytest

from mjsim_contracts.configuration import Configuration
from mjsim_contracts.report.model import ExitCode, Outcome
from mjsim_contracts.server.check import ServerCheck
from mjsim_contracts.server.profile import PROFILES
from mjsim_contracts.taskserver.check import TaskServerCheck

pytestmark = pytest.mark.hunt

OF_JOBS = [Configuration.OVERLAID, Configuration.PUBLISHED]
"""The contracts of the published API."""


@pytest.mark.parametrize("seed", range(11, 21))
@pytest.mark.parametrize("configuration", OF_JOBS)
@pytest.mark.parametrize("pace", ["instant", "quick"])
def test_nothing_is_found(request: pytest.FixtureRequest, pace: str, configuration: Configuration, seed: int) -> None:
    """With ten seeds."""
    url: str = request.getfixturevalue(pace)
    report = ServerCheck(url, configuration=configuration, seed=seed).run()
    assert [(case.id, case.seen) for case in report.of(Outcome.FAIL)] == []
    assert report.exit_code is ExitCode.PASS


@pytest.mark.parametrize("seed", range(11, 16))
def test_nothing_is_found_in_the_task_api(tasks_api: str, seed: int) -> None:
    """With five seeds."""
    report = TaskServerCheck(tasks_api, seed=seed).run()
    assert [(case.id, case.seen) for case in report.of(Outcome.FAIL)] == []


@pytest.mark.parametrize("configuration", OF_JOBS)
def test_nothing_is_found_by_the_full_check(quick: str, configuration: Configuration) -> None:
    """With hundreds of examples and a thousand stories."""
    report = ServerCheck(quick, configuration=configuration, profile=PROFILES["full"], seed=31).run()
    assert [(case.id, case.seen) for case in report.of(Outcome.FAIL)] == []


@pytest.mark.parametrize("seed", range(11, 16))
def test_nothing_is_found_in_a_server_of_another_hand(honest: str, seed: int) -> None:
    """One account for all of it, with all the jobs of the checks before."""
    report = ServerCheck(honest, key="alice", other_key="bob", seed=seed).run()
    assert [(case.id, case.seen) for case in report.of(Outcome.FAIL)] == []
