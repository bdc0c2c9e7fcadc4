"""The report as a person reads it in a terminal: what failed comes first, and what was not put to the test is not
passed over in silence.
"""

from collections.abc import Callable, Iterable, Iterator

from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.report.printable import one_line, shortened

_COLOURS = {Outcome.FAIL: "1;31", Outcome.WARN: "33", Outcome.PASS: "32", Outcome.NOT_EXERCISED: "1;35"}
_MOST_SEEN = 400
_MOST_NAMED = 12
_INDENT = "  "

Paint = Callable[[str, Outcome], str]
"""Gives a text the colour of an outcome, or leaves it as it is."""


def terminal(report: Report, *, colour: bool = False) -> str:
    """The report as lines of text; escape sequences only where colour is wanted."""
    paint = _coloured if colour else _plain
    blocks = [_block(case, paint) for case in (*report.of(Outcome.FAIL), *report.of(Outcome.WARN))]
    blocks += [list(_known(report)), list(_not_exercised(report, paint)), list(_ending(report, paint))]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _plain(text: str, _outcome: Outcome) -> str:
    return text


def _coloured(text: str, outcome: Outcome) -> str:
    return f"\x1b[{_COLOURS[outcome]}m{text}\x1b[0m"


def _block(case: Case, paint: Paint) -> list[str]:
    where = f"  ({one_line(case.place)})" if case.place else ""
    lines = [f"{paint(case.outcome.upper(), case.outcome)}  {one_line(case.id)}  {one_line(case.title)}{where}"]
    told = (("expected", case.expected), ("seen", case.seen), ("why", case.why))
    lines += [f"{_INDENT}{name:<10}{one_line(shortened(text, _MOST_SEEN))}" for name, text in told if text]
    if case.reproduce:
        # Never cut, so that it can be copied.
        lines.append(f"{_INDENT}{'reproduce':<10}{one_line(case.reproduce)}")
    return lines


def _known(report: Report) -> Iterator[str]:
    if report.known:
        yield f"known failures, listed in the baseline: {_names(case.id for case in report.known)}"
    if report.stale:
        yield f"stale in the baseline, they fail no longer: {_names(report.stale)}"


def _not_exercised(report: Report, paint: Paint) -> Iterator[str]:
    idle = report.of(Outcome.NOT_EXERCISED)
    if not idle:
        return
    yield f"{paint('NOT EXERCISED', Outcome.NOT_EXERCISED)}  never put to the test, so neither passed nor failed:"
    reasons: dict[str, list[str]] = {}
    for case in idle:
        # An id alone tells nobody what it was that was not seen.
        reasons.setdefault(case.seen or case.title, []).append(case.id)
    for reason, names in reasons.items():
        yield f"{_INDENT}{_names(names)}: {one_line(reason, _MOST_SEEN)}"


def _ending(report: Report, paint: Paint) -> Iterator[str]:
    yield tally(report)
    yield from (one_line(sentence) for sentence in report.headline)
    verdict = paint(report.outcome.upper(), report.outcome)
    cost = f"{report.seconds:.1f} s, seed {report.seed}, profile {one_line(report.profile)}"
    yield f"{verdict}  {one_line(report.check)} {one_line(report.target)}  ({cost})"


def tally(report: Report) -> str:
    """How many cases ended in each way, in one line; what was not exercised stands out."""
    counts = report.counts
    parts = [f"{counts[outcome]} {outcome.value}" for outcome in (Outcome.FAIL, Outcome.WARN, Outcome.PASS)]
    if report.known:
        parts.append(f"{len(report.known)} known")
    if idle := counts[Outcome.NOT_EXERCISED]:
        parts.append(f"{idle} NOT EXERCISED")
    return ", ".join(parts)


def _names(ids: Iterable[str]) -> str:
    names = [one_line(each) for each in ids]
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return ", ".join(names[:_MOST_NAMED]) + more
