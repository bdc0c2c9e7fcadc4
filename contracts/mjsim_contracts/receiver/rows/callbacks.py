"""Callbacks of the task API: of every kind of task, forged as far as their signature reaches, and with more than is known.

The signature covers the task's id and the time. So nothing is asked of receivers here about bodies that were changed on
the way, and how old a callback may be is nowhere said.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mjsim_contracts.receiver.bench import NotExercised, Trial
from mjsim_contracts.receiver.delivery import Delivery
from mjsim_contracts.receiver.exam import Change, Exam, Make, accepts, refuses
from mjsim_contracts.receiver.news import Job
from mjsim_contracts.receiver.rows.content import worded
from mjsim_contracts.receiver.rows.effect import once
from mjsim_contracts.receiver.rows.state import needs_states, stored, told
from mjsim_contracts.receiver.rule import ACCEPTED, ACCEPTED_AT_BEST, REFUSED_AT_BEST, Judgement
from mjsim_contracts.receiver.task_maker import LONGER, UPSCALE, VARY, VIDEO
from mjsim_contracts.report.model import Outcome

_HOUR = 3600
_KINDS = "one address is told of all tasks, and not all of them make four pictures"
_UNKNOWN_CODE = 599
_FUTURE = "the API may say more tomorrow; a receiver that breaks on it loses callbacks"
_AGED = "whoever recorded a callback once can send it again; the API says when it was sent, not how long to believe it"

_RESULTS = (
    ("upscale", "an upscale: one picture", UPSCALE),
    ("variation", "variations of a picture", VARY),
    ("video", "a video", VIDEO),
    (
        "longer-video",
        "a longer video: resultInfoJson and successFlag in the place of promptJson and resultUrls",
        LONGER,
    ),
)


def _completed(sort: str) -> Make:
    return lambda trial: trial.completed(sort)


KINDS: tuple[Exam, ...] = (
    *(accepts(f"R00-{name}", title, _KINDS, _completed(sort)) for name, title, sort in _RESULTS),
    accepts(
        "R19-longer-video-failed",
        "a longer video that failed: errorCode and errorMessage in its data, and no results",
        "jobs fail; what is not there cannot be read",
        lambda trial: trial.tell(trial.job("failed", LONGER)),
    ),
)


async def _both(trial: Trial) -> tuple[Delivery, Delivery]:
    """What tells of an upscale, and what tells of the task that it was made of."""
    life = trial.bench.stock.take("completed", UPSCALE)
    assert life.parent is not None
    return trial.tell(life.end), trial.tell(life.parent)


async def _child_first(trial: Trial) -> Judgement:
    child, parent = await _both(trial)
    found = ACCEPTED.judge(await trial.send(child, "the upscale"))
    after = ACCEPTED.judge(await trial.send(parent, "what it was made of, a retry later"))
    return found if found.outcome is not Outcome.PASS else after


async def _child_first_effect(trial: Trial) -> Judgement:
    child, parent = await _both(trial)

    async def tell() -> None:
        await trial.send(child, "the upscale")
        await trial.send(parent, "what it was made of, a retry later")

    return await once(trial, tell, events=2)


ORDER = Exam(
    "R02-upscale-first",
    "an upscale, and only then the task that it was made of",
    ACCEPTED.expected,
    "the first callback may have been lost and come again, a minute or a quarter of an hour later",
    _child_first,
)

ORDER_EFFECT = Exam(
    "R02-upscale-first-effect",
    "side effects of an upscale, and then of the task that it was made of",
    "the side effects of two callbacks at most, and of one at least",
    "two charges or two mails for one task",
    _child_first_effect,
)


FORGERY: tuple[Exam, ...] = (
    refuses(
        "R09-other-task",
        "the true signature of another task",
        "who has seen one callback could report any task",
        lambda true, _: replace(true, id=true.id[::-1]),
        signed=True,
    ),
    refuses(
        "R09-time-alone-signed",
        "a signature of the time alone",
        "a signature has to say which task it is about",
        lambda true, _: replace(true, id=""),
        signed=True,
    ),
)


def _aged(seconds: int) -> Change:
    return lambda true, _: replace(true, age=seconds)


REPLAY: tuple[Exam, ...] = (
    *(
        refuses(f"R07-{name}", title, _AGED, _aged(age), REFUSED_AT_BEST, signed=True)
        for name, title, age in (
            ("old-capture", "a callback recorded six hours ago, its timestamp and signature as they were", 6 * _HOUR),
            ("from-the-future", "a timestamp six hours ahead", -6 * _HOUR),
        )
    ),
    refuses(
        "R07-timestamp-no-number",
        "a timestamp that is no number, signed by nobody",
        "an exception that any stranger can cause",
        lambda true, _: replace(true, stamp="yesterday").forged(),
        signed=True,
    ),
)


def _small_letters(trial: Trial) -> Delivery:
    true = trial.completed()
    return replace(true, headers=tuple((name.lower(), template) for name, template in true.headers))


def _with_data(trial: Trial, job: Job, changes: Mapping[str, Any], **beside: Any) -> Delivery:
    """The true callback of a task, with changes in its data and beside it."""
    document = trial.bench.news.tell(job)
    return trial.true({**document, **beside, "data": {**document["data"], **changes}})


def _coded(trial: Trial, failed: Job) -> Delivery:
    """The callback of a task that failed, with a code that says something else."""
    return trial.true({**trial.bench.news.tell(failed), "code": _UNKNOWN_CODE, "msg": "The task was put aside."})


def _without_prompt(trial: Trial) -> Delivery:
    document = trial.bench.news.tell(trial.job())
    data = {name: value for name, value in document["data"].items() if name != "promptJson"}
    return trial.true({**document, "data": data})


FUTURE: tuple[Exam, ...] = (
    accepts(
        "R14-unknown-field",
        "fields that are not known yet, in the data and beside it",
        _FUTURE,
        lambda trial: _with_data(trial, trial.job(), {"labels": ["sea"], "queue": None}, requestId="r-1"),
    ),
    accepts(
        "R14-unknown-code",
        f"a code that is not known yet, {_UNKNOWN_CODE}",
        "200 is success, and all else is failure; a refusal makes the sender come again, and then give up",
        lambda trial: _coded(trial, trial.job("failed")),
    ),
    accepts(
        "R14-results-null",
        "a failed task whose resultUrls are null",
        "there are none; some services say so by null",
        lambda trial: _with_data(trial, trial.job("failed"), {"resultUrls": None}),
        ACCEPTED_AT_BEST,
    ),
    accepts(
        "R14-without-prompt",
        "a callback without promptJson",
        "that of a longer video has none either",
        _without_prompt,
        ACCEPTED_AT_BEST,
    ),
)


WORDS: tuple[Exam, ...] = (
    *worded("JSON may be written in many ways, and no way is promised"),
    accepts(
        "R12-small-letters-in-headers",
        "x-webhook-timestamp, x-webhook-signature",
        "names of headers have no case; libraries and proxies write them as they like",
        _small_letters,
    ),
)


async def _unknown_code_state(trial: Trial) -> Judgement:
    """A receiver need not know such a task; only it must not take it for one that has succeeded."""
    needs_states(trial)
    completed = await told(trial, trial.job())
    if completed is None:
        raise NotExercised("STATES UNSEEN: the probe does not show the state of a task that succeeded")
    failed = trial.job("failed")
    await trial.send(_coded(trial, failed), f"code {_UNKNOWN_CODE}")
    seen = await trial.bench.effects.state(trial.name(failed))
    outcome = Outcome.FAIL if seen == completed else Outcome.PASS
    return Judgement(outcome, f"the task is shown as {seen}" if seen else "the probe does not show the task")


STATES: tuple[Exam, ...] = (
    Exam(
        "R14-unknown-code-state",
        f"the state of a task that ended with code {_UNKNOWN_CODE}",
        "not that of a task that succeeded",
        "who takes an end for a success delivers nothing to somebody who has paid",
        _unknown_code_state,
        jobs=2,
    ),
    Exam(
        "R19-longer-video-failed-state",
        "the state of a longer video that failed",
        "not that of a task that succeeded",
        "who takes an end for a success delivers nothing to somebody who has paid",
        lambda trial: stored(trial, "failed", trial.job("failed", LONGER)),
    ),
)
