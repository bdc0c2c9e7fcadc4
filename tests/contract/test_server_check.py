"""The simulator passes the check of servers, by either contract; a run that tested less than it should is no proof."""

import json
import time
from dataclasses import replace

import pytest

from mjsim_contracts.configuration import Configuration
from mjsim_contracts.contract import PUBLISHED
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import ExitCode, Outcome, Report
from mjsim_contracts.server.check import ServerCheck
from mjsim_contracts.server.engine import Engine
from mjsim_contracts.server.events import Events
from mjsim_contracts.server.profile import PROFILES
from mjsim_contracts.server.story import Stories


def must_pass(report: Report, *idle: str, all_succeeded: bool = False) -> None:
    """Nothing was found, nothing but the given rules was left out, and all operations succeeded, or all but one."""
    assert [(case.id, case.seen) for case in report.of(Outcome.FAIL)] == []
    assert {case.id for case in report.of(Outcome.NOT_EXERCISED)} == set(idle)
    assert report.exit_code is ExitCode.PASS
    (matrix,) = report.matrices
    assert [operation for operation, cells in matrix.rows if not cells[0]] == ([] if all_succeeded else ["cancelJob"])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_simulator_passes_the_quick_check(quick: str, seed: int) -> None:
    """Its jobs take their time, so that cancelling succeeds; what ends only after seconds is not waited for."""
    report = ServerCheck(quick, profile=PROFILES["quick"], seed=seed).run()
    assert report.of(Outcome.FAIL) == ()
    assert report.exit_code is ExitCode.PASS
    assert report.lanes


def test_the_simulator_passes_the_default_check_by_the_overlaid_contract(instant: str) -> None:
    """Without any waiver. No job lives long enough there to be cancelled, and all else is put to the test."""
    report = ServerCheck(instant, configuration=Configuration.OVERLAID).run()
    must_pass(report, "cancelling-cancels", "open-jobs-can-be-cancelled", "WH-CANCEL", "WH-SIGNATURE")
    assert report.of(Outcome.WARN) == ()


def test_one_account_is_enough_for_a_check(instant: str) -> None:
    """With a key of its own the parts take turns, and the jobs of one are the older jobs of the next."""
    report = ServerCheck(instant, key="sim-only", profile=PROFILES["quick"]).run()
    assert report.of(Outcome.FAIL) == ()
    assert "foreign-jobs-are-not-found" in {case.id for case in report.of(Outcome.NOT_EXERCISED)}
    assert not any("sim-only" in repr(case) for case in report.cases)


def test_an_honest_server_of_another_hand_passes(honest: str) -> None:
    """It keeps the published contract in its own way; what it has no part in is not exercised."""
    report = ServerCheck(honest, key="alice", other_key="bob", profile=PROFILES["quick"]).run()
    unsized = "upscales-are-larger", "images-have-the-asked-shape"
    unshown = "parameters-are-kept", "flags-are-settings", "pictures-are-what-they-say"
    must_pass(report, *unshown, *unsized, "WH-SIGNATURE", all_succeeded=True)
    # The published contract says that the body of a webhook is the job, and no more.
    assert [case.id for case in report.of(Outcome.WARN)] == ["WH-FIELDS"]


@pytest.mark.parametrize(("configuration", "found"), [("published", []), ("overlaid", ["ST103/listJobs"])])
def test_the_published_contract_needs_its_waiver(
    instant: str, monkeypatch: pytest.MonkeyPatch, configuration: str, found: list[str]
) -> None:
    """Judged without it, the honest 400 for a bad query is a failure, and the only one: the waiver is not stale."""
    monkeypatch.setattr(Configuration, "document", PUBLISHED)
    events = Events(time.time(), "sim-unwaived")
    chosen = Configuration(configuration)
    Engine(instant, "sim-unwaived", None, chosen, phases=("coverage",), operations=("listJobs",)).run(events)
    assert [f"{each.code}/{each.place}" for each in events.docket.findings] == found
    assert events.requests > 20


@pytest.mark.parametrize(
    ("method", "status", "found"),
    [
        ("QUERY", 501, []),
        ("GET", 501, ["ST204"]),
        ("PUT", 405, ["ST204"]),
        ("PUT", 404, ["ST204-REFUSAL"]),
        ("PUT", 200, ["ST204"]),
    ],
)
def test_a_refused_method_is_not_a_served_one(method: str, status: int, found: list[str]) -> None:
    """501 is what HTTP has for methods that nobody knows; 405 without Allow is what Schemathesis complains of."""
    failure = {"code": "ST204", "title": "Wrong response", "message": "to an undeclared method"}
    recorder = {
        "cases": {"a": {"value": {}}},
        "interactions": {
            "a": {"request": {"method": method, "uri": "http://a/v1/jobs"}, "response": {"status_code": status}}
        },
        "checks": {"a": [{"name": "unsupported_method", "failure_info": {"failure": failure}}]},
    }
    events = Events(time.time(), "sim-a")
    events.read(json.dumps({"ScenarioFinished": {"recorder": recorder}}))
    assert [each.code for each in events.docket.findings] == found


def test_what_was_found_before_the_time_was_over_is_told(instant: str) -> None:
    """Not to come to an end is a finding among others."""
    hasty = replace(PROFILES["quick"], seconds=0.2, patience=0, stories=Stories(number=1, steps=1, seconds=1))
    report = ServerCheck(instant, profile=hasty).run()
    assert [case.id for case in report.of(Outcome.FAIL)] == ["every-operation-is-tested"]
    assert report.counts[Outcome.PASS] > 40


def test_a_check_that_does_not_end_is_ended(instant: str) -> None:
    """Its time is bounded, whatever the server does."""
    engine = Engine(instant, "sim-a", seconds=0.2)
    with pytest.raises(CheckError, match=r"did not end within 0\.2 s"):
        engine.run(Events(time.time(), "sim-a"))
