"""The report as JUnit XML, as CI systems read it: a test case for each case, skipped where it was not exercised."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.report.printable import one_line

_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 cannot hold, not even escaped."""


def junit(report: Report) -> str:
    """The report as an XML document."""
    idle = report.counts[Outcome.NOT_EXERCISED] + len(report.known)
    counts = {
        "tests": str(len(report.cases)),
        "failures": str(report.counts[Outcome.FAIL]),
        "errors": "0",
        "skipped": str(idle),
        "time": f"{report.seconds:.3f}",
    }
    root = Element("testsuites", {"name": "mjsim check"} | counts)
    suite = SubElement(root, "testsuite", {"name": _clean(f"{report.check} {report.target}")} | counts)
    properties = SubElement(suite, "properties")
    for name, value in (("seed", report.seed), ("profile", report.profile)):
        SubElement(properties, "property", {"name": name, "value": _clean(str(value))})
    for case in report.cases:
        _add(suite, case, report.check)
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _add(suite: Element, case: Case, check: str) -> None:
    classname = ".".join(filter(None, ("mjsim", check, case.place)))
    name = f"{case.id}: {case.title}"
    attributes = {"classname": _clean(classname), "name": one_line(_clean(name)), "time": f"{case.seconds:.3f}"}
    element = SubElement(suite, "testcase", attributes)
    if case.known:
        SubElement(element, "skipped", {"message": _clean(f"known failure: {case.seen}")})
    elif case.outcome is Outcome.NOT_EXERCISED:
        SubElement(element, "skipped", {"message": _clean(f"not exercised: {case.seen}".removesuffix(": "))})
    elif case.outcome is Outcome.FAIL:
        failure = SubElement(element, "failure", {"message": one_line(_clean(case.seen)), "type": _clean(case.rule)})
        failure.text = _clean(_story(case))
    elif case.outcome is Outcome.WARN:
        SubElement(element, "system-out").text = _clean("warning\n" + _story(case))


def _story(case: Case) -> str:
    told: Mapping[str, str] = {name: getattr(case, name) for name in ("expected", "seen", "why", "reproduce")}
    lines = [f"{name}: {text}" for name, text in told.items() if text]
    for evidence in case.evidence:
        lines += ["", evidence.title, evidence.request, "", evidence.answer]
    return "\n".join(lines)


def _clean(text: str) -> str:
    return _NO_XML.sub("�", text)
