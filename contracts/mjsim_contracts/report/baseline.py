"""Known failures are listed in a file, so that a check can be adopted while they last: they are shown and fail nothing.

The file is JSON, `{"version": 1, "known": ["<case id>", ...]}`, sorted, so that two versions of it compare well.
Errors: CheckError for a file that cannot be read or written, or is no baseline.
"""

import json
from dataclasses import replace
from pathlib import Path

from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import ExitCode, Outcome, Report

_VERSION = 1


def read_baseline(path: Path) -> frozenset[str]:
    """The ids of the known failures."""
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise CheckError(f"the baseline {path} cannot be read: {error.strerror}", ExitCode.USAGE) from error
    except (ValueError, RecursionError) as error:
        raise CheckError(f"the baseline {path} is no JSON", ExitCode.USAGE) from error
    known = found.get("known") if isinstance(found, dict) and found.get("version") == _VERSION else None
    if not isinstance(known, list) or not all(isinstance(each, str) for each in known):
        raise CheckError(f'the baseline {path} is not of the form {{"version": 1, "known": [...]}}', ExitCode.USAGE)
    return frozenset(known)


def write_baseline(path: Path, report: Report) -> None:
    """List the present failures, and no others."""
    failing = sorted({case.id for case in report.cases if case.outcome is Outcome.FAIL})
    try:
        path.write_text(json.dumps({"version": _VERSION, "known": failing}, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise CheckError(f"the baseline {path} cannot be written: {error.strerror}", ExitCode.USAGE) from error


def apply_baseline(report: Report, known: frozenset[str]) -> Report:
    """The report with known failures marked, and with the ids that the baseline could do without.

    What was not exercised may still fail, so its id, and any other of its rule, is not stale.
    """
    cases = tuple(replace(case, known=case.outcome is Outcome.FAIL and case.id in known) for case in report.cases)
    failing = {case.id for case in cases if case.outcome is Outcome.FAIL}
    idle = {case.rule for case in cases if case.outcome is Outcome.NOT_EXERCISED}
    stale = (each for each in known - failing if each.partition("/")[0] not in idle)
    return replace(report, cases=cases, stale=tuple(sorted(stale)))
