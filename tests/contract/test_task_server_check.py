"""A server of the task API is held to its document and to the story of its tasks; each broken one fails for its reason."""

import re
import subprocess
from pathlib import Path

import pytest

from mjsim_contracts.cli import main
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import Outcome, Report
from mjsim_contracts.server.engine import PHASES
from mjsim_contracts.server.profile import Profile
from mjsim_contracts.server.story import Stories
from mjsim_contracts.taskserver.check import TaskServerCheck

from .broken_task_server import DEFECTS
from .server_process import serving

PROGRAM = str(Path(__file__).with_name("broken_task_server.py"))

ALL_PHASES = Profile("all phases", PHASES, 15, Stories(number=0, steps=0, seconds=0), patience=5, seconds=240)
"""The walk, and Schemathesis with few examples."""

GLANCE = Profile("glance", (), 0, Stories(number=0, steps=0, seconds=0), patience=5, seconds=60)
"""The walk alone."""

BY_STATUS = {"ST201", "ST203", "ST401"}
"""What Schemathesis can judge only where codes are HTTP statuses too."""


def ended(report: Report, outcome: Outcome) -> dict[str, str]:
    """What was seen in the cases that ended so, by id."""
    return {case.id: case.seen for case in report.cases if case.outcome is outcome}


@pytest.mark.parametrize(("where", "unseen"), [("http", set()), ("envelope", BY_STATUS)])
def test_the_simulator_keeps_every_rule(tmp_path: Path, where: str, unseen: set[str]) -> None:
    """Wherever it tells its codes; and what the rest of the rules needed did happen."""
    settings = ("--seed", "1", "--pace", "instant", "--task-rate-limit", "none", "--task-errors", where)
    with serving(tmp_path / "log", *settings) as url:
        report = TaskServerCheck(url, profile=ALL_PHASES).run()
    assert not ended(report, Outcome.FAIL)
    assert set(ended(report, Outcome.NOT_EXERCISED)) == unseen
    assert report.outcome is Outcome.PASS


@pytest.mark.parametrize("name", DEFECTS)
def test_a_broken_server_of_tasks_fails_for_its_reason(tmp_path: Path, name: str) -> None:
    """Its rule is the one that is broken."""
    with serving(tmp_path / "log", "--pace", "instant", program=(PROGRAM, name)) as url:
        report = TaskServerCheck(url, profile=GLANCE).run()
    failed = {case.partition("/")[0] for case in ended(report, Outcome.FAIL)}
    assert DEFECTS[name][1] in failed, report.cases


def test_a_finding_is_shown_again_by_its_command(tmp_path: Path) -> None:
    """It makes a task, and looks at it as often as it takes to see the change."""
    with serving(tmp_path / "log", "--pace", "instant", program=(PROGRAM, "the_time_of_the_end_goes_on")) as url:
        report = TaskServerCheck(url, profile=GLANCE).run()
        (command,) = [case.reproduce for case in report.cases if case.id.startswith("ended-tasks-stay")]
        bash = ["bash", "-c", command]
        shown = subprocess.run(bash, check=False, capture_output=True, text=True, timeout=30).stdout
    times = re.findall(r'"completeTime":(\d+)', shown)
    assert len(times) == len(set(times)) == 2, command


def test_tasks_at_work_are_followed_to_their_end(tmp_path: Path) -> None:
    """And one key alone leaves unseen what takes another."""
    with serving(tmp_path / "log", "--seed", "1", "--pace", "quick") as url:
        report = TaskServerCheck(url, "sim-alone", profile=GLANCE).run()
    assert not ended(report, Outcome.FAIL)
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert "--other-key" in unseen["tasks-stay-with-their-account"]
    assert "credits-are-spent-by-the-price-list" in ended(report, Outcome.PASS)


def test_a_server_of_something_else_gets_no_verdict(honest: str, tasks_api: str) -> None:
    """In one line that says what was seen."""
    with pytest.raises(CheckError, match="is no task API: GET /api/v1/chat/credit was answered 404"):
        TaskServerCheck(honest).run()
    with pytest.raises(CheckError, match="answers with code 401: --key is not accepted"):
        TaskServerCheck(tasks_api, "wrong").run()
    with pytest.raises(CheckError, match="cannot be reached: connection refused"):
        TaskServerCheck("http://127.0.0.1:1").run()


@pytest.mark.parametrize(
    "option", [["--safe"], ["--send"], ["--contract", "overlaid"], ["--webhook-secret", "whsec_AAAA"]]
)
def test_what_the_task_api_does_not_have_is_named(option: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is sent."""
    assert main(["check", "server", "http://127.0.0.1:1", "--api", "tasks", *option]) == 2
    assert f"--api tasks has no {option[0]}" in capsys.readouterr().err
