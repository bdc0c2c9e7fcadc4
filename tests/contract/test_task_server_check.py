"""A server of the task API is held to its document and to the story of its tasks; each broken one fails for its reason."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import requests

from mjsim_contracts.cli import main
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import Outcome, Report
from mjsim_contracts.server.engine import PHASES
from mjsim_contracts.server.profile import PROFILES, Profile
from mjsim_contracts.server.story import Stories
from mjsim_contracts.taskserver.check import TaskServerCheck
from mjsim_contracts.taskserver.safe_plan import STEPS

from .broken_task_server import DEFECTS
from .server_process import serving

PROGRAM = str(Path(__file__).with_name("broken_task_server.py"))

ALL_PHASES = Profile("all phases", PHASES, 15, Stories(number=0, steps=0, seconds=0), patience=5, seconds=240)
"""The walk, and Schemathesis with few examples."""

GLANCE = Profile("glance", (), 0, Stories(number=0, steps=0, seconds=0), patience=5, seconds=60)
"""The walk alone."""

KEY = b"a webhook key"
STANDING = ("--pace", "instant", "--clock", "manual", "--task-webhook-key", KEY.decode())
"""Tasks are done at once, callbacks are signed, and nobody waits for a retry."""

BY_STATUS = {"ST201", "ST203", "ST401"}
"""What Schemathesis can judge only where codes are HTTP statuses too."""


def ended(report: Report, outcome: Outcome) -> dict[str, str]:
    """What was seen in the cases that ended so, by id."""
    return {case.id: case.seen for case in report.cases if case.outcome is outcome}


@pytest.mark.parametrize(("where", "unseen"), [("http", set()), ("envelope", BY_STATUS)])
def test_the_simulator_keeps_every_rule(tmp_path: Path, where: str, unseen: set[str]) -> None:
    """Wherever it tells its codes; and what the rest of the rules needed did happen."""
    settings = ("--seed", "1", *STANDING, "--task-rate-limit", "none", "--task-errors", where)
    with serving(tmp_path / "log", *settings) as url:
        report = TaskServerCheck(url, profile=ALL_PHASES, webhook_key=KEY).run()
    assert not ended(report, Outcome.FAIL)
    assert set(ended(report, Outcome.NOT_EXERCISED)) == unseen
    assert report.outcome is Outcome.PASS


@pytest.mark.parametrize("name", DEFECTS)
def test_a_broken_server_of_tasks_fails_for_its_reason(tmp_path: Path, name: str) -> None:
    """Its rule is the one that is broken."""
    with serving(tmp_path / "log", *STANDING, program=(PROGRAM, name)) as url:
        report = TaskServerCheck(url, profile=GLANCE, webhook_key=KEY).run()
    failed = {case.partition("/")[0] for case in ended(report, Outcome.FAIL)}
    assert DEFECTS[name][1] in failed, report.cases
    assert "a webhook" not in {each.title for case in report.cases for each in case.evidence}


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
    with serving(tmp_path / "log", "--seed", "1", "--pace", "quick", "--clock", "manual") as url:
        report = TaskServerCheck(url, "sim-alone", profile=GLANCE).run()
    assert not ended(report, Outcome.FAIL)
    unseen = ended(report, Outcome.NOT_EXERCISED)
    assert "--other-key" in unseen["tasks-stay-with-their-account"]
    assert "credits-are-spent-by-the-price-list" in ended(report, Outcome.PASS)


def test_an_honest_server_of_tasks_of_another_hand_passes(honest_tasks: str) -> None:
    """It keeps the contract in its own way, with two keys of its own; what it has no part in is not exercised."""
    report = TaskServerCheck(honest_tasks, "alice", "bob", profile=PROFILES["quick"], webhook_key=b"honest").run()
    assert not ended(report, Outcome.FAIL)
    assert set(ended(report, Outcome.WARN)) == {"refused-no-picture/generateTask"}
    unseen = {"failed-tasks-cost-nothing", "results-can-be-fetched", "CB-FAILURE", "CB-EXTEND", "CB-RETRY"}
    assert set(ended(report, Outcome.NOT_EXERCISED)) == BY_STATUS | unseen


def test_a_server_of_something_else_gets_no_verdict(honest: str, tasks_api: str) -> None:
    """In one line that says what was seen."""
    with pytest.raises(CheckError, match="is no task API: GET /api/v1/chat/credit was answered 404"):
        TaskServerCheck(honest).run()
    with pytest.raises(CheckError, match="answers with code 401: --key is not accepted"):
        TaskServerCheck(tasks_api, "wrong").run()
    with pytest.raises(CheckError, match="cannot be reached: connection refused"):
        TaskServerCheck("http://127.0.0.1:1").run()


def test_what_the_task_api_does_not_have_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is sent."""
    assert main(["check", "server", "http://127.0.0.1:1", "--api", "tasks", "--contract", "overlaid"]) == 2
    assert "--api tasks has no --contract" in capsys.readouterr().err


def test_without_a_key_for_signatures_they_are_not_judged(tasks_api: str) -> None:
    """Nor is a retry, where the minute until it comes is not waited for; all else that callbacks tell is."""
    report = TaskServerCheck(tasks_api, "sim-unsigned", profile=GLANCE).run()
    assert not ended(report, Outcome.FAIL)
    unheard = {code: why for code, why in ended(report, Outcome.NOT_EXERCISED).items() if code.startswith("CB-")}
    assert set(unheard) == {"CB-SIGNATURE", "CB-RETRY"}
    assert "--webhook-secret" in unheard["CB-SIGNATURE"]
    assert "clock that can be moved" in unheard["CB-RETRY"]


def test_a_server_without_videos_is_not_failed_for_that(tmp_path: Path) -> None:
    """Though it says so by a status from 500 on."""
    films = {"match": {"operations": ["extendTask"]}, "effect": {"response": {"status": 505}}}
    with serving(tmp_path / "log", *STANDING, "--task-errors", "http") as url:
        requests.post(f"{url}/_sim/faults", json=films, timeout=10).raise_for_status()
        report = TaskServerCheck(url, profile=replace(GLANCE, phases=("coverage",), examples=1)).run()
    assert not ended(report, Outcome.FAIL)
    assert "the server makes none" in ended(report, Outcome.NOT_EXERCISED)["CB-EXTEND"]


def test_a_server_is_not_failed_for_an_account_that_is_out_of_credits(tmp_path: Path) -> None:
    """Who cannot pay is refused rightly, whatever is asked; what could not be tested for that is no pass."""
    with serving(tmp_path / "log", *STANDING, "--credits", "7") as url:
        report = TaskServerCheck(url, profile=GLANCE).run()
    assert not ended(report, Outcome.FAIL)
    assert {"CB-SUCCESS", "results-can-be-fetched"} <= set(ended(report, Outcome.NOT_EXERCISED))


def test_a_safe_check_shows_first_and_makes_no_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What it sends, nobody is charged for; and what it did not put to the test is no pass."""
    safe = ["--api", "tasks", "--safe", "--key", "sim-safe-tasks"]
    with serving(tmp_path / "log", *STANDING) as url:
        assert main(["check", "server", url, *safe]) == 1
        shown = capsys.readouterr().out
        assert "Nothing was sent" in shown
        assert main(["check", "server", url, *safe, "--send", "--json", "-"]) == 0
        bearer = {"Authorization": "Bearer sim-safe-tasks"}
        credit = requests.get(f"{url}/api/v1/chat/credit", headers=bearer, timeout=10).json()
        report = json.loads(capsys.readouterr().out)
    outcomes = {case["id"]: case["outcome"] for case in report["cases"]}
    assert outcomes["refusals-cost-nothing"] == outcomes["refused-no-prompt"] == Outcome.PASS.value
    assert outcomes["CB-SUCCESS"] == Outcome.NOT_EXERCISED.value
    assert f"these {len(STEPS)} requests" in shown
    assert credit == {"code": 200, "msg": "success", "data": 1_000_000}


def test_a_safe_check_finds_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A server that takes anything for a task, for instance."""
    safe = ["--api", "tasks", "--safe", "--send", "--key", "sim-safe-tasks", "--quiet"]
    with serving(tmp_path / "log", *STANDING, program=(PROGRAM, "everything_is_taken_for_a_task")) as url:
        assert main(["check", "server", url, *safe, "--json", "-"]) == 1
    cases = json.loads(capsys.readouterr().out)["cases"]
    failed = {case["id"] for case in cases if case["outcome"] == Outcome.FAIL.value}
    assert failed >= {"refused-no-type/generateTask", "refused-no-prompt/generateTask"}
