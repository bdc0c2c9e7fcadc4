"""A duration is a number and a unit, or it is refused by name."""

import pytest

from mjsim.core.duration import parse_duration
from mjsim.core.error import InvalidParameter


@pytest.mark.parametrize(
    ("text", "milliseconds"),
    [("0s", 0), ("250ms", 250), ("60s", 60_000), ("1.5s", 1_500), ("0.5ms", 0), ("5m", 300_000), ("2h", 7_200_000)],
)
def test_a_duration_is_so_many_milliseconds(text, milliseconds):
    assert parse_duration(text, "x") == milliseconds


@pytest.mark.parametrize("text", ["", "5", "s", "-1s", "1 s", "1S", "1.s", "٣s", "1s\n", "1w", "9" * 20 + "s"])
def test_what_is_no_duration_is_refused_with_its_place(text):
    with pytest.raises(InvalidParameter, match=r"^ttl: .* is no duration such as"):
        parse_duration(text, "ttl")
