"""What an answer is worth is decided here and nowhere else: each rule is one line of the table of faults.

2xx alone is success, a 3xx is never followed, and whatever a stranger sends must not become a 5xx: an unhandled exception
that anybody can cause, and that makes the sender try again for days.
"""

from collections.abc import Callable
from typing import NamedTuple

from mjsim_contracts.receiver.answer import Answer, Silence
from mjsim_contracts.report.model import Outcome

SLOW = 5.0
"""Seconds from which on an answer is worth a warning; at 15 a sender gives up."""


class Judgement(NamedTuple):
    """An outcome, and what was seen in words."""

    outcome: Outcome
    seen: str


class Rule(NamedTuple):
    """What is expected in words, and how an answer is judged."""

    expected: str
    judge: Callable[[Answer], Judgement]


def _fault(answer: Answer) -> str:
    """What is wrong with an answer that is neither 2xx nor 4xx."""
    if answer.silence:
        return str(answer)
    if 300 <= answer.status < 400:
        return f"{answer.status}: a redirect is a failure, senders do not follow it"
    return f"{answer.status}: an error of the receiver's own" if answer.status >= 500 else str(answer)


def _accepted(answer: Answer) -> Judgement:
    if answer.accepted and answer.seconds > SLOW:
        return Judgement(Outcome.WARN, f"{answer}, but only after {answer.seconds:.1f} s")
    if answer.accepted or answer.refused:
        throttled = answer.status == 429 and "retry-after" in answer.headers
        milder = Outcome.WARN if throttled else Outcome.FAIL
        return Judgement(Outcome.PASS if answer.accepted else milder, f"{answer}{', throttled' if throttled else ''}")
    return Judgement(Outcome.FAIL, _fault(answer))


def _refused(answer: Answer) -> Judgement:
    if answer.refused:
        return Judgement(Outcome.PASS, str(answer))
    return Judgement(Outcome.FAIL, f"{answer}: it was accepted" if answer.accepted else _fault(answer))


def _refused_at_best(answer: Answer) -> Judgement:
    found = _refused(answer)
    return found._replace(outcome=Outcome.WARN) if answer.accepted else found


def _never_believed(answer: Answer) -> Judgement:
    found = _refused(answer)
    return found._replace(outcome=Outcome.WARN) if answer.status >= 500 or answer.silence is Silence.CLOSED else found


def _accepted_at_best(answer: Answer) -> Judgement:
    found = _accepted(answer)
    return found._replace(outcome=Outcome.WARN) if answer.refused else found


def _handled(answer: Answer) -> Judgement:
    return Judgement(Outcome.PASS, str(answer)) if answer.refused else _accepted(answer)


def _handled_at_best(answer: Answer) -> Judgement:
    found = _handled(answer)
    return found._replace(outcome=Outcome.WARN) if found.outcome is Outcome.FAIL else found


def _handled_or_later(answer: Answer) -> Judgement:
    return Judgement(Outcome.PASS, f"{answer}, asks for a retry") if answer.status == 503 else _handled(answer)


def _bounded(answer: Answer) -> Judgement:
    if answer.accepted:
        return _accepted(answer)
    if answer.status in _DECLINES:
        return Judgement(Outcome.PASS, f"{answer}, declined in so many words")
    hung = answer.silence is Silence.TIMEOUT
    return Judgement(Outcome.FAIL if hung else Outcome.WARN, _fault(answer))


def _ended(answer: Answer) -> Judgement:
    return Judgement(Outcome.PASS, str(answer)) if answer.silence is Silence.CLOSED else _refused(answer)


def _at_once(answer: Answer) -> Judgement:
    if answer.status in {409, 425, 429, 503}:
        return Judgement(Outcome.WARN, f"{answer}: the sender has to come again")
    return _accepted(answer)


_DECLINES = {408, 411, 413, 417, 501}

ACCEPTED = Rule("2xx", _accepted)
ACCEPTED_AT_BEST = Rule("2xx; a 4xx is a warning", _accepted_at_best)
AT_ONCE = Rule("2xx, each of them", _at_once)
REFUSED = Rule("4xx, never 2xx, never 5xx", _refused)
REFUSED_AT_BEST = Rule("4xx; a 2xx is a warning", _refused_at_best)
NEVER_BELIEVED = Rule("4xx, never 2xx; a 5xx is a warning", _never_believed)
"""For what is so far-fetched that an exception, ugly as it is, endangers nothing."""
HANDLED = Rule("2xx or 4xx, never 5xx", _handled)
HANDLED_AT_BEST = Rule("2xx or 4xx; a 5xx is a warning", _handled_at_best)
HANDLED_OR_LATER = Rule("2xx, 4xx or 503, no crash", _handled_or_later)
BOUNDED = Rule("an end within 15 s: 2xx, or a clear refusal", _bounded)
ENDED = Rule("4xx, or the connection closed, soon after the end", _ended)
