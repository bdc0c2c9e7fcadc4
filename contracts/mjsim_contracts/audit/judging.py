"""All rules over all scenes: for each rule and operation one case, whose outcome is the worst that any scene showed."""

from collections.abc import Callable, Iterable, Iterator, Sequence

# Each of these modules registers its rules.
from mjsim_contracts.audit import agreement, pages, polling, requests, retries, webhooks  # noqa: F401
from mjsim_contracts.audit.evidence import curl, evidence
from mjsim_contracts.audit.rule import RULES, Judgement, Rule
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Dialect
from mjsim_contracts.report.model import Case, Outcome
from mjsim_contracts.terms import Contract

Reproduce = Callable[[Scene, Judgement], str]
"""The command that shows a judgement again."""

_RANK = {Outcome.FAIL: 0, Outcome.WARN: 1, Outcome.PASS: 2}

_Found = tuple[Scene, Judgement]


def audit(scenes: Sequence[Scene], contract: Contract, reproduce: Reproduce) -> tuple[Case, ...]:
    """The cases of all rules that the API gives cause for; one that nothing was put to is NOT EXERCISED."""
    return tuple(case for rule in rules(contract.dialect) for case in _cases(rule, scenes, contract, reproduce))


def rules(dialect: Dialect) -> list[Rule]:
    """The rules that an API gives cause for, by their codes."""
    return sorted((rule for rule in RULES if rule.fits(dialect)), key=_code)


def _code(rule: Rule) -> str:
    return rule.code


def _cases(rule: Rule, scenes: Iterable[Scene], contract: Contract, reproduce: Reproduce) -> Iterator[Case]:
    found: dict[str, list[_Found]] = {}
    for scene in scenes:
        for judgement in rule.judge(scene, contract):
            found.setdefault(judgement.place, []).append((scene, judgement))
    if not found:
        sentence, why = rule.told(contract.dialect)
        idle = _IDLE.get(rule.code, "").format(notice=contract.dialect.notice.name)
        yield Case(rule.code, sentence, Outcome.NOT_EXERCISED, seen=idle, why=why)
    for place, facts in found.items():
        yield _case(rule, place, facts, contract.dialect, reproduce)


_IDLE = {
    "C020": "no answer asked to wait",
    "C021": "nothing was tried again",
    "C024": "no POST was accepted, and none was left without an answer",
    "C025": "no list was read, and no job taken up, after a POST whose answer was lost",
    "C030": "no job was polled three times",
    "C032": "no job got stuck",
    "C033": "this check delivered no {notice}",
    "C040": "this check delivered no {notice} that was answered",
    "C050": "no list was read",
    "C060": "no picture was fetched",
}
"""Why a rule was not put to the test."""


def _case(rule: Rule, place: str, facts: Sequence[_Found], dialect: Dialect, reproduce: Reproduce) -> Case:
    sentence, why = rule.told(dialect)
    # The first of the worst: the baseline comes before the variations.
    scene, worst = min(facts, key=lambda fact: _RANK[fact[1].outcome])
    bad = worst.outcome is not Outcome.PASS
    return Case(
        id=f"{rule.code}/{place}" if place else rule.code,
        title=sentence,
        outcome=worst.outcome,
        expected=sentence if bad else "",
        seen=f"{worst.seen} (in {scene.name})" if bad else f"kept {len(facts)} times",
        why=why if bad else "",
        reproduce=reproduce(scene, worst) if bad else "",
        place=place,
        evidence=(*worst.more, *evidence(worst.calls)) if bad else (),
    )


def by_curl(_scene: Scene, judgement: Judgement) -> str:
    """The first request of a judgement, as a command."""
    return curl(judgement.calls[0]) if judgement.calls else ""
