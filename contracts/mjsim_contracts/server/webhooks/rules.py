"""The rules of webhooks: which changes are told to whom, and in what words."""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """The codes of these rules."""

    PROGRESS = "WH-PROGRESS"
    RESULT = "WH-RESULT"
    CANCEL = "WH-CANCEL"
    RESULT_ONLY = "WH-RESULT-ONLY"
    CHANGES = "WH-CHANGES"
    TRUTH = "WH-TRUTH"
    JOB = "WH-JOB"
    BODY = "WH-BODY"
    FIELDS = "WH-FIELDS"
    SIGNATURE = "WH-SIGNATURE"


_UNSEEN = "no webhook could be seen: none was accepted, or the server has no way to a receiver of this check"
_OPEN = "no job with a webhook was cancelled before it ended"

WEBHOOK_RULES: Mapping[Code, tuple[str, str, str]] = {
    Code.PROGRESS: (
        "Each change of a job's status is told to a webhook of type progress.",
        "A client that waits for webhooks waits for ever.",
        _UNSEEN,
    ),
    Code.RESULT: (
        "Completion and failure are told to a webhook of type result.",
        "A client that waits for webhooks waits for ever.",
        "no job with a webhook of type result came to its end within the patience of this run",
    ),
    Code.CANCEL: (
        "That a job was cancelled is told to a webhook of type progress.",
        "Whoever did not cancel it himself goes on waiting for pictures.",
        _OPEN,
    ),
    Code.RESULT_ONLY: (
        "A webhook of type result is told of nothing but completion and failure.",
        "A client takes whatever comes for the result.",
        _UNSEEN,
    ),
    Code.CHANGES: (
        "Only changes of status are told, each of them once, under its own name.",
        "A client that has seen the end is sent back to the beginning.",
        _UNSEEN,
    ),
    Code.TRUTH: (
        "A webhook tells what a look at the job shows as well, and nothing before it has happened.",
        "A client fetches a result that is not there, or stores one that is another.",
        _UNSEEN,
    ),
    Code.JOB: ("A webhook tells of the job that named its URL.", "A client gives one user what is another's.", _UNSEEN),
    Code.BODY: (
        "The body of a webhook is the job, as JSON that fits its schema.",
        "Typed clients refuse what does not fit, or crash on it.",
        _UNSEEN,
    ),
    Code.FIELDS: (
        "Beside the job, the body of a webhook has event, job_id and timestamp, and event is one of the known names.",
        "Receivers that were written by the other public description of this API read these.",
        _UNSEEN,
    ),
    Code.SIGNATURE: (
        "Every webhook is signed with the secret that was given.",
        "A receiver that checks signatures, as it should, refuses it.",
        "no --webhook-secret was given, or no webhook came",
    ),
}
"""By code: the sentence, why it matters, and what has to happen for it to be judged."""

ADVICE = frozenset({Code.FIELDS})
"""What the published contract does not ask for; that with mjsim's additions does, as part of the schema of the body."""
