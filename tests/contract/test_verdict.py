"""A verdict says what was found and what was not looked at, and an empty run is no pass."""

import json
from typing import Any

import pytest

from mjsim_contracts.verdict import ServerVerdict, read_verdict

REPORT: dict[str, Any] = {
    "exit_code": 0,
    "failures": [],
    "errors": [],
    "test_cases": {"generated": 12},
    "operations": {"tested": 2},
    "phases": {"coverage": {"status": "success"}},
    "valid_rates": {"GET /v1/jobs": {"coverage": {"accepted": 2}, "fuzzing": {"accepted": 3}}},
    "running_time": 1.25,
}
FAILURE = {"code": "ST108", "title": "Response violates schema", "operations": ["GET /v1/jobs"], "count": 3}


def verdict(*phases: str, **changes: Any) -> ServerVerdict:
    """The verdict of a report with changes."""
    return read_verdict(json.dumps(REPORT | changes).encode(), b'{"listed-once": 4}', phases or ("coverage",), "said")


def test_a_sound_run_passes() -> None:
    """With what was accepted summed up over the phases."""
    sound = verdict()
    assert sound.passed
    assert sound.accepted == {"GET /v1/jobs": 5}
    assert sound.summary() == "PASS: 12 requests to 2 operations in 1.2 s"


@pytest.mark.parametrize(
    "changes",
    [
        {"exit_code": 1},
        {"failures": [FAILURE]},
        {"errors": [{"title": "Network Error", "count": 8}]},
        {"test_cases": {"generated": 0}},
        {"phases": {"coverage": {"status": "skip"}}},
        {"phases": {"coverage": {"status": "error"}}},
        {"phases": {}},
    ],
)
def test_whatever_is_wrong_with_a_run_it_does_not_pass(changes: dict[str, Any]) -> None:
    """A failure, an error, a phase that was left out, or no request at all."""
    assert not verdict(**changes).passed


def test_the_summary_names_what_was_found_and_what_was_not_looked_at() -> None:
    """One line each, the findings first."""
    found = verdict("coverage", "stateful", failures=[FAILURE], errors=[{"title": "Network Error", "count": 1}])
    assert found.summary().splitlines() == [
        "FAIL: 12 requests to 2 operations in 1.2 s",
        "  ST108  Response violates schema  (GET /v1/jobs)",
        "  error: Network Error (1)",
        "  not exercised: stateful",
    ]
