"""The report as one page that needs nothing else: no font, script or picture from anywhere, and none that may be added.

Whatever a server sent is shown as text; the page's own policy lets no other script run than the one written here.
"""

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from mjsim_contracts.report.model import Case, Evidence, Matrix, Outcome, Report
from mjsim_contracts.report.printable import printable, shortened
from mjsim_contracts.report.timeline import timeline

_MOST_SHOWN = 20_000
"""Of one request or answer, so many characters; a page has to open."""

_CLASSES = {Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.PASS: "pass", Outcome.NOT_EXERCISED: "idle"}
_ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.NOT_EXERCISED, Outcome.PASS)
_LEGEND = ("created", "poll", "webhook", "cancel", "429", "fault")


def html(report: Report) -> str:
    """The report as an HTML document."""
    style, script = _part("page.css"), _part("page.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'"
    title = f"{report.outcome.upper()} · mjsim check {report.check}"
    return "\n".join(
        (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{_text(title)}</title>\n<style>{style}</style>\n</head>\n<body>",
            *_header(report),
            *_cases(report),
            *(part for matrix in report.matrices for part in _matrix(matrix)),
            *_jobs(report),
            f"<script>{script}</script>\n</body>\n</html>\n",
        )
    )


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _header(report: Report) -> Iterator[str]:
    badge = f'<span class="badge {_CLASSES[report.outcome]}">{_text(report.outcome.value)}</span>'
    yield f"<header>{badge}<div><h1>mjsim check {_text(report.check)}</h1>"
    yield f'<p class="target">{_text(report.target)}</p></div>'
    cost = (("took", f"{report.seconds:.1f} s"), ("seed", report.seed), ("profile", report.profile))
    yield "<dl>" + "".join(f"<div><dt>{name}</dt><dd>{_text(str(value))}</dd></div>" for name, value in cost)
    yield "</dl></header>"
    if report.headline:
        yield f'<ul class="headline">{"".join(f"<li>{_text(each)}</li>" for each in report.headline)}</ul>'


def _cases(report: Report) -> Iterator[str]:
    yield '<nav aria-label="Show only">'
    yield f'<button type="button" data-show="" aria-pressed="true">all <b>{len(report.cases)}</b></button>'
    numbers = [(_CLASSES[each], each.value, report.counts[each]) for each in _ORDER]
    numbers.insert(1, ("known", "known", len(report.known)))
    for name, label, number in numbers:
        if number:
            button = f'<button type="button" class="{name}" data-show="{name}" aria-pressed="false">'
            yield f"{button}{_text(label)} <b>{number}</b></button>"
    yield "</nav><main>"
    for outcome in _ORDER:
        yield from map(_case, report.of(outcome))
        if outcome is Outcome.FAIL:
            yield from map(_case, report.known)
    yield "</main>"
    if report.stale:
        yield f'<p class="stale">Stale in the baseline, they fail no longer: {_text(", ".join(report.stale))}</p>'


def _case(case: Case) -> str:
    kind = "known" if case.known else _CLASSES[case.outcome]
    opened = " open" if case.outcome is Outcome.FAIL and not case.known else ""
    label = "known" if case.known else case.outcome.value
    head = (
        f'<span class="tag {kind}">{_text(label)}</span><code>{_text(case.id)}</code><span>{_text(case.title)}</span>'
    )
    rows = (
        ("place", case.place and f"<code>{_text(case.place)}</code>"),
        ("expected", _text(case.expected)),
        ("seen", _text(case.seen)),
        ("why", _text(case.why)),
        ("reproduce", case.reproduce and f"<pre>{_text(case.reproduce)}</pre>"),
    )
    facts = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    body = f"<dl>{facts}</dl>{''.join(map(_evidence, case.evidence))}"
    anchor = _text(case.id)
    return (
        f'<details class="case" id="{anchor}" data-outcome="{kind}"{opened}><summary>{head}</summary>{body}</details>'
    )


def _evidence(evidence: Evidence) -> str:
    mark = f"<mark>{_text(evidence.mark)}</mark>" if evidence.mark else ""
    sides = "".join(
        f"<div><h4>{name}</h4><pre>{_marked(text, evidence.mark)}</pre></div>"
        for name, text in (("request", evidence.request), ("answer", evidence.answer))
        if text
    )
    caption = f"<figcaption>{_text(evidence.title)} <time>{evidence.at:.2f} s</time>{mark}</figcaption>"
    return f'<figure>{caption}<div class="sides">{sides}</div></figure>'


def _marked(text: str, mark: str) -> str:
    """The text with the lines marked that hold what the mark names: a path such as `data.result`, before any colon."""
    name = mark.partition(":")[0].rpartition(".")[2].strip()
    key = f'"{name}"'
    lines = printable(shortened(text, _MOST_SHOWN)).split("\n")
    shown = (f"<mark>{escape(line)}</mark>" if name and key in line else escape(line) for line in lines)
    return "\n".join(shown)


def _matrix(matrix: Matrix) -> Iterator[str]:
    yield f'<section><h2>{_text(matrix.title)}</h2><div class="wide"><table><thead><tr><th></th>'
    yield "".join(f'<th scope="col">{_text(column)}</th>' for column in matrix.columns)
    yield "</tr></thead><tbody>"
    for label, cells in matrix.rows:
        row = "".join(f'<td class="{"seen" if cell else "unseen"}">{_text(cell)}</td>' for cell in cells)
        yield f'<tr><th scope="row">{_text(label)}</th>{row}</tr>'
    yield "</tbody></table></div></section>"


def _jobs(report: Report) -> Iterator[str]:
    drawing = timeline(report.lanes)
    if drawing:
        legend = "".join(f'<li class="k-{kind}">{kind}</li>' for kind in _LEGEND)
        yield f'<section><h2>Jobs over time</h2><ul class="legend">{legend}</ul><div class="wide">{drawing}</div></section>'


def _text(text: str) -> str:
    return escape(printable(text))
