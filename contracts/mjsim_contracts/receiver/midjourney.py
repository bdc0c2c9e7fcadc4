"""The published API tells of jobs by webhooks: every change of them, signed as Standard Webhooks says."""

from mjsim_contracts.dialect.midjourney import MIDJOURNEY as SPOKEN
from mjsim_contracts.receiver.bench import Scheme
from mjsim_contracts.receiver.dialect import Dialect, Syllabus
from mjsim_contracts.receiver.event import JOB_NEWS
from mjsim_contracts.receiver.job_maker import JobMaker
from mjsim_contracts.receiver.passthrough import Refusal, Refusals
from mjsim_contracts.receiver.rows.authenticity import CLOCKS, FORGERY, FORGERY_OF_EVENTS, REPLAY, TIMES
from mjsim_contracts.receiver.rows.broken_body import BROKEN, CUT_ON_THE_WAY
from mjsim_contracts.receiver.rows.content import FUTURE, LATE, WORDS, large
from mjsim_contracts.receiver.rows.effect import EFFECTS, END_AFTER_PROGRESS
from mjsim_contracts.receiver.rows.signature_header import FORMER_SECRET, MALFORMED, MALFORMED_LISTS, ROTATION
from mjsim_contracts.receiver.rows.state import STATES
from mjsim_contracts.receiver.rows.story import ENDS, HAPPY, PROGRESS_AFTER_END, REPETITION, STRANGE
from mjsim_contracts.receiver.rows.transport import ALONE, SILENT, UNUSUAL
from mjsim_contracts.receiver.scheme import detect

_SYLLABUS = Syllabus(
    happy=HAPPY,
    counted=(*EFFECTS, END_AFTER_PROGRESS, *STATES),
    side_by_side=(
        *REPETITION,
        PROGRESS_AFTER_END,
        *STRANGE,
        *LATE,
        *REPLAY,
        *TIMES,
        *CLOCKS,
        *FORGERY,
        *FORGERY_OF_EVENTS,
        *MALFORMED,
        *MALFORMED_LISTS,
        *ROTATION,
        FORMER_SECRET,
        *WORDS,
        *BROKEN,
        CUT_ON_THE_WAY,
        *FUTURE,
        *UNUSUAL,
        *large(4000),
        *SILENT,
        *ENDS,
    ),
    alone=ALONE,
    quick=frozenset(
        {
            "R00-completed",
            "R19-failed",
            "R14-describe",
            "R07-old-capture",
            "R09-wrong-secret",
            "R09-no-signature",
            "R09-no-headers",
            "R09-tampered-body",
            "R09-other-delivery",
        }
    ),
)


def _options(at_work: bool) -> tuple[str, ...]:
    """Jobs that take a few seconds are seen at work."""
    return ("--pace", "quick" if at_work else "instant")


def _error(status: int, code: str, message: str) -> Refusal:
    return Refusal(status, {"status": "ERROR", "code": code, "message": message})


MIDJOURNEY = Dialect(
    SPOKEN.name,
    JOB_NEWS,
    _SYLLABUS,
    JobMaker,
    detect,
    Refusals(
        _error(404, "job_not_found", "There is no such job."),
        _error(503, "unavailable", "Try again later."),
    ),
    _options,
    webhook_types=("progress", "result"),
    schemes=(Scheme.STANDARD, Scheme.HEX, Scheme.BOTH, Scheme.EITHER),
)
