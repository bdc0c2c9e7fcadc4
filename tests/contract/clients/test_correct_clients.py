"""No correct client is failed, whatever its style and language: a check that cries wolf is soon switched off."""

import shutil
import sys
from pathlib import Path

import pytest

from mjsim_contracts.client.check import ClientCheck
from mjsim_contracts.client.variation import Profile
from mjsim_contracts.report.model import Outcome, Report

from .defects import CORRECT

CLIENTS = sorted(path.name for path in CORRECT.iterdir() if path.suffix in {".py", ".mjs", ".sh"})
RUNNERS = {".py": sys.executable, ".mjs": "node", ".sh": "sh"}


def command(program: Path) -> tuple[str, ...]:
    """How a client is run; skipped where its language is not here."""
    runner = RUNNERS[program.suffix]
    if shutil.which(runner) is None:
        pytest.skip(f"{runner} is not installed")
    return runner, str(program)


def failures(report: Report) -> list[str]:
    """What the report holds against the client."""
    return [f"{case.id}: {case.seen}" for case in report.cases if case.outcome is Outcome.FAIL]


@pytest.mark.parametrize("name", CLIENTS)
def test_a_correct_client_is_not_failed(instant: str, openapi: Path, name: str) -> None:
    """And most of what it was put to, it met."""
    check = ClientCheck(command(CORRECT / name), openapi / "midjourney.json", Profile.QUICK, server=instant)
    report = check.run()
    assert not failures(report)
    assert report.exit_code == 0
    assert report.counts[Outcome.PASS] > 4 * report.counts[Outcome.NOT_EXERCISED]


@pytest.mark.hunt
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("name", CLIENTS)
def test_no_seed_fails_a_correct_client(openapi: Path, name: str, seed: int) -> None:
    """In the default profile, in which nothing is left out that a client may meet on a bad day."""
    report = ClientCheck(command(CORRECT / name), openapi / "midjourney.json", seed=seed).run()
    assert not failures(report)
