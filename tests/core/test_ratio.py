"""A ratio has one reduced form and one size; whatever is said about a picture's shape can be asked for."""

import math
from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjsim.core.error import InvalidParameter
from mjsim.core.ratio import SQUARE, Ratio, Size, nearest_ratio, parse_ratio

TABLE = {
    "1:1": (1024, 1024),
    "6:5": (1200, 992),
    "4:3": (1232, 928),
    "3:2": (1344, 896),
    "16:9": (1456, 816),
    "2:1": (1536, 768),
    "21:9": (1680, 720),
    "5:4": (1200, 960),
}
WEBP = 16_383
"""The longest side that a WebP file can have."""

sides = st.integers(1, 9_999)


def size_of(text):
    size = parse_ratio(text, "ratio").size
    return size.width, size.height


@pytest.mark.parametrize(("text", "size"), TABLE.items())
def test_a_ratio_of_the_table_has_the_size_of_the_table(text, size):
    assert size_of(text) == size


@pytest.mark.parametrize(("text", "size"), TABLE.items())
def test_a_portrait_is_the_mirrored_landscape(text, size):
    width, height = text.split(":")
    assert size_of(f"{height}:{width}") == size[::-1]


@pytest.mark.parametrize(
    ("text", "form"), [("1920:1080", "16:9"), ("21:9", "7:3"), ("0100:50", "2:1"), ("9999:9999", "1:1"), ("7:5", "7:5")]
)
def test_a_ratio_is_said_in_lowest_terms(text, form):
    assert str(parse_ratio(text, "ratio")) == form


@given(sides, sides)
def test_every_ratio_is_either_refused_as_too_extreme_or_reduced(width, height):
    text = f"{width}:{height}"
    if max(width, height) > 14 * min(width, height):
        with pytest.raises(InvalidParameter, match=r"ratio: .* lies beyond 14:1 and 1:14"):
            parse_ratio(text, "ratio")
        return
    ratio = parse_ratio(text, "ratio")
    assert ratio.width * height == ratio.height * width
    assert math.gcd(ratio.width, ratio.height) == 1
    assert parse_ratio(str(ratio), "ratio") == ratio
    assert size_of(text) == size_of(f"{height}:{width}")[::-1]


@given(sides, sides)
@example(14, 1)
@example(1, 14)
@example(75, 150)
@example(2, 3)
@example(9_999, 715)
@example(3, 7)
def test_a_picture_of_any_ratio_is_near_a_megapixel_in_multiples_of_16(width, height):
    if max(width, height) > 14 * min(width, height):
        return
    ratio = parse_ratio(f"{width}:{height}", "ratio")
    size = ratio.size
    assert size.width % 16 == size.height % 16 == 0
    table = {"6:5", "5:6", "5:4", "4:5", "4:3", "3:4", "3:2", "2:3", "16:9", "9:16", "2:1", "1:2", "7:3", "3:7"}
    if str(ratio) not in table:
        assert abs(size.width - math.sqrt(2**20 * width / height)) <= 8 + 1e-6
        assert abs(size.height - math.sqrt(2**20 * height / width)) <= 8 + 1e-6
    # The largest is 21:9, which was measured so.
    assert 0.93 <= size.width * size.height / 2**20 <= 1680 * 720 / 2**20
    assert 2 * max(size.width, size.height) <= WEBP


def test_the_sides_mirror_even_where_rounding_decides():
    for width in range(1, 120):
        for height in range(max(1, width // 14 + 1), width):
            size, mirrored = Ratio(width, height).size, Ratio(height, width).size
            assert (size.width, size.height) == (mirrored.height, mirrored.width)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", r"ratio: '' is not a ratio W:H of whole numbers from 1 to 9999\."),
        ("16x9", r"'16x9' is not a ratio W:H"),
        ("16", r"'16' is not a ratio W:H"),
        ("1.5:1", r"'1\.5:1' is not a ratio W:H of whole numbers"),
        ("-1:1", "not a ratio"),
        (" 1:1", "not a ratio"),
        ("1:1\n", "not a ratio"),
        ("1:1:1", "not a ratio"),
        ("10000:9999", "not a ratio W:H of whole numbers from 1 to 9999"),
        ("٣:٢", "not a ratio"),
        ("²:1", "not a ratio"),
        ("0:1", r"'0:1' has a side of 0; both sides start at 1\."),
        ("1:0", "has a side of 0"),
        ("0:0", "has a side of 0"),
        ("15:1", r"'15:1' lies beyond 14:1 and 1:14\."),
        ("1:15", "lies beyond 14:1 and 1:14"),
        ("141:10", "lies beyond"),
    ],
)
def test_what_is_no_ratio_is_refused_by_field_and_rule(text, says):
    with pytest.raises(InvalidParameter, match=says) as refused:
        parse_ratio(text, "ratio")
    assert str(refused.value).startswith("ratio: ")


def test_a_huge_ratio_is_refused_without_being_repeated():
    with pytest.raises(InvalidParameter, match=r"not a ratio W:H") as refused:
        parse_ratio("9" * 5_000 + ":" + "9" * 5_000, "aspect_ratio")
    assert len(str(refused.value)) < 120


@given(st.text())
def test_reading_a_ratio_gives_a_ratio_or_a_refusal(text):
    with suppress(InvalidParameter):
        assert 1 / 14 <= parse_ratio(text, "f").width / parse_ratio(text, "f").height <= 14


@given(st.integers(1, 200_000), st.integers(1, 200_000))
@example(14_003, 1_001)
@example(1_001, 14_003)
@example(20_000, 1)
@example(1, 20_000)
def test_what_is_said_of_any_picture_can_be_asked_for(width, height):
    """Also of huge ones, whose sides do not fit a ratio, and of those that lie right at the most extreme one."""
    said = nearest_ratio(Size(width, height))
    assert parse_ratio(str(said), "ratio") == said
    true = min(max(width / height, 1 / 14), 14)
    assert abs(said.width / said.height / true - 1) < 0.03


@pytest.mark.parametrize("text", [*TABLE, *(":".join(text.split(":")[::-1]) for text in TABLE)])
def test_our_own_pictures_are_said_to_have_the_ratio_that_was_asked_for(text):
    ratio = parse_ratio(text, "ratio")
    tile = ratio.size
    assert nearest_ratio(tile) == ratio
    assert nearest_ratio(Size(2 * tile.width, 2 * tile.height)) == ratio


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((1920, 1080), "16:9"), ((1000, 1010), "1:1"), ((700, 500), "7:5"), ((100, 1), "14:1"), ((1, 100), "1:14")],
)
def test_a_picture_has_the_familiar_ratio_that_it_nearly_has(size, ratio):
    assert str(nearest_ratio(Size(*size))) == ratio


def test_a_square_is_one_to_one():
    assert parse_ratio("5:5", "ratio") == SQUARE
