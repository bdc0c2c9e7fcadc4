"""An exam is one way in which the world troubles receivers, with what a correct one does and why that matters.

A refusal counts only if the same delivery, rightly signed, is accepted right after: this is the one place that sees to it.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mjsim_contracts.receiver.bench import Bench, NotExercised, Scheme, Trial
from mjsim_contracts.receiver.delivery import Delivery
from mjsim_contracts.receiver.rule import ACCEPTED, REFUSED, Judgement, Rule
from mjsim_contracts.report.model import Outcome

Run = Callable[[Trial], Awaitable[Judgement]]

FAULTS = {
    0: "the happy path",
    1: "duplicates",
    2: "out of order",
    3: "before the create call returned",
    4: "unknown job",
    5: "retry after work was done",
    6: "hours late",
    7: "replay",
    8: "clock skew",
    9: "forgery",
    10: "malformed signature header",
    11: "rotation of secrets",
    12: "the same in other words",
    13: "broken bodies",
    14: "news of the future",
    15: "slow and unusual transport",
    16: "large bodies",
    17: "bursts",
    18: "no webhook",
    19: "jobs that did not complete",
}
"""The kinds of fault, by the number in the ids of their exams."""


@dataclass(frozen=True, slots=True)
class Exam:
    """`row` is the kind of fault; `jobs` is how many fresh jobs it uses.

    `signed`: only a receiver that checks signatures can be put to it. `standard`: only one that checks those of Standard
    Webhooks. `progress`: only one that is told of progress. `again` is "twice" or "at once" where it takes several of
    the same delivery to reproduce it.
    """

    id: str
    title: str
    expected: str
    why: str
    run: Run
    signed: bool = False
    standard: bool = False
    progress: bool = False
    jobs: int = 1
    again: str = ""

    @property
    def row(self) -> int:
        """The kind of fault."""
        return int(self.id[1:3])

    def excuse(self, bench: Bench, *, progress: bool, insecure: bool) -> str:
        """Why the receiver cannot be put to it; empty where it can."""
        if self.signed and insecure:
            return "--insecure: the receiver is said to check no signature, so ANYBODY CAN SEND IT ANYTHING"
        if self.standard and not bench.scheme.standard:
            return "X-Midjourney-Signature signs the body alone: neither id nor timestamp, and no second signature"
        if self.progress and not progress:
            return "--webhook-type result: such a receiver is told of completed and failed jobs only"
        return ""


Make = Callable[[Trial], Delivery]
Change = Callable[[Delivery, Scheme], Delivery]


def accepts(
    id_: str,
    title: str,
    why: str,
    make: Make,
    rule: Rule = ACCEPTED,
    *,
    signed: bool = False,
    standard: bool = False,
    progress: bool = False,
) -> Exam:
    """One delivery, judged by a rule."""

    async def run(trial: Trial) -> Judgement:
        return rule.judge(await trial.send(make(trial)))

    return Exam(id_, title, rule.expected, why, run, signed, standard, progress)


def refuses(
    id_: str,
    title: str,
    why: str,
    change: Change,
    rule: Rule = REFUSED,
    hex_rule: Rule | None = None,
    *,
    signed: bool = False,
    standard: bool = False,
) -> Exam:
    """A true delivery changed for the worse, and then the true one; `hex_rule` is for receivers of that scheme."""

    async def run(trial: Trial) -> Judgement:
        true = trial.completed()
        faulty = change(true, trial.bench.scheme)
        held_to = hex_rule if hex_rule and not trial.bench.scheme.standard else rule
        found = held_to.judge(await trial.send(faulty, "faulty delivery", title))
        control = await trial.send(true, "control: the same, rightly made")
        if found.outcome is Outcome.PASS and not control.accepted:
            raise NotExercised(f"{found.seen} proves nothing: the same delivery, rightly made, got {control} too")
        return found

    return Exam(id_, title, rule.expected, why, run, signed, standard)


def worst(found: list[Judgement]) -> Judgement:
    """The one that matters."""
    order = (Outcome.PASS, Outcome.WARN, Outcome.FAIL)
    return max(found, key=lambda one: order.index(one.outcome))
