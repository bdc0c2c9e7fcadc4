"""What a rule is: a stable code, a sentence, the reason why it matters, and a function that judges a scene."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect import Dialect, Role
from mjsim_contracts.report.model import Evidence, Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a rule makes of one fact. `place` is the operation; `calls` are those that show it."""

    outcome: Outcome
    place: str = ""
    seen: str = ""
    calls: tuple[Call, ...] = ()
    more: tuple[Evidence, ...] = ()
    """What shows it beside the calls."""


Judge = Callable[[Scene, Contract], Iterator[Judgement]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the audit; `needs` is what an API must have operations for, lest the rule says nothing about it.

    In its sentence, and in why it matters, {notice} stands for what the API calls its news, and {seconds} for how long a
    receiver may take to answer that.
    """

    code: str
    sentence: str
    why: str
    judge: Judge
    severity: Outcome = Outcome.FAIL
    """The worst that breaking it means."""
    needs: Role | None = None

    def told(self, dialect: Dialect) -> tuple[str, str]:
        """Its sentence and why it matters, in the words of an API."""
        words = {"notice": dialect.notice.name, "seconds": f"{dialect.notice.seconds:g}"}
        return self.sentence.format_map(words), self.why.format_map(words)

    def fits(self, dialect: Dialect) -> bool:
        """Whether the API has what the rule is about."""
        return self.needs is None or self.needs in dialect.roles.values()


RULES: list[Rule] = []
"""Every rule, in the order in which their modules are imported."""


def rule(
    code: str, why: str, severity: Outcome = Outcome.FAIL, *, needs: Role | None = None
) -> Callable[[Judge], Judge]:
    """Register a rule; its docstring is its sentence, `severity` the worst that it says."""

    def register(judge: Judge) -> Judge:
        RULES.append(Rule(code, (judge.__doc__ or code).splitlines()[0], why, judge, severity, needs))
        return judge

    return register


def passed(call: Call) -> Judgement:
    """The rule was kept by this call."""
    return Judgement(Outcome.PASS, call.place)


def warned(seen: str, *calls: Call) -> Judgement:
    """Something that is unwise, and not forbidden."""
    return Judgement(Outcome.WARN, calls[0].place, seen, calls)


def failed(seen: str, *calls: Call) -> Judgement:
    """The rule was broken."""
    return Judgement(Outcome.FAIL, calls[0].place, seen, calls)
