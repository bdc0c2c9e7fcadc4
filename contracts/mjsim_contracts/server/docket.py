"""What all parts of a check saw comes together here: for each rule how often it was judged, and where it was broken."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from mjsim_contracts.report.model import Case, Evidence, Outcome
from mjsim_contracts.server.rules import RULES, Rule


class Verdict(NamedTuple):
    """A rule that was judged, with what is wrong; empty where nothing is."""

    code: str
    wrong: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that was seen broken at a place, which is an operationId or a part of the contract."""

    code: str
    place: str
    seen: str
    reproduce: str = ""
    evidence: tuple[Evidence, ...] = ()
    title: str = ""
    count: int = 1


class Docket:
    """Collects judgements and findings; the first finding of a rule at a place is shown, the others are counted."""

    def __init__(self) -> None:
        self.judged: Counter[str] = Counter()
        self._findings: dict[tuple[str, str], Finding] = {}

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The first of each kind, with how often it came."""
        return tuple(self._findings.values())

    def judge(self, judged: Mapping[str, int]) -> None:
        """Count judgements by rule."""
        self.judged.update(judged)

    def find(self, finding: Finding) -> None:
        """Take down a finding; the shortest conversation that shows it is kept."""
        key = finding.code, finding.place
        before = self._findings.get(key)
        if before is None:
            self._findings[key] = finding
            return
        better = finding if 0 < len(finding.evidence) < len(before.evidence) else before
        self._findings[key] = replace(better, count=before.count + finding.count)

    def merge(self, other: "Docket") -> None:
        """Take over what another one collected; where both found the same, what is here already is shown."""
        self.judge(other.judged)
        for finding in other.findings:
            key = finding.code, finding.place
            before = self._findings.get(key)
            self._findings[key] = replace(before, count=before.count + finding.count) if before else finding

    def cases(self, rules: Mapping[str, Rule] = RULES) -> Iterator[Case]:
        """A case for each rule, and where it was broken one for each place."""
        broken = self._by_code()
        for code, rule in rules.items():
            if found := broken.pop(code, None):
                yield from (_broken(rule, finding) for finding in found)
            elif number := self.judged[code]:
                yield Case(code, rule.title, Outcome.PASS, seen=f"kept {number} times", why=rule.why, place=rule.place)
            else:
                yield Case(code, rule.title, Outcome.NOT_EXERCISED, seen=rule.needs, why=rule.why, place=rule.place)
        for code, others in broken.items():
            yield from (_broken(Rule(code, finding.title or code), finding) for finding in others)

    def _by_code(self) -> dict[str, list[Finding]]:
        """The findings of each rule; one that names no place is left out where another one does."""
        found: dict[str, list[Finding]] = {}
        for finding in self.findings:
            found.setdefault(finding.code, []).append(finding)
        return {code: [each for each in all_of if each.place] or all_of for code, all_of in found.items()}


def _broken(rule: Rule, finding: Finding) -> Case:
    times = f" ({finding.count} times)" if finding.count > 1 else ""
    return Case(
        id=f"{rule.code}/{finding.place}" if finding.place else rule.code,
        title=rule.title,
        outcome=Outcome.WARN if rule.advice else Outcome.FAIL,
        expected=rule.expected,
        seen=finding.seen + times,
        why=rule.why,
        reproduce=finding.reproduce,
        place=finding.place or rule.place,
        evidence=finding.evidence,
    )
