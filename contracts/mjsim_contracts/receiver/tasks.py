"""The task API tells of tasks by callbacks: of their end alone, signed, where there is a key, by id and time."""

from mjsim_contracts.dialect.tasks import TASKS as SPOKEN
from mjsim_contracts.receiver.bench import Scheme, Trial
from mjsim_contracts.receiver.callback import TASK_NEWS
from mjsim_contracts.receiver.dialect import Dialect, Syllabus
from mjsim_contracts.receiver.passthrough import Refusal, Refusals
from mjsim_contracts.receiver.rows import callbacks
from mjsim_contracts.receiver.rows.authenticity import CLOCKS, FORGERY, TIMES
from mjsim_contracts.receiver.rows.broken_body import BROKEN
from mjsim_contracts.receiver.rows.content import large
from mjsim_contracts.receiver.rows.effect import EFFECTS
from mjsim_contracts.receiver.rows.signature_header import FORMER_SECRET, MALFORMED
from mjsim_contracts.receiver.rows.state import FAILED_STATE
from mjsim_contracts.receiver.rows.story import FAILED, HAPPY, REPETITION, STRANGE
from mjsim_contracts.receiver.rows.transport import ALONE, UNUSUAL
from mjsim_contracts.receiver.task_maker import TaskMaker

_SYLLABUS = Syllabus(
    happy=HAPPY,
    counted=(*EFFECTS, callbacks.ORDER_EFFECT, FAILED_STATE, *callbacks.STATES),
    side_by_side=(
        *callbacks.KINDS,
        FAILED,
        *REPETITION,
        callbacks.ORDER,
        *STRANGE,
        *callbacks.REPLAY,
        *TIMES,
        *CLOCKS,
        *FORGERY,
        *callbacks.FORGERY,
        *MALFORMED,
        FORMER_SECRET,
        *callbacks.WORDS,
        *BROKEN,
        *callbacks.FUTURE,
        *UNUSUAL,
        *large(2000),
    ),
    alone=ALONE,
    quick=frozenset(
        {
            "R00-completed",
            *(exam.id for exam in callbacks.KINDS),
            "R19-failed",
            "R07-old-signature",
            "R09-wrong-secret",
            "R09-no-signature",
            "R09-no-headers",
            "R09-other-task",
        }
    ),
)


async def _detect(trial: Trial) -> Scheme:
    """There is one signature: it is looked at, or it is not."""
    believed = (await trial.send(trial.completed().forged())).accepted
    return Scheme.NONE if believed else Scheme.CALLBACK


def _envelope(code: int, message: str) -> Refusal:
    return Refusal(200, {"code": code, "msg": message, "data": None})


TASKS = Dialect(
    SPOKEN.name,
    TASK_NEWS,
    _SYLLABUS,
    TaskMaker,
    _detect,
    Refusals(
        _envelope(422, "There is no such task."),
        _envelope(455, "Service unavailable: maintenance."),
    ),
    lambda _at_work: ("--pace", "instant", "--task-rate-limit", "none"),
    caution="The signature of a callback covers task and time, not the body: act on what record-info says.",
)
