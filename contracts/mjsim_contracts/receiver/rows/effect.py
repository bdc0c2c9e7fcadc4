"""What deliveries make a receiver do: once, whatever comes, and nothing for a forger.

These exams run one at a time, because what they count does not say which delivery it belongs to.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace

from mjsim_contracts.receiver.bench import NotExercised, Trial
from mjsim_contracts.receiver.delivery import Framing
from mjsim_contracts.receiver.exam import Exam
from mjsim_contracts.receiver.rows.story import AT_ONCE_NUMBER, seen_at_work, unknown_job
from mjsim_contracts.receiver.rows.transport import BURST
from mjsim_contracts.receiver.rule import Judgement
from mjsim_contracts.report.model import Outcome

_TWICE = "two charges, two mails, two upscales for one event"

Action = Callable[[], Awaitable[object]]


async def once(trial: Trial, action: Action, *, events: int = 1, least: int = 1) -> Judgement:
    """The action has to have the effects of so many events, and in any case the least."""
    effects = trial.bench.effects
    if not effects.each:
        where = "the probe's number did not grow" if effects.probe else "it asked the API for nothing more"
        raise NotExercised(
            f"SIDE EFFECTS UNSEEN: {where} at a fresh event{'' if effects.probe else '; give a --probe'}"
        )
    grown = await effects.growth(action)
    seen = f"{effects.source} grew by {grown}; one event makes it grow by {effects.each}"
    if grown > events * effects.each:
        return Judgement(Outcome.FAIL, seen)
    return Judgement(Outcome.FAIL if grown < least else Outcome.PASS, seen if grown >= least else f"{seen}: it is lost")


async def _twice(trial: Trial) -> Judgement:
    true = trial.completed(age=3)

    async def thrice() -> None:
        for age in (3, 2, 0):
            await trial.send(replace(true, age=age), "attempt")

    return await once(trial, thrice)


async def _at_once(trial: Trial) -> Judgement:
    true = trial.completed()
    return await once(trial, lambda: trial.volley([true] * AT_ONCE_NUMBER))


async def _burst(trial: Trial) -> Judgement:
    deliveries = [trial.completed() for _ in range(BURST)]

    async def burst() -> None:
        answers = await trial.volley(deliveries)
        for delivery, answer in zip(deliveries, answers, strict=True):
            if not answer.accepted:
                await trial.send(delivery, "retry of what was not acknowledged")

    return await once(trial, burst, events=BURST, least=BURST)


async def _retried(trial: Trial, framing: Framing) -> Judgement:
    true = trial.completed(age=1)

    async def retry() -> None:
        await trial.send(replace(true, framing=framing), "first attempt")
        await asyncio.sleep(trial.bench.effects.quiet)
        await trial.send(replace(true, age=0), "the retry, signed anew")

    return await once(trial, retry)


async def _early(trial: Trial) -> Judgement:
    job = trial.job()
    true, name = trial.tell(job), trial.name(job)

    async def early_and_late() -> None:
        trial.bench.passing.hidden.add(name)
        await trial.send(true, "the event, while the API does not know the job")
        trial.bench.passing.hidden.discard(name)
        await trial.send(true, "the retry, when the API knows the job")

    return await once(trial, early_and_late)


async def _after_progress(trial: Trial) -> Judgement:
    """The end of a job whose progress was told before, by other webhook-ids."""
    life, effects = seen_at_work(trial), trial.bench.effects
    for job in life.working:
        await trial.send(trial.tell(job), f"news of progress {job['progress']}")
    await effects.growth(lambda: asyncio.sleep(0))
    return await once(trial, lambda: trial.send(trial.tell(life.end), "the end"))


async def _forged(trial: Trial) -> Judgement:
    """Forgeries, and then the true deliveries whose ids they have used."""
    true = trial.completed()

    async def forge() -> None:
        for delivery in (true.forged(), true.unsigned()):
            await trial.send(delivery, "forgery")

    effects = trial.bench.effects
    grown = await effects.growth(forge) if effects.each else 0
    if grown:
        return Judgement(Outcome.FAIL, f"{effects.source} grew by {grown} through forgeries")
    found = await once(trial, lambda: trial.send(true, "the true delivery, of the same id"))
    return found._replace(seen=f"nothing through forgeries; then {found.seen}")


async def _unknown(trial: Trial) -> Judgement:
    """To a receiver that never asks the API, no job is unknown."""
    job = unknown_job(trial)
    found = await once(trial, lambda: trial.send(trial.tell(job)), least=0)
    if "grew by 0;" in found.seen:
        return found
    if not trial.bench.passing.about(trial.name(job)):
        raise NotExercised("the receiver does not ask the API for the job, so it cannot know that there is none")
    return found._replace(outcome=Outcome.FAIL)


def _effect(id_: str, title: str, run: Callable[[Trial], Awaitable[Judgement]], why: str = _TWICE) -> Exam:
    return Exam(id_, title, "the side effects of one event", why, run)


EFFECTS: tuple[Exam, ...] = (
    _effect("R01-twice-effect", "side effects of the same event three times", _twice),
    _effect("R01-at-once-effect", f"side effects of the same event {AT_ONCE_NUMBER} times at once", _at_once),
    _effect("R03-before-created-effect", "side effects of an early event and its retry", _early),
    Exam(
        "R04-unknown-job-effect",
        "side effects of a job that does not exist",
        "none",
        "a job nobody knows is no reason to act",
        _unknown,
    ),
    _effect(
        "R05-answer-lost-effect",
        "side effects of an attempt whose answer was lost, and its retry",
        lambda trial: _retried(trial, Framing.ABANDONED),
    ),
    _effect(
        "R05-cut-off-effect",
        "side effects of an attempt that was cut off, and its retry",
        lambda trial: _retried(trial, Framing.CUT),
        "an event that is taken for known before it was read is lost",
    ),
    Exam(
        "R09-forgery-effect",
        "side effects of forgeries, and of the true delivery after them",
        "none, and then those of one event",
        "a forger must neither cause anything nor use up the id of a true event",
        _forged,
        signed=True,
    ),
    Exam(
        "R17-burst-effect",
        f"side effects of {BURST} events at once",
        f"those of {BURST} events",
        "what is read, changed and written back by two at once is lost by one of them",
        _burst,
        jobs=BURST,
    ),
)

END_AFTER_PROGRESS = Exam(
    "R02-end-after-progress-effect",
    "side effects of the end of a job whose progress was told before",
    "the side effects of one event",
    "an event is known by its webhook-id; who takes the job for it loses the end",
    _after_progress,
    progress=True,
)
