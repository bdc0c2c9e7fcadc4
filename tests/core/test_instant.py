"""An instant is an integer, and is written as RFC 3339 has it."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.instant import DAY, HOUR, MINUTE, NEVER, SECOND, Instant, later, parse_rfc3339, rfc3339

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


@given(st.integers(0, NEVER))
def test_what_rfc_3339_writes_is_read_again(milliseconds):
    assert parse_rfc3339(rfc3339(Instant(milliseconds))) == milliseconds


def test_other_time_zones_name_the_same_instants_and_no_time_zone_names_none():
    assert parse_rfc3339("1970-01-01T02:00:01.0019+02:00") == 1_001
    for text in ("1970-01-01T00:00:00", "1970-01-01", "soon", ""):
        with pytest.raises(ValueError):
            parse_rfc3339(text)
