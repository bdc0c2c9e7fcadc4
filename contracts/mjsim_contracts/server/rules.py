"""Every rule that a server is held to has a stable code, a sentence, and a reason why its users care."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mjsim_contracts.promises.answer import ANSWER_PROMISES
from mjsim_contracts.promises.job import JOB_PROMISES
from mjsim_contracts.promises.listing import LIST_PROMISES
from mjsim_contracts.promises.walk import WALK_PROMISES
from mjsim_contracts.server.expectations import EXPECTATIONS, Expectation
from mjsim_contracts.server.probe import PROBES
from mjsim_contracts.server.webhooks.rules import ADVICE, WEBHOOK_RULES

_NOTHING = "nothing in this run put it to the test"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that is judged. `advice` makes a breach a warning; `needs` says what has to happen for it to be judged."""

    code: str
    title: str
    why: str = ""
    place: str = ""
    expected: str = ""
    needs: str = _NOTHING
    advice: bool = False


_ENDED = "no job came to its end within the patience of this run"
_OPEN = "no job was seen before it ended"

_NEEDS: Mapping[str, str] = {
    "cancelling-cancels": _OPEN,
    Expectation.CANCELLED: _OPEN,
    "completed-is-complete": _ENDED,
    "result-fits-type": _ENDED,
    "images-have-places": _ENDED,
    "imagine-gives-its-grid": _ENDED,
    "upscales-are-larger": f"{_ENDED}, or its images do not say their size",
    "images-have-the-asked-shape": f"{_ENDED}, or its images do not say their size",
    Expectation.PICTURES: f"{_ENDED}, or its pictures lie on a host that is out of reach",
    "children-are-not-their-parents": _ENDED,
    "children-have-parents": "no job failed, was cancelled, or came without a grid",
    "settled-stays-as-it-is": _ENDED,
    "too-late-means-ended": _ENDED,
    "ended-jobs-cannot-be-cancelled": _ENDED,
    "foreign-jobs-are-not-found": "there was no key of another account; --other-key names one",
    "jobs-stay-with-their-account": "there was no key of another account; --other-key names one",
}

_WHY_ANSWERS = "A client acts on each answer; one that contradicts an earlier one makes it act on the wrong job."
_WHY_JOBS = "A client that polls takes the last look for the truth; a job that goes back makes it wait, or act twice."
_WHY_LISTS = "A client pages by total, limit and offset; where they do not add up it misses jobs, or never ends."

_WHY_PROBES = "Sooner or later some client sends it; what it learns from the answer decides what it does next."

OTHER_REFUSAL = "ST204-REFUSAL"
"""ST204, where the method was refused all the same: nothing was served."""

ENGINE = (
    Rule("ST101", "No request is answered by a server error.", "A 5xx tells a client nothing that it could act on."),
    Rule("ST103", "Every answer has a documented status.", "Clients are written against the documented statuses."),
    Rule("ST105", "Every answer has a documented media type.", "Clients choose their parser by it."),
    Rule("ST108", "Every answer fits its schema.", "Typed clients refuse what does not fit, or crash on it."),
    Rule("ST112", "Every answer comes within ten seconds.", "Clients give up, and try again."),
    Rule(
        "ST201", "Requests that break the contract are refused.", "A mistake that is let through shows up much later."
    ),
    Rule("ST202", "Requests that keep the contract are accepted.", "A correct client is turned away."),
    Rule("ST203", "Without the Authorization header the answer is 401.", "Jobs and credits are open to anybody."),
    Rule(
        "ST204",
        "A method that an endpoint does not have is not served, and 405 comes with Allow.",
        "A typing error looks served.",
    ),
    Rule(
        OTHER_REFUSAL,
        "A method that an endpoint does not have is refused by 405.",
        "A client cannot tell a wrong method from a wrong address.",
        advice=True,
    ),
    Rule("ST205", "Allow lists the documented methods.", "Tools discover methods by it."),
    Rule("ST401", "Without a valid key there is no success.", "Jobs and credits are open to anybody."),
)
"""What Schemathesis judges, whatever the contract."""


_COMPLETE = "answers-are-complete"
"""What the schema lets be absent is no failure, however much it is missed."""


def _all() -> Iterator[Rule]:
    yield from ENGINE
    for promises, why, place in (
        (ANSWER_PROMISES.all, _WHY_ANSWERS, ""),
        (JOB_PROMISES.all, _WHY_JOBS, "Job"),
        (LIST_PROMISES.all, _WHY_LISTS, "listJobs"),
        (WALK_PROMISES.all, _WHY_LISTS, "listJobs"),
    ):
        for each in promises:
            needs = _NEEDS.get(each.code, _NOTHING)
            yield Rule(each.code, each.sentence, why, place, needs=needs, advice=each.code == _COMPLETE)
    for code, (sentence, why, place) in EXPECTATIONS.items():
        advice = code == Expectation.FLAGS
        yield Rule(code, sentence, why, place, needs=_NEEDS.get(code, _NOTHING), advice=advice)
    for code, (sentence, why, needs) in WEBHOOK_RULES.items():
        yield Rule(code, sentence, why, "ImagineRequest", needs=needs, advice=code in ADVICE)
    for probe in PROBES:
        yield Rule(probe.code, probe.sentence, _WHY_PROBES, expected=probe.expected)


RULES: Mapping[str, Rule] = {rule.code: rule for rule in _all()}
"""By code, in the order of a report."""
