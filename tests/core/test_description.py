"""A description is four different prompts, each of which could be sent back."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjsim.core.artwork import Observation
from mjsim.core.chance import Key
from mjsim.core.description import colour_name, describe
from mjsim.core.prompt import BLOCKED_WORDS, parse_prompt
from mjsim.core.ratio import Size, nearest_ratio, parse_ratio

KEY = Key(1, "t", "f", 0)
sides = st.integers(1, 20_000)
shares = st.floats(0, 1)
colours = st.lists(st.tuples(st.integers(0, 0xFFFFFF), shares), min_size=1, max_size=8).map(tuple)
prompts = (
    st.none()
    | st.text(st.characters(), max_size=400)
    | st.sampled_from(["a fox --ar 2:1", "gore", "a --x", "--v 99", "https://a.example/x", "x" * 5_000, "ab " * 200])
)
observations = st.builds(Observation, st.builds(Size, sides, sides), colours, shares, shares, shares, prompts)
keys = st.builds(Key, st.integers(0, 99), st.just("t"), st.text(max_size=2), st.integers(0, 3))


def seen(size=(1024, 1024), colours=((0xD62828, 1.0),), brightness=0.5, contrast=0.3, saturation=0.4, prompt=None):
    return Observation(Size(*size), tuple(colours), brightness, contrast, saturation, prompt)


@given(observations, keys)
@example(seen(prompt="x" * 295 + " gored"), KEY)
@example(seen(prompt="nude" * 2), KEY)
def test_there_are_four_different_suggestions_that_can_all_be_asked_for(observation, key):
    """Different in manner, too: one a photograph, another a painting."""
    suggestions = describe(observation, key)
    assert len(set(suggestions)) == len(suggestions) == 4
    for suggestion in suggestions:
        ratio = re.fullmatch(r".*\S --ar (\d+:\d+)", suggestion, re.DOTALL)[1]
        assert parse_ratio(ratio, "ratio") == nearest_ratio(observation.size)
        parsed = parse_prompt(suggestion)
        assert parsed.flags == {"aspect_ratio": ratio}
        assert len(suggestion) < 600
    assert len({suggestion.split(" of ")[0] for suggestion in suggestions}) == 4


@pytest.mark.parametrize("word", sorted(BLOCKED_WORDS))
def test_cutting_a_long_prompt_never_leaves_a_blocked_word(word):
    long = "x" * (299 - len(word)) + " " + word + "ish fox"
    for suggestion in describe(seen(prompt=long), KEY):
        parse_prompt(suggestion)


@given(observations, keys)
def test_the_same_picture_and_key_are_described_in_the_same_way(observation, key):
    assert describe(observation, key) == describe(observation, Key(key.seed, key.tenant, key.fingerprint, key.repeat))


def test_another_key_describes_in_another_way():
    assert len({describe(seen(), Key(seed, "t", "f", 0)) for seed in range(50)}) == 8


def test_our_own_picture_is_described_by_its_prompt_without_flags():
    assert all(" a fox in snow, " in text for text in describe(seen(prompt="a fox in  snow --ar 2:1 --v 6"), KEY))


@pytest.mark.parametrize("prompt", ["gore", "--v 99", "", None])
def test_a_prompt_that_cannot_be_asked_for_is_not_repeated(prompt):
    assert all(" a red abstract composition, " in text for text in describe(seen(prompt=prompt), KEY))


def test_the_article_fits_the_colour():
    assert all(" an orange abstract " in text for text in describe(seen(colours=[(0xF28C1E, 1.0)]), KEY))


@pytest.mark.parametrize(
    ("some", "palette"),
    [
        ([0xD62828], "monochrome red"),
        ([0xD62828, 0xD62829], "monochrome red"),
        ([0xD62828, 0x142850], "red and navy palette"),
        ([0xD62828, 0x142850, 0xFAFAFA, 0x2E9E4A], "red, navy and white palette"),
    ],
)
def test_the_palette_names_up_to_three_colours_that_were_seen(some, palette):
    told = describe(seen(colours=[(colour, 0.1) for colour in some]), KEY)
    assert sum(palette in text for text in told) == 3


@pytest.mark.parametrize(
    ("light", "mood"),
    [
        ({"brightness": 0.0}, "dark and moody"),
        ({"brightness": 0.3}, "dim light"),
        ({"brightness": 0.5}, "balanced light"),
        ({"brightness": 0.7}, "bright and airy"),
        ({"brightness": 1.0}, "high-key light"),
        ({"contrast": 0.6}, "balanced light, strong contrast"),
        ({"contrast": 0.1}, "balanced light, soft contrast"),
        ({"saturation": 0.7}, "balanced light, vivid colours"),
        ({"saturation": 0.1}, "balanced light, muted colours"),
        ({"saturation": 0.1, "contrast": 0.1}, "balanced light, soft contrast, muted colours"),
    ],
)
def test_the_mood_is_the_light_that_was_seen(light, mood):
    assert any(f", {mood}, " in text for text in describe(seen(**light), KEY))


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        ((1000, 1000), "square framing"),
        ((1000, 960), "square framing"),
        ((1456, 816), "landscape format"),
        ((816, 1456), "portrait format"),
        ((2001, 1000), "panoramic view"),
        ((1000, 2001), "tall vertical view"),
    ],
)
def test_the_shape_is_that_of_the_picture(size, shape):
    assert sum(shape in text for text in describe(seen(size=size), KEY)) == 3


@pytest.mark.parametrize(
    ("colour", "name"),
    [(0x000000, "black"), (0xFFFFFF, "white"), (0xFF0000, "red"), (0x7F7F7F, "grey"), (0x000080, "navy")],
)
def test_a_colour_has_the_name_that_a_person_would_give_it(colour, name):
    assert colour_name(colour) == name


@given(st.integers(0, 0xFFFFFF))
def test_every_colour_has_a_name(colour):
    assert re.fullmatch(r"[a-z]+( [a-z]+)?", colour_name(colour))
