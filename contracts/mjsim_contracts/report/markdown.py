"""The report as Markdown for the summary page of a CI run: a short table, then the findings."""

import re
from html import escape

from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.report.printable import one_line, printable, shortened

_SIGNS = {Outcome.FAIL: "❌", Outcome.WARN: "⚠️", Outcome.PASS: "✅", Outcome.NOT_EXERCISED: "⚪"}
_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~&@$])")
_MOST_SHOWN = 2000
_MOST_FINDINGS = 50
"""A summary page has a limit of its own, and nobody reads further."""


def markdown(report: Report) -> str:
    """The report as GitHub-flavoured Markdown."""
    title = f"## {_SIGNS[report.outcome]} mjsim check {_text(report.check)}: {report.outcome.value}"
    lines = [
        title,
        "",
        f"{_text(report.target)} · {report.seconds:.1f} s · seed {report.seed} · {_text(report.profile)}",
        "",
    ]
    lines += ["| fail | warn | pass | known | NOT EXERCISED |", "| ---: | ---: | ---: | ---: | ---: |"]
    counts = report.counts
    numbers = [counts[Outcome.FAIL], counts[Outcome.WARN], counts[Outcome.PASS], len(report.known)]
    lines += [f"| {' | '.join(map(str, (*numbers, counts[Outcome.NOT_EXERCISED])))} |", ""]
    lines += [f"- {_text(sentence)}" for sentence in report.headline]
    findings = (*report.of(Outcome.FAIL), *report.of(Outcome.WARN))
    for case in findings[:_MOST_FINDINGS]:
        lines += ["", *_finding(case)]
    if len(findings) > _MOST_FINDINGS:
        lines += ["", f"… and {len(findings) - _MOST_FINDINGS} more findings"]
    lines += _lists(report)
    return "\n".join(lines) + "\n"


def _finding(case: Case) -> list[str]:
    lines = [f"### {_SIGNS[case.outcome]} {_text(case.id)}", "", f"{_text(case.title)}", ""]
    told = (("place", case.place), ("expected", case.expected), ("seen", case.seen), ("why", case.why))
    lines += [f"- **{name}**: {_text(shortened(text, _MOST_SHOWN))}" for name, text in told if text]
    if case.reproduce:
        lines += ["", *_fenced(case.reproduce, "sh")]
    for evidence in case.evidence[:1]:
        lines += ["", f"<details><summary>{escape(one_line(evidence.title))}</summary>", ""]
        lines += _fenced(f"{evidence.request}\n\n{shortened(evidence.answer, _MOST_SHOWN)}", "http")
        lines += ["", "</details>"]
    return lines


def _lists(report: Report) -> list[str]:
    lines: list[str] = []
    for heading, ids in (
        ("Not exercised", [case.id for case in report.of(Outcome.NOT_EXERCISED)]),
        ("Known failures", [case.id for case in report.known]),
        ("Stale in the baseline", report.stale),
    ):
        if ids:
            lines += ["", f"**{heading}**: {', '.join(map(_text, ids))}"]
    return lines


def _fenced(text: str, language: str) -> list[str]:
    """A block of code whose fence is longer than any run of backticks inside."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    return [fence + language, printable(text), fence]


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", one_line(text))
