"""What an answer is worth: success is 2xx alone, a stranger gets a 4xx, and nothing else is mistaken for either."""

import pytest

from mjsim_contracts.receiver.answer import Answer, Silence
from mjsim_contracts.receiver.rule import (
    ACCEPTED,
    ACCEPTED_AT_BEST,
    AT_ONCE,
    BOUNDED,
    ENDED,
    HANDLED,
    HANDLED_AT_BEST,
    HANDLED_OR_LATER,
    NEVER_BELIEVED,
    REFUSED,
    REFUSED_AT_BEST,
    Rule,
)

ANSWERS = {
    "200": Answer(200, 0.1),
    "slow": Answer(204, 6.0),
    "302": Answer(302, 0.1),
    "401": Answer(401, 0.1),
    "409": Answer(409, 0.1),
    "411": Answer(411, 0.1),
    "429": Answer(429, 0.1, headers={"retry-after": "1"}),
    "500": Answer(500, 0.1),
    "503": Answer(503, 0.1),
    "closed": Answer(0, 0.1, Silence.CLOSED),
    "timeout": Answer(0, 15.0, Silence.TIMEOUT),
}

TABLE: dict[str, tuple[Rule, str]] = {
    #                  200  slow 302  401  409  411  429  500  503  closed timeout
    "accepted": (ACCEPTED, "pass warn fail fail fail fail warn fail fail fail fail"),
    "accepted at best": (ACCEPTED_AT_BEST, "pass warn fail warn warn warn warn fail fail fail fail"),
    "at once": (AT_ONCE, "pass warn fail fail warn fail warn fail warn fail fail"),
    "refused": (REFUSED, "fail fail fail pass pass pass pass fail fail fail fail"),
    "refused at best": (REFUSED_AT_BEST, "warn warn fail pass pass pass pass fail fail fail fail"),
    "never believed": (NEVER_BELIEVED, "fail fail fail pass pass pass pass warn warn warn fail"),
    "handled": (HANDLED, "pass warn fail pass pass pass pass fail fail fail fail"),
    "handled at best": (HANDLED_AT_BEST, "pass warn warn pass pass pass pass warn warn warn warn"),
    "handled or later": (HANDLED_OR_LATER, "pass warn fail pass pass pass pass fail pass fail fail"),
    "bounded": (BOUNDED, "pass warn warn warn warn pass warn warn warn warn fail"),
    "ended": (ENDED, "fail fail fail pass pass pass pass fail fail pass fail"),
}


@pytest.mark.parametrize("name", TABLE)
def test_a_rule_tells_answers_apart(name: str) -> None:
    """Every kind of answer under every rule."""
    rule, outcomes = TABLE[name]
    judged = {answer: rule.judge(ANSWERS[answer]).outcome.value for answer in ANSWERS}
    assert judged == dict(zip(ANSWERS, outcomes.split(), strict=True))


def test_what_was_seen_is_said_in_words() -> None:
    """A status alone would leave the reader to guess."""
    assert REFUSED.judge(ANSWERS["200"]).seen == "200: it was accepted"
    assert "senders do not follow it" in ACCEPTED.judge(ANSWERS["302"]).seen
    assert ACCEPTED.judge(ANSWERS["slow"]).seen == "204, but only after 6.0 s"
    assert ACCEPTED.judge(ANSWERS["timeout"]).seen == "no answer within 15 s"
