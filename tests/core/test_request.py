"""Fields win over flags, flags over defaults; equal requests have equal fingerprints, different ones do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.chance import Key, number_of
from mjsim.core.error import InvalidParameter
from mjsim.core.pace import Mode
from mjsim.core.prompt import parse_prompt
from mjsim.core.ratio import Size
from mjsim.core.request import Parameters, Webhook, fingerprint, settings

KEY = Key(1, "t", "f", 0)
CHOICES = {
    "aspect_ratio": ["1:1", "16:9", "3:2"],
    "model_version": ["5.2", "6.0", "6.1", "7.0"],
    "process_mode": ["fast", "turbo", "relax"],
    "quality": [0.25, 0.5, 1.0, 2.0],
    "stylize": [0, 100, 1000],
    "chaos": [0, 50, 100],
    "seed": [0, 1, 4_294_967_295],
    "no": ["hands", "text, hands"],
}
EXTRAS = {"weird": [5, 3000], "tile": [True], "style": ["raw", "cute"], "iw": [0.5, 3.0, 0.00001], "sref": ["a b"]}
DEFAULTS = {"aspect_ratio": "1:1", "model_version": "7.0", "process_mode": "fast", "quality": 1.0, "stylize": 100} | {
    "chaos": 0
}

fields = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in CHOICES.items()})
extras = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in EXTRAS.items()})


def effective(explicit, flags, key=KEY):
    return settings(explicit, flags).parameters(key)


@given(fields, fields)
def test_an_explicit_field_wins_over_a_flag_and_a_flag_over_the_default(explicit, flags):
    parameters = effective(explicit, flags)
    expected = {**DEFAULTS, **flags, **explicit}
    for name in ("aspect_ratio", "model_version", "process_mode", "quality", "stylize", "chaos"):
        assert getattr(parameters, name) == expected[name]
    assert parameters.no == expected.get("no")
    if "seed" in expected:
        assert parameters.seed == expected["seed"]


def test_every_field_wins_over_the_flag_of_its_name():
    prompt = "a fox --ar 3:2 --v 6 --turbo --q 2 --s 1 --c 1 --seed 1 --no text"
    explicit = {
        "aspect_ratio": "16:9",
        "model_version": "5.2",
        "process_mode": "relax",
        "quality": 0.5,
        "stylize": 2,
        "chaos": 3,
        "seed": 4,
        "no": "hands",
    }
    assert effective(explicit, parse_prompt(prompt).flags) == Parameters(
        "16:9", "5.2", Mode.RELAX, 0.5, 2, 4, chaos=3, no="hands"
    )
    assert effective({}, parse_prompt(prompt).flags) == Parameters("3:2", "6.0", Mode.TURBO, 2, 1, 1, 1, "text")


def test_the_size_and_the_mode_follow_from_the_effective_values():
    chosen = settings({"aspect_ratio": "1920:1080"}, {"aspect_ratio": "2:1", "process_mode": "turbo"})
    assert (chosen.size, chosen.mode) == (Size(1456, 816), Mode.TURBO)
    assert chosen.parameters(KEY).aspect_ratio == "16:9"


def test_an_unfit_ratio_is_refused_by_the_name_of_the_field():
    with pytest.raises(InvalidParameter, match=r"aspect_ratio: '0:1' has a side of 0"):
        settings({"aspect_ratio": "0:1"}, {})


@given(fields, extras)
def test_a_seed_that_was_not_given_is_drawn(explicit, more):
    explicit.pop("seed", None)
    chosen = settings(explicit, more)
    drawn = {chosen.parameters(Key(1, "t", "f", repeat)).seed for repeat in range(4)}
    assert len(drawn) == 4
    assert all(0 <= seed <= 4_294_967_295 for seed in drawn)
    assert chosen.parameters(KEY) == chosen.parameters(KEY)


@given(extras, fields)
def test_flags_that_are_no_settings_are_carried_along_in_one_order(more, flags):
    carried = effective({}, {**flags, **more}).extras
    assert carried == tuple(sorted(more.items()))
    assert effective({}, {**dict(reversed(more.items())), **flags}).extras == carried


# Fingerprints


def meaning(explicit, flags):
    """What settings mean, said another way."""
    values = {**DEFAULTS, **{name: flags[name] for name in flags if name in CHOICES}, **explicit}
    return values, {name: flags[name] for name in flags if name in EXTRAS}


@given(fields, fields, extras, fields, fields, extras)
def test_settings_have_equal_fingerprints_exactly_when_they_mean_the_same(one, flags, more, other, flags2, more2):
    same = meaning(one, {**flags, **more}) == meaning(other, {**flags2, **more2})
    prints = [settings(one, {**flags, **more}).fingerprint(1), settings(other, {**flags2, **more2}).fingerprint(1)]
    assert (prints[0] == prints[1]) is same


@given(fields, extras, st.data())
def test_it_makes_no_difference_in_which_way_a_setting_is_given(values, more, data):
    """As a field or as a flag, in this order or in that, spelled out or left at its default."""
    order = data.draw(st.permutations(list(values)))
    by_flag = {name: values[name] for name in order if data.draw(st.booleans())}
    explicit = {name: values[name] for name in order if name not in by_flag}
    spelled = {**DEFAULTS, **values}
    prints = {
        settings(values, more).fingerprint(1),
        settings(explicit, {**more, **by_flag}).fingerprint(1),
        settings(spelled, more).fingerprint(1),
    }
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a fox --ar 1920:1080", "a  fox --aspect 16:9"),
        ("a fox --v 7 --s 100 --q 1 --fast", "a fox"),
        ("a fox --raw --w 5", "a fox --weird 5 --style raw"),
        ("a fox --q .5", "a fox --q 0.50"),
        ("a fox --seed 7 --seed 8", "a fox --seed 8"),
    ],
)
def test_prompts_that_mean_the_same_have_the_same_fingerprint(one, other):
    prints = set()
    for prompt in (one, other):
        parsed = parse_prompt(prompt)
        prints.add(settings({}, parsed.flags).fingerprint(number_of(parsed.text), "imagine"))
    assert len(prints) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *((f"--{flag} {value}", "") for flag, value in [("ar", "2:1"), ("v", 6), ("q", 2), ("s", 99), ("c", 1)]),
        *((flag, "") for flag in ("--turbo", "--relax", "--seed 7", "--no text", "--tile", "--iw 1", "--w 0")),
        ("--seed 7", "--seed 8"),
        ("--no a", "--no b"),
        ("--ar 2:1", "--ar 1:2"),
        ("--style raw", "--style cute"),
    ],
)
def test_every_setting_makes_a_difference(one, other):
    prints = [settings({}, parse_prompt(f"a fox {flags}").flags).fingerprint(1) for flags in (one, other)]
    assert prints[0] != prints[1]


parts = st.lists(st.text(max_size=3) | st.integers(0, 3), max_size=4)


@given(parts, parts)
def test_the_fingerprints_of_different_parts_differ(one, other):
    def said(some):
        return [part if isinstance(part, str) else repr(part) for part in some]

    assert (fingerprint(*one) == fingerprint(*other)) is (said(one) == said(other))


words = st.lists(st.sampled_from(["imagine", "a", "b", ""]), max_size=3)


@given(words, words, words, words)
def test_requests_of_other_words_or_of_another_kind_have_another_fingerprint(asked, kind, others, another):
    """Even where words and kind change places."""
    chosen = settings({}, {})
    prints = {chosen.fingerprint(number_of(*asked), *kind), chosen.fingerprint(number_of(*others), *another)}
    assert (len(prints) == 1) is ((asked, kind) == (others, another))


@pytest.mark.parametrize("made", [fingerprint("a", 1), settings({}, {}).fingerprint(1, "a")])
def test_a_fingerprint_is_16_hexadecimal_digits(made):
    assert len(made) == 16
    assert int(made, 16) >= 0


# The root of a picture


def root(flags="", asked=1, seed=7):
    return settings({}, parse_prompt(f"a fox {flags}").flags).root(asked, seed)


def test_the_same_words_pictures_settings_and_seed_give_the_same_picture():
    assert root() == root("--v 7 --q 1")
    assert 0 <= root(seed=2**32 - 1) < 2**64


@pytest.mark.parametrize("flags", ["--v 6", "--q 2", "--no text", "--tile"])
def test_another_setting_that_changes_the_look_gives_another_picture(flags):
    assert root(flags) != root()


@given(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.tuples(st.integers(0, 3), st.integers(0, 3)))
def test_other_words_or_pictures_or_another_seed_give_another_picture(one, other):
    roots = {root(asked=number_of(str(asked)), seed=seed) for asked, seed in (one, other)}
    assert len(roots) == len({one, other})


@pytest.mark.parametrize("flags", ["--turbo", "--ar 2:1", "--s 1", "--c 1"])
def test_mode_and_shape_do_not_change_the_palette_and_composition(flags):
    """Shape, stylize and chaos stand in the recipe by themselves."""
    assert root(flags) == root()


# The settings as flags


@given(fields, extras)
def test_flags_that_are_read_again_give_the_same_settings(explicit, more):
    parameters = effective(explicit, more)
    read = parse_prompt(f"a fox {parameters.flags()}")
    assert effective({}, read.flags) == parameters


@given(st.text(st.sampled_from("ab ,-\t1")).filter(str.split))
def test_an_exclusion_that_came_as_a_flag_reads_the_same_again(text):
    try:
        flags = parse_prompt(f"a fox --no {text}").flags
    except InvalidParameter:
        return
    if set(flags) == {"no"}:
        again = parse_prompt(f"a fox {effective({}, flags).flags()}")
        assert again.flags["no"] == flags["no"]


def test_what_stands_at_its_default_is_left_out_and_the_seed_never_is():
    assert effective({"seed": 0}, {}).flags() == "--ar 1:1 --v 7.0 --fast --seed 0"


def test_what_does_not_is_written_as_a_prompt_has_it():
    prompt = "a fox --turbo --ar 3:2 --v 6 --q .5 --s 7 --c 3 --no text, hands --w 9 --tile --iw .00001 --seed 5"
    assert effective({}, parse_prompt(prompt).flags).flags() == (
        "--ar 3:2 --v 6.0 --turbo --q 0.5 --s 7 --c 3 --no text, hands --iw 0.00001 --tile --weird 9 --seed 5"
    )


def test_a_webhook_is_a_value():
    assert Webhook("https://a.example/", "result") == Webhook("https://a.example/", "result")
