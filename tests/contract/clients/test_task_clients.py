"""Clients of the task API are judged as those of the published one are: no correct one fails, each defect is found."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from mjsim_contracts.cli import main
from mjsim_contracts.client.api import APIS, TASKS_API
from mjsim_contracts.client.check import ClientCheck
from mjsim_contracts.client.variation import Profile
from mjsim_contracts.commands.server import _CHECKS as SERVERS
from mjsim_contracts.contract import document_of
from mjsim_contracts.dialect.table import DIALECTS
from mjsim_contracts.inprocess.subject import MIDJOURNEY_SUBJECT, TASKS_SUBJECT
from mjsim_contracts.receiver.dialects import DIALECTS as RECEIVERS
from mjsim_contracts.report.model import Outcome

from .defects import Defect
from .task_defects import CORRECT_TASKS, TASK_DEFECTS
from .test_correct_clients import command, failures

CLIENTS = sorted(path.name for path in CORRECT_TASKS.iterdir() if path.suffix in {".py", ".mjs", ".sh"})


@pytest.mark.parametrize("name", CLIENTS)
def test_a_correct_client_of_the_task_api_is_not_failed(instant: str, openapi: Path, name: str) -> None:
    """And most of what it was put to, it met."""
    program = command(CORRECT_TASKS / name)
    report = ClientCheck(program, openapi / "tasks.json", Profile.QUICK, server=instant, api=TASKS_API).run()
    assert not failures(report)
    assert report.exit_code == 0
    assert report.counts[Outcome.PASS] > 4 * report.counts[Outcome.NOT_EXERCISED]


@pytest.mark.hunt
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("name", CLIENTS)
def test_no_seed_fails_a_correct_client_of_the_task_api(openapi: Path, name: str, seed: int) -> None:
    """In the default profile, in which nothing is left out that a client may meet on a bad day."""
    report = ClientCheck(command(CORRECT_TASKS / name), openapi / "tasks.json", seed=seed, api=TASKS_API).run()
    assert not failures(report)


@pytest.mark.parametrize("defect", TASK_DEFECTS, ids=lambda defect: defect.name)
def test_a_broken_client_of_the_task_api_is_found_out(
    tmp_path: Path, instant: str, openapi: Path, defect: Defect
) -> None:
    """The case that fails says what is wrong, not merely that something is."""
    check = ClientCheck(
        command(defect.write(tmp_path)),
        openapi / "tasks.json",
        patience=4,
        only=(defect.varied,),
        server=instant,
        api=TASKS_API,
    )
    report = check.run()
    found = {case.id for case in report.cases if case.outcome is defect.outcome}
    assert any(fnmatchcase(each, defect.finds) for each in found), found


def test_who_verifies_callbacks_is_given_the_key(instant: str, openapi: Path) -> None:
    """And one that is given another takes none of them."""
    program, contract = command(CORRECT_TASKS / "listener.py"), openapi / "tasks.json"
    outcomes = []
    for secret in ("{secret}", "another"):
        given = {"WEBHOOK_SECRET": secret}
        check = ClientCheck(program, contract, variables=given, only=("",), server=instant, api=TASKS_API)
        outcomes += [case.outcome for case in check.run().cases if case.id == "C033/callback"]
    assert outcomes == [Outcome.PASS, Outcome.FAIL]


def test_who_forgets_the_option_is_told_of_it(instant: str, openapi: Path) -> None:
    """The calls of this API are none of the published one's."""
    program = command(CORRECT_TASKS / "plain.py")
    report = ClientCheck(program, openapi / "midjourney.json", only=("",), server=instant).run()
    case = next(case for case in report.cases if case.id == "C003/unknown")
    assert case.outcome is Outcome.FAIL
    assert "/api/v1/mj/generate is no operation of this API, but one of another: --api tasks" in case.seen


def test_the_option_is_part_of_the_command_that_shows_a_case_again(openapi: Path) -> None:
    """Else it would be played to the other API."""
    check = ClientCheck(("x",), openapi / "tasks.json", variables={"A": "{url}"}, api=TASKS_API)
    assert check.subject.again("V-001") == "mjsim check client --api tasks --env 'A={url}' --replay V-001 -- x"


def test_the_command_knows_the_task_api(capfd: pytest.CaptureFixture[str]) -> None:
    """With a simulator of its own, from the option to the report."""
    program = command(CORRECT_TASKS / "plain.py")
    assert main(["check", "client", "--api", "tasks", "--only", "job/course/*failed/*", "--", *program]) == 0
    assert "1 of 1 variations survived" in capfd.readouterr().out


def test_an_api_that_is_none(capfd: pytest.CaptureFixture[str]) -> None:
    """Those that are known are named, in one line."""
    assert main(["check", "client", "--api", "task", "--", "x"]) == 2
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith("mjsim: --api has to be one of midjourney, tasks, not 'task'.")


def test_every_api_that_the_option_names_has_clients_servers_and_receivers_to_check() -> None:
    """By the same names, in the same words and order."""
    assert {name: api.dialect for name, api in APIS.items()} == DIALECTS
    assert list(DIALECTS) == list(RECEIVERS) == list(SERVERS) == [document_of(name).stem for name in DIALECTS]
    assert [subject.api for subject in (MIDJOURNEY_SUBJECT, TASKS_SUBJECT)] == list(APIS.values())
