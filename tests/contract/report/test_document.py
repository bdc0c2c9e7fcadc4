"""Programs read the report as JSON, and the schema that is shipped with it describes what they get."""

import json
from copy import deepcopy

import pytest
from jsonschema_rs import Draft202012Validator

from mjsim_contracts.report.document import document, schema


def closed(node):
    """The schema, allowing no field that it does not describe."""
    node = deepcopy(node)
    for each in [node, *node["$defs"].values(), node["$defs"]["matrix"]["properties"]["rows"]["items"]]:
        if "properties" in each:
            each["additionalProperties"] = False
    return node


@pytest.mark.parametrize("name", ["mixed", "hostile", "empty"])
def test_every_report_fits_the_schema_and_has_no_other_field(request, name):
    text = document(request.getfixturevalue(name))
    Draft202012Validator(closed(schema())).validate(json.loads(text))
    text.encode()


def test_the_schema_is_one():
    import jsonschema_rs

    jsonschema_rs.meta.validate(schema())


def test_a_report_that_lacks_something_does_not_fit(mixed):
    whole = json.loads(document(mixed))
    for name in schema()["required"]:
        assert not Draft202012Validator(schema()).is_valid(
            {key: value for key, value in whole.items() if key != name}
        ), name


def test_the_numbers_are_those_of_the_report(mixed):
    found = json.loads(document(mixed))
    assert found["counts"] == {"pass": 1, "warn": 1, "fail": 1, "not_exercised": 1, "known": 1}
    assert (found["outcome"], found["exit_code"], found["seed"], found["stale"]) == ("fail", 1, 7, ["ST999/nothing"])
    assert [case["id"] for case in found["cases"] if case["known"]] == ["ST201/listJobs"]
