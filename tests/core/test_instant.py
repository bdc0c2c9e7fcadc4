"""An instant is an integer, and is written as RFC 3339 has it."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.instant import (
    DAY,
    HORIZON,
    HOUR,
    MINUTE,
    NEVER,
    SECOND,
    Instant,
    later,
    parse_duration,
    parse_rfc3339,
    rfc3339,
)

instants = st.integers(0, NEVER).map(Instant)


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1, "1970-01-01T00:00:00.001Z"),
        (951_782_399_999, "2000-02-28T23:59:59.999Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"),
        (1_769_903_999_999, "2026-01-31T23:59:59.999Z"),
        (NEVER, "9999-12-31T23:59:59.000Z"),
    ],
)
def test_an_instant_is_written_in_utc_with_milliseconds(instant, text):
    assert rfc3339(Instant(instant)) == text


@given(instants)
def test_what_is_written_can_be_read_back(instant):
    text = rfc3339(instant)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text, re.ASCII)
    read = datetime.fromisoformat(text) - datetime(1970, 1, 1, tzinfo=UTC)
    assert (read.days * 86_400 + read.seconds) * 1_000 + read.microseconds // 1_000 == instant


@given(instants, instants)
def test_texts_sort_as_their_instants_do(one, other):
    assert (rfc3339(one) < rfc3339(other)) is (one < other)


@given(instants, st.integers(-NEVER, 2 * NEVER))
def test_later_adds_up_and_stops_at_never(instant, span):
    assert later(instant, span) == min(instant + span, NEVER)


def test_the_units_are_milliseconds():
    assert (SECOND, MINUTE, HOUR, DAY) == (1_000, 60_000, 3_600_000, 86_400_000)


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [
        ("250ms", 250),
        ("90s", 90 * SECOND),
        ("1.5s", 1_500),
        ("1h30m", 90 * MINUTE),
        ("2d", 2 * DAY),
        ("0s", 0),
        ("1d1h1m1s1ms", DAY + HOUR + MINUTE + SECOND + 1),
        ("999999999999d", NEVER),
    ],
)
def test_a_duration_is_read_in_the_units_that_it_names(text, milliseconds):
    assert parse_duration(text) == milliseconds


@pytest.mark.parametrize(
    "text", ["", "5", "s", "-1s", "1 s", "1s ", "1w", "1S", "1,5s", "1e3s", "\u0661s", "1.s", "1s\n"]
)
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="such as 250ms, 90s, 1h30m or 2d"):
        parse_duration(text)


@given(instants)
def test_an_instant_that_is_written_is_read_back(instant):
    assert parse_rfc3339(rfc3339(instant)) == instant


def test_offsets_are_heeded_and_far_instants_stay_within_bounds():
    assert parse_rfc3339("2026-01-01T01:00:00+01:00") == parse_rfc3339("2026-01-01T00:00:00Z")
    assert parse_rfc3339("1900-01-01T00:00:00Z") == 0
    assert parse_rfc3339("9999-12-31T23:59:59.999Z") == NEVER


@pytest.mark.parametrize("text", ["", "now", "2026-01-01T00:00:00", "2026-13-01T00:00:00Z", "1767225600000"])
def test_what_is_no_instant_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="such as 2026-01-31T12:00:00Z"):
        parse_rfc3339(text)


def test_what_is_put_off_without_end_keeps_its_spans():
    assert rfc3339(HORIZON) == "9000-01-01T00:00:00.000Z"
    assert later(HORIZON, 900 * 365 * DAY) < NEVER
