"""CI systems read the report as JUnit XML: counts that add up, and skipped for what was not exercised."""

from xml.etree import ElementTree as ET

import pytest

from mjsim_contracts.report.junit import junit


@pytest.mark.parametrize("name", ["mixed", "hostile", "empty"])
def test_the_counts_are_those_of_the_elements(request, name):
    report = request.getfixturevalue(name)
    root = ET.fromstring(junit(report))
    (suite,) = root
    assert root.tag == "testsuites"
    assert int(suite.get("tests")) == len(suite.findall("testcase")) == len(report.cases)
    assert int(suite.get("failures")) == len(suite.findall("testcase/failure"))
    assert int(suite.get("skipped")) == len(suite.findall("testcase/skipped"))
    assert suite.get("errors") == "0"


def test_each_outcome_is_what_a_reader_of_junit_expects(mixed):
    root = ET.fromstring(junit(mixed))
    children = {case.get("name").partition(":")[0]: [child.tag for child in case] for case in root.iter("testcase")}
    assert children == {
        "ST101": [],
        "children-have-parents": ["skipped"],
        "C033": ["system-out"],
        "ST201/listJobs": ["skipped"],
        "total-fits-the-page/listJobs": ["failure"],
    }


def test_a_failure_tells_the_whole_story(mixed):
    (failure,) = ET.fromstring(junit(mixed)).iter("failure")
    assert failure.get("message") == "8 jobs came"
    assert failure.get("type") == "total-fits-the-page"
    assert "reproduce: curl -sS http://127.0.0.1:8080/v1/jobs" in failure.text
    assert "GET /v1/jobs HTTP/1.1" in failure.text


def test_what_xml_cannot_hold_is_replaced(hostile):
    text = junit(hostile)
    assert "\x00" not in text
    assert "�" in text
    text.encode()
