"""A prompt is taken apart as the service does it, and whatever is wrong with it is said by flag and rule."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mjsim.core.directive import LEGAL
from mjsim.core.error import BannedPrompt, EmptyPrompt, InvalidParameter, Refused
from mjsim.core.prompt import BLOCKED_WORDS, Prompt, parse_flags, parse_prompt, with_sim_alone

WHOLE = [
    ("--s", "stylize", 0, 1000),
    ("--stylize", "stylize", 0, 1000),
    ("--c", "chaos", 0, 100),
    ("--chaos", "chaos", 0, 100),
    ("--w", "weird", 0, 3000),
    ("--weird", "weird", 0, 3000),
    ("--seed", "seed", 0, 4_294_967_295),
    ("--sw", "sw", 0, 1000),
    ("--ow", "ow", 1, 1000),
    ("--cw", "cw", 0, 100),
    ("--exp", "exp", 0, 100),
    ("--stop", "stop", 10, 100),
    ("--repeat", "repeat", 1, 40),
    ("--r", "repeat", 1, 40),
]
"""Flags that take a whole number: as written, canonical name, least and most."""

VERSIONS = {"5.2": "5.2", "6": "6.0", "6.0": "6.0", "6.1": "6.1", "7": "7.0", "7.0": "7.0"}
QUALITIES = {".25": 0.25, "0.25": 0.25, ".5": 0.5, "0.50": 0.5, "1": 1.0, "1.0": 1.0, "2": 2.0}

words = st.text(st.characters(exclude_categories=["Z", "C"]), min_size=1, max_size=8).filter(
    lambda word: not word.startswith("--") and word.split() == [word]
)
harmless = st.lists(
    st.sampled_from(["a", "red", "fox,", "-", "--", "---", "--é", "x--ar", "1:1", "(very)"]), min_size=1
)


def flags_of(text):
    return dict(parse_prompt(f"a fox {text}").flags)


def refusal(text):
    """What is said against a prompt with these flags."""
    with pytest.raises(InvalidParameter) as refused:
        parse_prompt(f"a fox {text}")
    return str(refused.value)


# The table of flags


@pytest.mark.parametrize(("flag", "name", "least", "most"), WHOLE)
def test_a_number_from_least_to_most_is_taken(flag, name, least, most):
    assert flags_of(f"{flag} {least}") == {name: least}
    assert flags_of(f"{flag} {most}") == {name: most}
    assert type(flags_of(f"{flag} {most}")[name]) is int


@pytest.mark.parametrize(("flag", "name", "least", "most"), WHOLE)
def test_any_other_number_is_refused_by_flag_and_rule(flag, name, least, most):
    for text in (str(least - 1), str(most + 1), "1.5", "+50", "5e1", "0x32", "5_0", "٥٠", "fifty", "9" * 5_000, "50:"):
        said = refusal(f"{flag} {text}")
        assert said.startswith(f"prompt: {flag} takes a whole number from {least} to {most}, not ")
        assert said.endswith(f"{text!r}." if len(text) <= 40 else "…'.")


@pytest.mark.parametrize(("text", "value"), [("0", 0), ("3", 3), (".5", 0.5), ("0.5", 0.5), ("2.999999", 2.999999)])
def test_an_image_weight_is_a_number_from_0_to_3(text, value):
    assert flags_of(f"--iw {text}") == {"iw": value}


@pytest.mark.parametrize("text", ["3.1", "4", "-1", "1.", ".", "1e0", "nan", "inf", "1,5", "0.1234567", "1:1"])
def test_any_other_image_weight_is_refused(text):
    assert refusal(f"--iw {text}") == f"prompt: --iw takes a number from 0 to 3, not {text!r}."


@pytest.mark.parametrize("flag", ["--v", "--version"])
def test_a_version_may_be_written_short(flag):
    for text, version in VERSIONS.items():
        assert flags_of(f"{flag} {text}") == {"model_version": version}
    for text in ("5", "5.1", "6.2", "8", "7.00", "v7", "7.0.0", "٧"):
        assert refusal(f"{flag} {text}") == f"prompt: {flag} takes one of 5.2, 6, 6.0, 6.1, 7, 7.0, not {text!r}."


@pytest.mark.parametrize("flag", ["--q", "--quality"])
def test_a_quality_is_one_of_four(flag):
    for text, quality in QUALITIES.items():
        assert flags_of(f"{flag} {text}") == {"quality": quality}
    for text in ("0", ".3", "3", "4", "-1", "1e0", "x", "9" * 50):
        assert refusal(f"{flag} {text}").startswith(f"prompt: {flag} takes one of .25, .5, 1, 2, not ")


@pytest.mark.parametrize("flag", ["--ar", "--aspect"])
def test_a_ratio_is_two_whole_numbers_and_is_reduced(flag):
    assert flags_of(f"{flag} 16:9") == {"aspect_ratio": "16:9"}
    assert flags_of(f"{flag} 1920:1080") == {"aspect_ratio": "16:9"}
    for text, rule in [
        ("1.5:1", "not a ratio W:H of whole numbers"),
        ("16-9", "not a ratio"),
        ("0:1", "a side of 0"),
        ("15:1", "beyond 14:1"),
        ("1:" + "9" * 5_000, "not a ratio"),
    ]:
        said = refusal(f"{flag} {text}")
        assert said.startswith(f"prompt: {flag}: ")
        assert rule in said


@pytest.mark.parametrize("mode", ["fast", "turbo", "relax"])
def test_a_mode_stands_alone(mode):
    assert flags_of(f"--{mode}") == {"process_mode": mode}


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("--tile", {"tile": True}),
        ("--draft", {"draft": True}),
        ("--raw", {"style": "raw"}),
        ("--style raw", {"style": "raw"}),
        ("--style RAW", {"style": "raw"}),
        ("--niji 6", {"niji": 6}),
        ("--no hands", {"no": "hands"}),
        ("--no hands, extra   fingers,text", {"no": "hands, extra fingers,text"}),
        ("--no - -- x--y", {"no": "- -- x--y"}),
        ("--sref https://a.example/1.png", {"sref": "https://a.example/1.png"}),
        ("--sref https://a.example/1 https://b.example/2", {"sref": "https://a.example/1 https://b.example/2"}),
        ("--oref https://a.example/1.png", {"oref": "https://a.example/1.png"}),
        ("--cref https://a.example/1.png", {"cref": "https://a.example/1.png"}),
    ],
)
def test_other_flags_are_carried_along(text, flags):
    assert flags_of(text) == flags


@pytest.mark.parametrize("flag", ["--tile", "--draft", "--raw", "--fast", "--turbo", "--relax"])
def test_a_flag_that_stands_alone_takes_no_value(flag):
    assert refusal(f"{flag} on") == f"prompt: 'on' follows {flag}; flags come after all text."


# How flags are malformed


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("--ar16:9", "prompt: '--ar16:9' is not a known flag. Did you mean '--ar 16:9'?"),
        ("--v5", "prompt: '--v5' is not a known flag. Did you mean '--v 5'?"),
        ("--version7", "prompt: '--version7' is not a known flag. Did you mean '--version 7'?"),
        ("--seed=7", "prompt: '--seed=7' is not a known flag. Did you mean '--seed 7'?"),
        ("--S:100", "prompt: '--S:100' is not a known flag. Did you mean '--s 100'?"),
        ("--ar:", "prompt: '--ar:' is not a known flag."),
        ("--art", "prompt: '--art' is not a known flag."),
        ("--video", "prompt: '--video' is not a known flag."),
        ("--2", "prompt: '--2' is not a known flag."),
        ("--niji", "prompt: --niji needs a value."),
        ("--ar", "prompt: --ar needs a value."),
        ("--no", "prompt: --no needs a value."),
        ("--seed --tile", "prompt: --seed needs a value."),
        ("--niji x", "prompt: --niji takes a whole number from 4 to 7, not 'x'."),
        ("--style loud", "prompt: --style takes one of raw, cute, expressive, original, scenic, not 'loud'."),
        ("--ar 16:9 in the snow", "prompt: 'in' follows --ar; flags come after all text."),
        ("--ar 16 : 9", "prompt: ':' follows --ar; flags come after all text."),
        ("--" + "x" * 5_000, f"prompt: '--{'x' * 38}…' is not a known flag."),
    ],
)
def test_a_malformed_flag_is_refused_by_name_and_rule(text, says):
    assert refusal(text) == says


def test_flags_are_known_in_any_case():
    assert flags_of("--AR 2:1 --Turbo") == {"aspect_ratio": "2:1", "process_mode": "turbo"}


@given(st.lists(st.tuples(st.sampled_from(WHOLE), st.data()), min_size=1, max_size=6))
def test_of_a_flag_that_stands_twice_the_last_one_holds(given_):
    expected, text = {}, "a fox"
    for (flag, name, least, most), data in given_:
        expected[name] = data.draw(st.integers(least, most))
        text += f" {flag} {expected[name]}"
    assert parse_prompt(text).flags == expected


def test_synonyms_are_one_flag():
    assert flags_of("--fast --relax --ar 1:1 --aspect 2:1 --v 5.2 --version 6 --raw --style cute") == {
        "process_mode": "relax",
        "aspect_ratio": "2:1",
        "model_version": "6.0",
        "style": "cute",
    }


# Text and image URLs


@given(harmless)
def test_text_stays_what_it_is_but_for_its_white_space(some):
    """What merely looks like a flag - a dash of its own, one inside a word, one before an accent - is text."""
    assert parse_prompt("\t ".join(some) + "\n") == Prompt(" ".join(some))


@given(st.lists(st.sampled_from(["http://a.example/x", "HTTPS://b.example/?q=--v", "https://c"]), max_size=5), harmless)
def test_image_urls_stand_at_the_start(urls, text):
    parsed = parse_prompt(" ".join([*urls, *text, "--s 5"]))
    assert parsed == Prompt(" ".join(text), tuple(urls), {"stylize": 5})


def test_more_images_than_can_be_blended_are_refused():
    with pytest.raises(InvalidParameter, match=r"prompt: begins with 6 image URLs; at most 5"):
        parse_prompt("https://a.example/1 " * 6 + "fox")


def test_a_url_behind_text_is_text():
    parsed = parse_prompt("https://a.example/1 like https://b.example/2")
    assert (parsed.image_urls, parsed.text) == (("https://a.example/1",), "like https://b.example/2")


@pytest.mark.parametrize("word", ["http://", "https:/a.example/x", "ftp://a.example/x", "xhttps://a.example/", "http"])
def test_what_is_no_http_url_is_text(word):
    assert parse_prompt(f"{word} fox") == Prompt(f"{word} fox")


@pytest.mark.parametrize("prompt", ["", " \t\n", "--ar 1:1", "https://a.example/x", "https://a.example/x --v 7"])
def test_a_prompt_without_words_is_empty(prompt):
    with pytest.raises(EmptyPrompt, match=r"prompt: holds no words"):
        parse_prompt(prompt)
    assert parse_flags(prompt).text == ""


def test_without_any_prompt_there_are_no_flags():
    assert parse_flags("") == Prompt("")


def test_bad_flags_are_refused_even_where_the_prompt_may_be_empty():
    with pytest.raises(InvalidParameter):
        parse_flags("--v 5")


# Blocked words


@given(st.sampled_from(sorted(BLOCKED_WORDS)), st.data())
def test_a_blocked_word_is_refused_whole_in_any_case_and_is_named(word, data):
    shouted = "".join(data.draw(st.sampled_from([letter, letter.upper()])) for letter in word)
    before = data.draw(st.sampled_from(["", "a ", "(", "so-called ", "-", "«"]))
    after = data.draw(st.sampled_from(["", " fox", ",", "!", "-like", ")", " --ar 1:1"]))
    for parse in (parse_prompt, parse_flags):
        with pytest.raises(BannedPrompt) as refused:
            parse(before + shouted + after)
        assert str(refused.value) == f"prompt: the word {shouted!r} is not allowed."


@pytest.mark.parametrize("text", ["gored", "nudel soup", "denude", "snsfw", "gore_1", "g ore", "nakedé"])
def test_a_word_that_holds_a_blocked_one_is_allowed(text):
    assert parse_prompt(text).text == text


@pytest.mark.parametrize("text", ["ein nüchternes NUDE", "ſuicide", "日本 gore"])
def test_a_blocked_word_is_found_among_letters_of_any_kind(text):
    with pytest.raises(BannedPrompt):
        parse_prompt(text)


def test_a_blocked_word_may_be_excluded():
    assert flags_of("--no gore")["no"] == "gore"


def test_that_a_word_is_blocked_is_said_before_what_is_wrong_with_the_flags():
    with pytest.raises(BannedPrompt):
        parse_prompt("gore --v 99")


# Whatever is sent

fragments = st.sampled_from(
    [
        *("--ar", "--v", "--q", "--s", "--no", "--iw", "--seed", "--niji", "--style", "--tile", "--raw", "--fast"),
        *("--ar16:9", "--v7", "--", "--x", "16:9", "0:0", "7", "6.1", ".5", "1.", "99999999999999", "raw", "gore"),
        *("https://a.example/x", "\ud800", "--ar\udfff", "--İ", "--ſ", "\x00", "--v\x1f7"),
    ]
)
anything = st.text(st.characters()) | st.text() | st.lists(fragments | words).map(" ".join)


def outcome(parse, prompt):
    """The prompt, or what is said against it."""
    try:
        return parse(prompt), ""
    except Refused as refused:
        return None, str(refused)


@settings(max_examples=800)
@given(anything)
@example("--SIM")
def test_any_text_is_taken_apart_or_refused_and_nothing_else(prompt):
    for parse in (parse_prompt, parse_flags):
        parsed, said = outcome(parse, prompt)
        if parsed is None:
            assert said.startswith("prompt: ")
            assert len(said.replace(LEGAL, "")) < 250  # beside the list of all directives, little of what was sent
            assert said.encode()
        else:
            assert parsed.text == " ".join(parsed.text.split())
            assert all(url.lower().startswith("http") for url in parsed.image_urls)


@given(anything)
def test_taking_apart_what_was_taken_apart_changes_nothing(prompt):
    try:
        parsed = parse_flags(prompt)
    except Refused:
        return
    assert parse_flags(parsed.text).text == parsed.text
    assert parse_flags(" ".join([*parsed.image_urls, parsed.text])) == Prompt(parsed.text, parsed.image_urls)


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        ("a fox", "a fox "),
        ("a fox --motion high --sim fail@46 --loop", "a fox --sim fail@46"),
        ("--SIM fail@46 slow=2 --sim direct", " --SIM fail@46 slow=2 --sim direct"),
        ("a--sim direct", "a--sim direct "),
        ("a fox --sim", "a fox"),
    ],
)
def test_of_the_flags_of_another_model_sim_alone_is_left(prompt, left):
    assert with_sim_alone(prompt).strip() == left.strip()
