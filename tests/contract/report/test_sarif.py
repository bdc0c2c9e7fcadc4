"""Code scanning reads the report as SARIF 2.1.0: stable rules, places in the contract, and fingerprints."""

import json
from pathlib import Path

import pytest

from mjsim_contracts.report.sarif import sarif

SOURCE = Path(__file__).parents[3] / "openapi" / "midjourney.yaml"


def run(report):
    log = json.loads(sarif(report))
    assert log["version"] == "2.1.0"
    (found,) = log["runs"]
    return found


@pytest.mark.parametrize("name", ["mixed", "hostile", "empty"])
def test_every_result_refers_to_a_rule_and_has_a_message_and_a_place(request, name):
    found = run(request.getfixturevalue(name))
    rules = [rule["id"] for rule in found["tool"]["driver"]["rules"]]
    assert len(set(rules)) == len(rules)
    for result in found["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        (location,) = result["locations"]
        assert location["physicalLocation"]["artifactLocation"]["uri"] == "openapi/midjourney.yaml"


def test_levels_and_kinds_agree(mixed):
    """The standard wants level none wherever the kind is not fail."""
    found = {result["ruleId"]: (result["kind"], result["level"]) for result in run(mixed)["results"]}
    assert found == {
        "ST101": ("pass", "none"),
        "children-have-parents": ("notApplicable", "none"),
        "C033": ("fail", "warning"),
        "ST201": ("fail", "error"),
        "total-fits-the-page": ("fail", "error"),
    }


def test_a_finding_points_at_the_line_of_its_operation(mixed):
    result = run(mixed)["results"][-1]
    line = result["locations"][0]["physicalLocation"]["region"]["startLine"]
    assert SOURCE.read_text().splitlines()[line - 1].strip() == "operationId: listJobs"


def test_a_place_that_the_contract_does_not_have_has_no_line(hostile):
    assert "region" not in run(hostile)["results"][0]["locations"][0]["physicalLocation"]


def test_the_fingerprint_is_the_id_of_the_case(mixed):
    assert run(mixed)["results"][-1]["partialFingerprints"] == {"caseId/v1": "total-fits-the-page/listJobs"}


def test_a_known_failure_is_suppressed_and_no_other_is(mixed):
    assert [result["ruleId"] for result in run(mixed)["results"] if "suppressions" in result] == ["ST201"]
