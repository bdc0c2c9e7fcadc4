"""A baseline lets known failures pass, tells when it holds too much, and is refused when it is none."""

import json
from dataclasses import replace

import pytest

from mjsim_contracts.error import CheckError
from mjsim_contracts.report.baseline import apply_baseline, read_baseline, write_baseline
from mjsim_contracts.report.model import Case, ExitCode, Outcome, Report

FAIL = Case("a/x", "A", Outcome.FAIL)
PASS = Case("b", "B", Outcome.PASS)
IDLE = Case("c", "C", Outcome.NOT_EXERCISED)


def report(*cases: Case) -> Report:
    return Report("server", "url", cases, 1.0)


def test_known_failures_fail_nothing_and_stay_visible():
    found = apply_baseline(report(FAIL, PASS), frozenset({"a/x"}))
    assert found.exit_code is ExitCode.PASS
    assert found.outcome is Outcome.WARN
    assert [case.id for case in found.known] == ["a/x"]
    assert found.counts[Outcome.FAIL] == 0


def test_a_failure_that_is_not_listed_still_fails():
    found = apply_baseline(report(FAIL, replace(FAIL, id="a/y")), frozenset({"a/x"}))
    assert found.exit_code is ExitCode.FAIL


def test_what_fails_no_longer_is_stale_and_what_was_not_exercised_is_not():
    found = apply_baseline(report(FAIL, PASS, IDLE), frozenset({"a/x", "b/x", "c/x", "gone"}))
    assert found.stale == ("b/x", "gone")


def test_a_baseline_alone_makes_no_pass_of_an_empty_run():
    assert apply_baseline(report(IDLE), frozenset()).exit_code is ExitCode.FAIL


def test_what_is_written_can_be_read_and_holds_failures_only(tmp_path):
    path = tmp_path / "known.json"
    write_baseline(path, report(FAIL, PASS, IDLE, replace(FAIL, id="a/b")))
    assert read_baseline(path) == {"a/x", "a/b"}
    assert json.loads(path.read_text()) == {"version": 1, "known": ["a/b", "a/x"]}


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"version": 2, "known": []}', '{"version": 1, "known": [1]}', '{"known": []}']
)
def test_a_file_that_is_no_baseline_is_refused_by_name(tmp_path, text):
    path = tmp_path / "known.json"
    path.write_text(text)
    with pytest.raises(CheckError, match=r"known\.json") as raised:
        read_baseline(path)
    assert raised.value.code is ExitCode.USAGE


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(CheckError, match="cannot be read: No such file"):
        read_baseline(tmp_path / "nothing.json")
    with pytest.raises(CheckError, match="cannot be written: No such file"):
        write_baseline(tmp_path / "nowhere" / "known.json", report(FAIL))
