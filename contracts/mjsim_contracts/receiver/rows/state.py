"""In which state a receiver holds a job is what the probe shows: the end stays the end, and every end has its name."""

from mjsim_contracts.receiver.bench import NotExercised, Trial
from mjsim_contracts.receiver.exam import Exam
from mjsim_contracts.receiver.job_maker import CANCELLED
from mjsim_contracts.receiver.news import Job
from mjsim_contracts.receiver.rows.story import seen_at_work
from mjsim_contracts.receiver.rule import Judgement
from mjsim_contracts.report.model import Outcome

_BACK = "a finished job that is shown at work again is waited for for ever"


async def told(trial: Trial, job: Job, other_than: str | None = None) -> str | None:
    """The state in which the receiver holds the job after it was told how it stands."""
    await trial.send(trial.tell(job), "how the job stands")
    return await trial.bench.effects.state(trial.name(job), other_than=other_than)


def needs_states(trial: Trial) -> None:
    """NotExercised where no probe shows states."""
    if not trial.bench.effects.probe:
        raise NotExercised("STATES UNSEEN: give a --probe that shows them by job id")


async def _state_stays(trial: Trial) -> Judgement:
    needs_states(trial)
    life, effects = seen_at_work(trial), trial.bench.effects
    before = await told(trial, life.end)
    if before is None:
        raise NotExercised("STATES UNSEEN: the probe does not show the state of a job that completed")
    for job in life.working:
        trial.blamed = trial.tell(job)
        await trial.send(trial.blamed, f"late news: progress {job['progress']}")
    after = await effects.state(trial.name(life.end), other_than=before)
    if after != before:
        return Judgement(Outcome.FAIL, f"{before}, and {after} after late news of progress")
    return Judgement(Outcome.PASS, f"{before}, whatever came later")


async def stored(trial: Trial, kind: str, ended: Job, before: Job | None = None) -> Judgement:
    """How the receiver holds a job that did not complete, told apart from one that did and from one at work."""
    needs_states(trial)
    completed = await told(trial, trial.job())
    if completed is None:
        raise NotExercised("STATES UNSEEN: the probe does not show the state of a job that completed")
    at_work = await told(trial, before) if before else None
    seen = await told(trial, ended, at_work)
    if seen is None:
        return Judgement(Outcome.FAIL, f"the probe does not show the {kind} job")
    wrong = seen in {completed, at_work}
    return Judgement(Outcome.FAIL if wrong else Outcome.PASS, f"the {kind} job is shown as {seen}")


async def _cancelled(trial: Trial) -> Judgement:
    life = trial.bench.stock.take("cancelled", CANCELLED)
    return await stored(trial, "cancelled", life.end, life.working[0] if life.working else None)


FAILED_STATE = Exam(
    "R19-failed-state",
    "the state of a job that failed",
    "neither that of a completed job nor that of one at work",
    "who is not told of a failure waits for ever",
    lambda trial: stored(trial, "failed", trial.job("failed")),
    jobs=2,
)

STATES: tuple[Exam, ...] = (
    Exam(
        "R02-state-stays",
        "the state of a completed job after late news of progress",
        "as before",
        _BACK,
        _state_stays,
        progress=True,
    ),
    FAILED_STATE,
    Exam(
        "R19-cancelled-state",
        "the state of a job that was cancelled while in progress",
        "neither that of a completed job nor that of one at work",
        "who is not told of it waits for ever",
        _cancelled,
        progress=True,
        jobs=2,
    ),
)
