"""A video's size, length and scenes follow from its recipe."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.artwork import Artwork, Picture
from mjsim.core.film import Clip, Film, Motion, film_size
from mjsim.core.ratio import Ratio, Size, parse_ratio

SIZE = Size(832, 464)
FRAME = Picture(Artwork(1, SIZE), 1)


@pytest.mark.parametrize(
    ("ratio", "standard", "high"),
    [
        (None, SIZE, Size(1280, 720)),
        ("16:9", SIZE, Size(1280, 720)),
        ("1:1", Size(624, 624), Size(960, 960)),
        ("2:1", Size(880, 440), Size(1360, 680)),
        ("9:16", Size(464, 832), Size(720, 1280)),
    ],
)
def test_a_video_has_as_many_pixels_in_any_ratio(ratio, standard, high):
    wanted = None if ratio is None else parse_ratio(ratio, "aspectRatio")
    assert film_size(wanted, high=False) == standard
    assert film_size(wanted, high=True) == high


@given(st.integers(1, 14), st.integers(1, 14), st.booleans())
def test_the_sides_of_a_video_are_even_whatever_the_ratio(width, height, high):
    size = film_size(Ratio(width, height), high=high)
    assert size.width % 2 == size.height % 2 == 0
    assert min(size.width, size.height) >= 16


def test_each_take_of_a_film_is_a_clip_and_there_are_no_others():
    film = Film(FRAME, SIZE, Motion.LOW, ((1,), (2,)))
    assert [film.clip(number) for number in range(3)] == [
        Clip(FRAME, SIZE, Motion.LOW, (1,)),
        Clip(FRAME, SIZE, Motion.LOW, (2,)),
        None,
    ]


def test_extending_a_clip_adds_a_scene_of_four_seconds_and_keeps_the_others():
    film = Film(FRAME, SIZE, Motion.LOW, ((1,), (2,)))
    longer = film.extended(1, 9)
    assert longer == film._replace(takes=((2, 9),))
    assert [film.clip(1).seconds, longer.clip(0).seconds, longer.extended(0, 3).clip(0).seconds] == [5, 9, 13]
