"""A rate limit is a window that slides over what was accepted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.error import SettingsError
from mjsim.core.instant import Instant
from mjsim.core.limit import RateLimit, parse_rate_limit


@given(st.integers(1, 4), st.integers(1, 20), st.lists(st.integers(0, 9), max_size=30))
def test_one_more_fits_exactly_when_the_window_that_ends_now_holds_less_than_the_limit(count, window, waits):
    limit, accepted, now = RateLimit(count, window), [], 0
    for wait in waits:
        now += wait
        latest = [Instant(one) for one in accepted[-count:]]
        in_window = sum(one > now - window for one in accepted)
        again = limit.wait(latest, Instant(now))
        assert (again == 0) is (in_window < count)
        if again:
            assert limit.wait(latest, Instant(now + again)) == 0
            assert limit.wait(latest, Instant(now + again - 1)) == 1
        else:
            accepted.append(now)
    for start in range(now):
        assert sum(start <= one < start + window for one in accepted) <= count


@pytest.mark.parametrize(
    ("text", "count", "window"),
    [
        ("10/60s", 10, 60_000),
        ("30/m", 30, 60_000),
        ("500/h", 500, 3_600_000),
        ("1/s", 1, 1_000),
        (" 2/15m ", 2, 900_000),
        ("999999999/999999999h", 999_999_999, 999_999_999 * 3_600_000),
    ],
)
def test_a_limit_is_written_as_count_and_window(text, count, window):
    assert parse_rate_limit(text) == RateLimit(count, window)


@pytest.mark.parametrize(
    "text",
    ["", "10", "10/", "/s", "0/s", "10/0s", "01/s", "-1/s", "1.5/s", "10/60", "10/60d", "10 / 60s", "1/s/s", "١/s"],
)
def test_what_is_no_limit_is_refused_with_an_example(text):
    with pytest.raises(SettingsError, match=r"COUNT/WINDOW, such as 10/60s") as refused:
        parse_rate_limit(text)
    assert repr(text) in str(refused.value)


@given(st.text())
def test_reading_a_limit_gives_a_limit_or_a_refusal(text):
    try:
        limit = parse_rate_limit(text)
    except SettingsError:
        return
    assert limit.count > 0
    assert limit.window > 0
