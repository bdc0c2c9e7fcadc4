"""When a delivery is tried again follows from the policy and the answer alone, and comes to an end."""

from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjsim.core.delivery import Problem, Reply, Standing, answered
from mjsim.core.error import SettingsError
from mjsim.core.instant import DAY, HOUR, MINUTE, SECOND, Instant
from mjsim.core.retry import LONGEST_PATIENCE, POLICIES, Outcome, asked_seconds, jitter, judge, parse_retries

FAILED = answered(0.1, 500, (), b"")
chances = st.floats(0, 1, exclude_max=True)


def judged(reply=FAILED, policy="standard", number=1, *, final=True, patience=0, chance=0.5, now=0):
    found = parse_retries(policy)
    return judge(found, reply, number=number, final=final, patience=patience, chance=chance, now=Instant(now))


def dues(policy, *, final=True, chance=0.5):
    """The instants of the attempts after the first one, when every one fails at once."""
    now, number = 0, 1
    while (outcome := judged(policy=policy, number=number, final=final, chance=chance, now=now)).due is not None:
        assert outcome.standing is Standing.RETRYING
        assert outcome.due > now, "it goes on at a later instant"
        yield (now := outcome.due)
        number += 1
    assert outcome == Outcome(Standing.GIVEN_UP)


def test_the_standard_schedule_is_that_of_standard_webhooks():
    hours = [0.25 / 180, 5.0833 / 60, 35.08 / 60, 2.585, 7.585, 17.585, 31.585, 51.585, 75.585]
    assert [round(due / HOUR, 1) for due in dues("standard")] == [round(one, 1) for one in hours]


@given(chances)
def test_jitter_changes_each_pause_by_a_fifth_at_most(chance):
    before = [0, *dues("standard", chance=chance)]
    pauses = [after - one for one, after in pairwise(before)]
    assert len(pauses) == 9
    for pause, planned in zip(pauses, POLICIES["standard"].pauses, strict=True):
        assert 0.8 * planned - 1 <= pause <= 1.2 * planned


def test_the_ends_of_chance_are_the_ends_of_the_jitter():
    assert next(dues("standard", chance=0.0)) == 4 * SECOND
    assert 5990 <= next(dues("standard", chance=0.999)) <= 6 * SECOND


@pytest.mark.parametrize(
    ("policy", "final", "expected"),
    [
        ("none", True, []),
        ("5s,1m,10m", True, [5 * SECOND, 65 * SECOND, 665 * SECOND]),
        ("5s,1m,10m", False, [5 * SECOND, 65 * SECOND, 665 * SECOND]),
        ("1ms, 2h,1d", True, [1, 2 * HOUR + 1, DAY + 2 * HOUR + 1]),
        ("terminal-only", False, []),
    ],
)
def test_other_policies_are_as_they_are_named(policy, final, expected):
    assert list(dues(policy, final=final)) == expected


def test_terminal_only_retries_final_news_like_the_standard():
    assert list(dues("terminal-only")) == list(dues("standard"))
    assert len(list(dues("standard", final=False))) == 9


@pytest.mark.parametrize(
    "text", ["", "never", "5", "5 s", "0s", "31d", "5s,", ",5s", "-1s", "1.5s", ",".join(["1s"] * 51)]
)
def test_what_is_no_policy_is_refused(text):
    with pytest.raises(SettingsError, match="terminal-only"):
        parse_retries(text)


@given(st.integers(100, 599))
@example(410)
def test_only_2xx_is_success(status):
    outcome = judged(answered(0.1, status, (), b""))
    if 200 <= status < 300:
        assert outcome == Outcome(Standing.DELIVERED)
    elif status == 410:
        assert outcome == Outcome(Standing.DISABLED)
    else:
        assert outcome.standing is Standing.RETRYING


@pytest.mark.parametrize("problem", Problem)
def test_what_was_not_sent_is_not_sent_again_and_what_failed_is(problem):
    unsent = {Problem.TARGET: Standing.REFUSED, Problem.DISABLED: Standing.DISABLED, Problem.DROPPED: Standing.DROPPED}
    expected = unsent.get(problem, Standing.RETRYING)
    assert judged(Reply(0.0, problem=problem, explanation="why")).standing is expected


def test_a_success_that_was_lost_is_no_success():
    assert judged(Reply(0.0, 200, problem=Problem.LOST)).standing is Standing.RETRYING


@pytest.mark.parametrize(("patience", "expected"), [(1, 5 * SECOND), (MINUTE, MINUTE), (3 * DAY, LONGEST_PATIENCE)])
def test_patience_stretches_a_pause_and_never_shortens_it(patience, expected):
    assert judged(patience=patience).due == expected
    assert judged(patience=patience, policy="none") == Outcome(Standing.GIVEN_UP)


def wants(text):
    return asked_seconds(answered(0.1, 503, (("retry-AFTER", text),), b""), 1_000_000.0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        (format_datetime(datetime.fromtimestamp(1_000_060, UTC), usegmt=True), 60),
        (format_datetime(datetime.fromtimestamp(999_940, UTC), usegmt=True), 0),
        ("soon", 0),
        ("-5", 0),
        ("1e3", 0),
        ("", 0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text, seconds):
    assert wants(text) == seconds


def test_without_retry_after_nothing_is_asked_for():
    assert asked_seconds(FAILED, 0.0) == 0


@given(st.integers(0, 2**63), st.text(max_size=30), st.integers(1, 99))
def test_jitter_is_drawn_from_the_seed_the_message_and_the_number(seed, message, number):
    drawn = jitter(seed, message, number)
    assert 0 <= drawn < 1
    assert drawn == jitter(seed, message, number)
    assert (
        len(
            {
                drawn,
                jitter(seed, message, number + 1),
                jitter(seed + 1, message, number),
                jitter(seed, message + "x", number),
            }
        )
        == 4
    )
