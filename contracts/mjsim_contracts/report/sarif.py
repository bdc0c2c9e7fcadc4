"""The report as SARIF 2.1.0, for code scanning: each finding points at the line of the contract that it breaks.

A finding is recognised from run to run by the id of its case; failures of the baseline are suppressed, not left out.
"""

import json
from typing import Any

from mjsim_contracts.contract import source_of
from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.report.printable import printable

_LEVELS = {
    Outcome.FAIL: ("fail", "error"),
    Outcome.WARN: ("fail", "warning"),
    Outcome.PASS: ("pass", "none"),
    Outcome.NOT_EXERCISED: ("notApplicable", "none"),
}
"""By outcome, SARIF's kind and level: a result that is no failure has the level none."""


def sarif(report: Report) -> str:
    """The report as a SARIF log with one run."""
    rules = _rules(report)
    index = {rule["id"]: number for number, rule in enumerate(rules)}
    driver = {"name": "mjsim check", "rules": rules}
    invocation = {"executionSuccessful": True, "exitCode": int(report.exit_code)}
    run = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"mjsim/{report.check}/"},
        "columnKind": "unicodeCodePoints",
        "invocations": [invocation],
        "results": [_result(case, index[case.rule]) for case in report.cases],
        "properties": {"target": report.target, "seed": report.seed, "profile": report.profile},
    }
    log = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2) + "\n"


def _rules(report: Report) -> list[dict[str, Any]]:
    rules: dict[str, dict[str, Any]] = {}
    for case in report.cases:
        if case.rule not in rules:
            rule: dict[str, Any] = {"id": case.rule, "shortDescription": {"text": _sentence(case.title)}}
            if case.why:
                rule["help"] = {"text": printable(case.why)}
            rules[case.rule] = rule
    return list(rules.values())


def _result(case: Case, rule: int) -> dict[str, Any]:
    kind, level = _LEVELS[case.outcome]
    told = (("Expected", case.expected), ("Seen", case.seen), ("Reproduce", case.reproduce))
    text = "\n".join([_sentence(case.title), *(f"{name}: {text}" for name, text in told if text)])
    result: dict[str, Any] = {
        "ruleId": case.rule,
        "ruleIndex": rule,
        "kind": kind,
        "level": level,
        "message": {"text": printable(text)},
        "partialFingerprints": {"caseId/v1": case.id},
        "locations": [{"physicalLocation": _location(case.place)}],
    }
    if case.known:
        result["suppressions"] = [{"kind": "external", "justification": "The baseline lists this failure."}]
    return result


def _location(place: str) -> dict[str, Any]:
    source, line = source_of(place)
    artifact = {"uri": f"openapi/{source}", "uriBaseId": "%SRCROOT%"}
    return {"artifactLocation": artifact} | ({"region": {"startLine": line}} if line else {})


def _sentence(title: str) -> str:
    return printable(title) if title.endswith(".") else printable(title) + "."
