"""The rules of callbacks: which ends are told to whom, and in what words."""

from collections.abc import Mapping
from enum import StrEnum


class Code(StrEnum):
    """The codes of these rules."""

    SUCCESS = "CB-SUCCESS"
    FAILURE = "CB-FAILURE"
    TASK = "CB-TASK"
    BODY = "CB-BODY"
    EXTEND = "CB-EXTEND"
    TRUTH = "CB-TRUTH"
    SIGNATURE = "CB-SIGNATURE"
    RETRY = "CB-RETRY"


_UNSEEN = "no callback could be seen: none came, or the server has no way to a receiver of this check"

CALLBACK_RULES: Mapping[Code, tuple[str, str, str]] = {
    Code.SUCCESS: (
        "That a task has succeeded is told to the callBackUrl that it named.",
        "A client that waits for callbacks waits for ever.",
        "no task with a callback succeeded within the patience of this run, or the server has no way to this check",
    ),
    Code.FAILURE: (
        "That a task has failed is told to the callBackUrl that it named.",
        "A client that waits for callbacks waits for ever.",
        "no task with a callback failed in this run, or the server has no way to this check",
    ),
    Code.TASK: (
        "A callback tells of the task that named its URL.",
        "A client gives one user what is another's.",
        _UNSEEN,
    ),
    Code.BODY: (
        "The body of a callback is JSON that fits its schema, with results where the code is 200 and none where it is 500.",
        "Typed clients refuse what does not fit, or crash on it.",
        _UNSEEN,
    ),
    Code.EXTEND: (
        "The callback of a longer video has the shape that is its own: resultInfoJson and successFlag.",
        "Whoever reads it finds no results.",
        "no video was made longer: the server makes none, or it took longer than the patience of this run",
    ),
    Code.TRUTH: (
        "A callback tells what record-info shows as well, the same end and the same results, and nothing before it.",
        "A client fetches results that are not there, or stores those of another task.",
        _UNSEEN,
    ),
    Code.SIGNATURE: (
        "Every callback is signed with the webhook key that was given, by its task and its time.",
        "A receiver that checks signatures, as it should, refuses it.",
        "no --webhook-secret was given, or no callback came",
    ),
    Code.RETRY: (
        "A callback that was answered by 500 is sent again.",
        "One moment in which a receiver is down loses the end of a task.",
        "the minute after which it is due was not waited for; --profile full does, and so does a clock that can be moved",
    ),
}
"""By code: the sentence, why it matters, and what has to happen for it to be judged."""
