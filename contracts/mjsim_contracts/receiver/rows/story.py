"""A job's news may come twice, late, early or in the wrong order, and they are always acknowledged."""

import asyncio
from dataclasses import replace

from mjsim_contracts.receiver.bench import NotExercised, Trial
from mjsim_contracts.receiver.delivery import Framing
from mjsim_contracts.receiver.exam import Exam, accepts, worst
from mjsim_contracts.receiver.job_maker import CANCELLED
from mjsim_contracts.receiver.news import Job
from mjsim_contracts.receiver.rule import ACCEPTED, AT_ONCE, HANDLED_OR_LATER, Judgement
from mjsim_contracts.receiver.stock import Life
from mjsim_contracts.report.model import Outcome

AT_ONCE_NUMBER = 5
"""The same delivery on so many connections at the same moment; the smallest queues of servers take as many."""

_LOST_AFTER = 0.3
"""Seconds after which the sender whose answer was lost comes again: the work may be done by then."""

_AGAIN = "deliveries are repeated; a refusal makes the sender try again and again"

HAPPY = accepts(
    "R00-completed",
    "a completed job, rightly signed",
    "without this, nothing else means anything",
    lambda t: t.completed(),
)


def seen_at_work(trial: Trial) -> Life:
    """A completed job that was seen at work before."""
    return trial.bench.stock.take("completed", working=True)


async def _twice(trial: Trial) -> Judgement:
    true = trial.completed(age=2)
    first = ACCEPTED.judge(await trial.send(true, "first attempt"))
    second = ACCEPTED.judge(await trial.send(replace(true, age=0), "second attempt, signed anew"))
    third = ACCEPTED.judge(await trial.send(true, "the second attempt once more"))
    found = worst([first, second, third])
    return found._replace(seen=", ".join(one.seen for one in (first, second, third)))


async def _at_once(trial: Trial) -> Judgement:
    answers = await trial.volley([trial.completed()] * AT_ONCE_NUMBER)
    found = worst([AT_ONCE.judge(answer) for answer in answers])
    return found if found.outcome is not Outcome.PASS else found._replace(seen=f"{AT_ONCE_NUMBER} times {found.seen}")


async def _progress_after_end(trial: Trial) -> Judgement:
    life = seen_at_work(trial)
    found = [ACCEPTED.judge(await trial.send(trial.tell(life.end), "the end"))]
    for job in reversed(life.working):
        late = trial.tell(job)
        trial.blamed = late
        found.append(ACCEPTED.judge(await trial.send(late, f"late news: progress {job['progress']}")))
    return worst(found)


async def _before_created(trial: Trial) -> Judgement:
    """To the API the job is unknown at first, as it is to who has not read the answer to his POST yet."""
    job = trial.job()
    true, hidden, name = trial.tell(job), trial.bench.passing.hidden, trial.name(job)
    hidden.add(name)
    early = await trial.send(true, "the event, while the API does not know the job")
    hidden.discard(name)
    late = await trial.send(true, "the retry, when the API knows the job")
    found = ACCEPTED.judge(late)
    if found.outcome is Outcome.PASS and not (early.accepted or early.refused or early.status == 503):
        found = found._replace(outcome=Outcome.WARN)
    return found._replace(seen=f"{early}, and at the retry {found.seen}")


async def _follow_up_fails(trial: Trial) -> Judgement:
    job = trial.job()
    true, failing, name = trial.tell(job), trial.bench.passing.failing, trial.name(job)
    failing.add(name)
    first = await trial.send(true, "the event, while the API fails")
    failing.discard(name)
    if not trial.bench.passing.about(name):
        raise NotExercised("the receiver asks the API nothing, and nothing else from outside makes it answer 5xx")
    found = ACCEPTED.judge(await trial.send(true, "the retry, when the API is well again"))
    return found._replace(seen=f"{first}, and at the retry {found.seen}")


async def _lost(trial: Trial, framing: Framing) -> Judgement:
    true = trial.completed(age=1)
    await trial.send(replace(true, framing=framing), "first attempt")
    await asyncio.sleep(_LOST_AFTER)
    return ACCEPTED.judge(await trial.send(replace(true, age=0), "the retry, signed anew"))


def unknown_job(trial: Trial) -> Job:
    """A completed job of which the API knows nothing."""
    news = trial.bench.news
    return {**trial.job(), news.id_name: news.new_id()}


REPETITION: tuple[Exam, ...] = (
    Exam(
        "R01-twice", "the same event three times, one after the other", ACCEPTED.expected, _AGAIN, _twice, again="twice"
    ),
    Exam(
        "R01-at-once",
        f"the same event {AT_ONCE_NUMBER} times at once",
        AT_ONCE.expected,
        _AGAIN,
        _at_once,
        again="at once",
    ),
    Exam(
        "R05-answer-lost",
        "an attempt whose sender is gone before the answer, then the retry",
        ACCEPTED.expected,
        "a sender whose patience has ended comes again, whatever was done meanwhile",
        lambda trial: _lost(trial, Framing.ABANDONED),
    ),
    Exam(
        "R05-cut-off",
        "an attempt that is cut off half-way, then the retry",
        ACCEPTED.expected,
        "half a delivery must not make the receiver believe that it has the event",
        lambda trial: _lost(trial, Framing.CUT),
    ),
    Exam(
        "R05-follow-up-fails",
        "an attempt during which the API fails, then the retry",
        "2xx at the retry",
        "what was answered by 5xx comes again, and has to work then",
        _follow_up_fails,
    ),
)

PROGRESS_AFTER_END = Exam(
    "R02-progress-after-end",
    "news of progress after the end",
    ACCEPTED.expected,
    "order is promised by no sender; a refusal makes it come again and again",
    _progress_after_end,
    progress=True,
)

STRANGE: tuple[Exam, ...] = (
    Exam(
        "R03-before-created",
        "the event of a job that the API does not show yet",
        "2xx, or 4xx/503 that ask for a retry, and 2xx then",
        "a webhook can be faster than the answer to the request that made the job",
        _before_created,
    ),
    accepts(
        "R04-unknown-job",
        "a job that does not exist",
        "keys are shared and data bases are reset; an exception makes the sender try for days",
        lambda trial: trial.tell(unknown_job(trial)),
        HANDLED_OR_LATER,
    ),
)
"""Jobs that are not known, yet or at all."""

FAILED = accepts(
    "R19-failed", "a failed job, with its error", "jobs fail", lambda trial: trial.tell(trial.job("failed"))
)

ENDS: tuple[Exam, ...] = (
    FAILED,
    accepts(
        "R19-cancelled",
        "a job that was cancelled while in progress",
        "jobs are cancelled",
        lambda trial: trial.tell(trial.job("cancelled", CANCELLED)),
        progress=True,
    ),
    accepts(
        "R19-progress",
        "news of progress",
        "a receiver of progress is told of it first",
        lambda trial: trial.tell(seen_at_work(trial).working[0]),
        progress=True,
    ),
)
