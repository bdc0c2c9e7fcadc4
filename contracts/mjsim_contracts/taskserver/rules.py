"""Every rule that a server of the task API is held to has a stable code, a sentence, and a reason why its users care."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from enum import StrEnum

from mjsim_contracts.server.expectations import EXPECTATIONS, Expectation
from mjsim_contracts.server.rules import ENGINE, Rule
from mjsim_contracts.taskserver.callbacks.rules import CALLBACK_RULES, Code
from mjsim_contracts.taskserver.probe import FREE, NO_KEY, NO_TASK, ODD
from mjsim_contracts.taskserver.promises import ANSWERS, LOOKS


class TaskExpectation(StrEnum):
    """The codes of what the walk can tell because it knows what it sent."""

    REFUSED = NO_KEY
    UNKNOWN = NO_TASK
    CREDITS = "making-tasks-adds-no-credits"
    PRICES = "credits-are-spent-by-the-price-list"
    FAILURES = "failed-tasks-cost-nothing"
    REFUSALS = "refusals-cost-nothing"
    RESULTS = "results-can-be-fetched"


_ENDED = "no task came to its end within the patience of this run"

_WALK = (
    Rule(TaskExpectation.REFUSED, "Without a valid key the code is 401.", "Tasks and credits are open to anybody."),
    Rule(
        TaskExpectation.UNKNOWN,
        "A task that never was is answered by code 400, 404 or 422.",
        "A client polls for ever for a task that it has misspelt.",
    ),
    Rule(
        TaskExpectation.CREDITS,
        "Credits never grow because a task is made.",
        "Whoever finds that out works for nothing.",
    ),
    Rule(
        TaskExpectation.PRICES,
        "What is spent is the sum of the prices of the tasks that have succeeded.",
        "Clients budget by the price list.",
        needs=f"{_ENDED}, failed ones were charged, or the credits of the key are no number",
    ),
    Rule(
        TaskExpectation.FAILURES,
        "A task that has failed costs nothing.",
        "Somebody pays for nothing.",
        needs="no task failed in this run",
    ),
    Rule(
        TaskExpectation.REFUSALS,
        "A request that is refused costs nothing.",
        "Somebody pays for nothing.",
        needs="the credits of the key are no number",
    ),
    Rule(
        TaskExpectation.RESULTS,
        "The results of a task can be fetched.",
        "What was paid for cannot be had.",
        needs=f"{_ENDED}, or its results lie on a host that is out of reach",
    ),
)

_WHY_PROBES = "Sooner or later some client sends it; what it learns from the answer decides what it does next."
_WHY = "A client that polls takes the last look for the truth; a task that goes back makes it wait, or act twice."
_OTHER = "there was no key of another account; --other-key names one"
_ENVELOPE = "its codes are told by the envelope alone, where Schemathesis does not look for refusals"
_NEEDS: Mapping[str, str] = {
    "tasks-stay-with-their-account": _OTHER,
    **dict.fromkeys(("ST201", "ST203", "ST401"), _ENVELOPE),
}


def _all() -> Iterator[Rule]:
    yield from (replace(rule, needs=_NEEDS.get(rule.code, rule.needs)) for rule in ENGINE)
    promised = [(each.code, each.sentence) for each in ANSWERS.all] + [(each.code, each.sentence) for each in LOOKS.all]
    for code, sentence in promised:
        yield Rule(code, sentence, _WHY, "TaskRecord", needs=_NEEDS.get(code, _ENDED))
    for code in (Expectation.ANSWERED, Expectation.TESTED, Expectation.ACCEPTED):
        sentence, why, place = EXPECTATIONS[code]
        yield Rule(code, sentence, why, place)
    yield from _WALK
    for probe in (*FREE, *ODD):
        yield Rule(probe.code, probe.sentence, _WHY_PROBES, expected=probe.expected, advice=probe.advice)
    for rule, (sentence, why, needs) in CALLBACK_RULES.items():
        yield Rule(rule, sentence, why, "ExtendCallback" if rule is Code.EXTEND else "Callback", needs=needs)


MARKS: Mapping[str, str] = {
    "complete-time-comes-with-the-end": "completeTime",
    "errors-come-with-failure": "errorMessage",
    "results-come-with-success": "resultInfoJson",
    "success-flag-goes-forward": "successFlag",
    "task-ids-are-unique": "taskId",
    "the-asked-task-is-answered": "taskId",
    "a-task-is-what-was-asked": "taskType",
    **dict.fromkeys((TaskExpectation.CREDITS, TaskExpectation.FAILURES, TaskExpectation.PRICES), "data"),
    **dict.fromkeys((TaskExpectation.REFUSED, TaskExpectation.UNKNOWN, Expectation.ACCEPTED), "code"),
}
"""By code, the field of the answer to look at."""

TASK_RULES: Mapping[str, Rule] = {rule.code: rule for rule in _all()}
"""By code, in the order of a report."""
