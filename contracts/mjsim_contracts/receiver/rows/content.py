"""What a body may hold: the same news in other words, more than is known, less than usual, and a lot of it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mjsim_contracts.receiver.bench import Trial
from mjsim_contracts.receiver.delivery import Delivery
from mjsim_contracts.receiver.event import OPTIONAL, event
from mjsim_contracts.receiver.exam import Exam, Make, accepts, worst
from mjsim_contracts.receiver.job_maker import DESCRIBED
from mjsim_contracts.receiver.news import compact, escaped, reordered, spaced
from mjsim_contracts.receiver.rule import ACCEPTED, ACCEPTED_AT_BEST, Judgement
from mjsim_contracts.receiver.stock import FOREIGN, LONG, LONG_EMOJI

_RAW = "the signature is over the raw bytes; whoever parses and writes JSON again before verifying signs something else"
_FUTURE = "the API may say more tomorrow; a receiver that breaks on it loses events"

_FORMS: dict[str, tuple[str, Callable[[dict[str, Any]], bytes]]] = {
    "spaced": ("with spaces, line breaks and a line's end", spaced),
    "reordered": ("its fields in another order", reordered),
    "escaped": (r"letters beyond ASCII as \u, solidus escaped", escaped),
    "raw-utf-8": ("letters beyond ASCII as they are", compact),
}


def _worded(form: Callable[[dict[str, Any]], bytes]) -> Make:
    return lambda trial: trial.tell(trial.job(sort=FOREIGN), form)


def _long(sort: str) -> Make:
    return lambda trial: trial.completed(sort)


def _capitals(trial: Trial) -> Delivery:
    true = trial.completed()
    return replace(true, headers=tuple((name.title(), template) for name, template in true.headers))


def worded(why: str) -> tuple[Exam, ...]:
    """The same JSON in other words."""
    return tuple(
        accepts(f"R12-{name}", f"the same JSON, {title}", why, _worded(form)) for name, (title, form) in _FORMS.items()
    )


WORDS: tuple[Exam, ...] = (
    *worded(_RAW),
    accepts(
        "R12-capitals-in-headers",
        "Webhook-Id, Webhook-Timestamp, Webhook-Signature",
        "names of headers have no case; libraries and proxies write them as they like",
        _capitals,
    ),
)


async def _without_optional(trial: Trial) -> Judgement:
    found = []
    for name in OPTIONAL:
        document = event(trial.job())
        document.pop(name, None)
        found.append(await _left_out(trial, document, name))
    bare = event(trial.job())
    for name in OPTIONAL:
        bare.pop(name, None)
    found.append(await _left_out(trial, bare, "all of them"))
    return worst(found[::-1])


async def _left_out(trial: Trial, document: dict[str, Any], name: str) -> Judgement:
    delivery = trial.true(document)
    judged = ACCEPTED.judge(await trial.send(delivery, f"without {name}", f"{name}: removed"))
    if judged.outcome == "fail":
        trial.blamed = delivery
    return judged._replace(seen=f"without {name}: {judged.seen}")


def _without(trial: Trial, status: str, name: str) -> Any:
    document = event(trial.job(status))
    document.pop(name, None)
    return trial.true(document)


FUTURE: tuple[Exam, ...] = (
    accepts(
        "R14-unknown-field",
        "fields that are not known yet",
        _FUTURE,
        lambda trial: trial.true(event(trial.job(), moderation={"passed": True, "labels": []}, queue_position=None)),
    ),
    accepts(
        "R14-unknown-event",
        "an event that is not known yet",
        "a receiver that refuses what it does not know is sent the same again for days, and may be switched off",
        lambda trial: trial.true(event(trial.job(), event="job.archived")),
    ),
    accepts(
        "R14-describe",
        "a describe job: prompts instead of images, and no prompt of its own",
        "five operations report by webhook, and not all of them make images",
        lambda trial: trial.completed(DESCRIBED),
    ),
    Exam(
        "R14-without-optional-fields",
        f"optional fields left out, one by one and all: {', '.join(OPTIONAL)}",
        ACCEPTED.expected,
        "the contract requires none of them",
        _without_optional,
        jobs=len(OPTIONAL) + 1,
    ),
    accepts(
        "R14-without-result",
        "a completed job without its result",
        "the contract does not require it; the receiver can ask for the job",
        lambda trial: _without(trial, "completed", "result"),
        ACCEPTED_AT_BEST,
    ),
    accepts(
        "R14-without-error",
        "a failed job without its error",
        "the contract does not require it",
        lambda trial: _without(trial, "failed", "error"),
        ACCEPTED_AT_BEST,
    ),
)


def large(letters: int) -> tuple[Exam, ...]:
    """Prompts of so many letters, as long as the API allows."""
    return tuple(
        accepts(
            f"R16-{name}",
            f"a prompt of {letters} {kind}, and its results",
            "prompts may be that long; a smaller limit loses the events of those who use it",
            _long(sort),
        )
        for name, kind, sort in (
            ("long-prompt", "letters", LONG),
            ("long-prompt-emoji", "emoji, of four bytes each", LONG_EMOJI),
        )
    )


LATE: tuple[Exam, ...] = (
    accepts(
        "R06-hours-late",
        "an event that is six hours old, signed now",
        "retries go on for days; it is the signature's time that has to be fresh, not the event's",
        lambda trial: trial.true(_hours_ago(event(trial.job()))),
    ),
)


def _hours_ago(document: dict[str, Any]) -> dict[str, Any]:
    """The same, all of its times six hours earlier."""
    for name in ("timestamp", "created_at", "updated_at", "completed_at"):
        if name in document:
            then = datetime.fromisoformat(document[name]) - timedelta(hours=6)
            document[name] = then.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return document
