"""One small grammar picks outcomes by input: what it takes means one thing, what it does not take is told what is legal."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mjsim.core.directive import LEGAL, NONE, Directives, parse_directives, parse_mishaps, written
from mjsim.core.error import InvalidParameter
from mjsim.core.fate import REFUSALS, Course, Ending, Fate
from mjsim.core.mishap import SPANS, TIMES, Mishap, Wish
from mjsim.core.prompt import parse_flags, parse_prompt
from mjsim.core.timeline import Failure


def fate(text):
    return parse_directives(text, "here").fate


@pytest.mark.parametrize(
    ("text", "ending", "progress"),
    [
        ("fail", Ending.FAILS, 46),
        ("fail@46", Ending.FAILS, 46),
        ("fail@0", Ending.FAILS, 0),
        ("fail-result", Ending.FAILS, 99),
        ("stuck", Ending.STICKS, 93),
        ("stuck@7", Ending.STICKS, 7),
        ("cancel", Ending.IS_CANCELLED, 31),
        ("cancel@99", Ending.IS_CANCELLED, 99),
    ],
)
def test_an_ending_is_named_with_its_progress(text, ending, progress):
    assert (fate(text).ending, fate(text).progress) == (ending, progress)
    assert (fate(text).failure is None) is (ending is not Ending.FAILS)


def test_a_failure_has_the_code_that_is_given_and_the_message_that_belongs_to_it():
    assert fate("fail=my_code").failure == Failure("my_code", "The job failed as it was asked to.")
    assert fate("fail@5=timed_out").failure.message == "The job took too long and was given up."
    assert fate("fail-result").failure.code == "result_unavailable"
    assert fate("fail-result=lost").failure.code == "lost"


def test_other_fates_are_named_too():
    assert fate("instant").course is Course.INSTANT
    assert fate("direct").course is Course.DIRECT
    assert fate("slow").slowness == 2
    assert fate("slow=0.25").slowness == 0.25
    assert fate("refuse").refusal == "banned_prompt"
    assert [fate(f"refuse={code}").refusal for code in REFUSALS] == list(REFUSALS)


def test_several_directives_add_up_and_of_two_that_contradict_each_other_the_later_holds():
    assert fate("slow=4 fail@46") == Fate(
        ending=Ending.FAILS,
        progress=46,
        failure=Failure("internal_error", "The job failed for a reason inside the service."),
        slowness=4.0,
    )
    assert fate("fail@46 stuck@93") == Fate(ending=Ending.STICKS, progress=93)
    assert parse_directives("webhook-late=5s webhook-drop webhook-late=7s", "x").webhook == (
        Wish(Mishap.DROP),
        Wish(Mishap.LATE, 7_000),
    )


def test_nothing_asks_for_nothing():
    assert parse_directives("  ", "x") is NONE
    assert NONE.over(Directives(Fate())) == Directives(Fate())
    assert Directives(Fate(slowness=3)).over(Directives(Fate(), (Wish(Mishap.DROP),))) == Directives(
        Fate(slowness=3), (Wish(Mishap.DROP),)
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fial@4", "did you mean fail?"),
        ("=", "is no directive"),
        ("FAIL", "is no directive"),
        ("fail@100", "a progress from 0 to 99, not 100"),
        ("fail@1000", "is no directive"),
        ("fail=Not-A-Code", "small letters"),
        ("stuck=5", "takes no value; write stuck[@PROGRESS]"),
        ("instant@5", "takes no progress; write instant"),
        ("slow=0", "a factor from 0.01 to 1000"),
        ("slow=x", "a factor from 0.01 to 1000"),
        ("refuse=whatever", "takes one of"),
        ("webhook-late=5", "is no duration"),
        ("webhook-double=1", "a number from 2 to 100"),
        ("webhook-double=x", "a number from 2 to 100"),
        ("webhook-drop=1", "takes no value; write webhook-drop"),
    ],
)
def test_a_malformed_directive_is_refused_in_words_that_help(text, says):
    with pytest.raises(InvalidParameter) as refused:
        parse_directives(text, "here")
    assert str(refused.value).startswith("here: ")
    assert says.lower() in str(refused.value).lower()


def test_who_misspells_a_directive_is_told_all_legal_ones():
    with pytest.raises(InvalidParameter) as refused:
        parse_directives("nonsense", "here")
    assert LEGAL in str(refused.value)
    assert all(str(mishap) in LEGAL for mishap in Mishap)


@given(st.text(max_size=60))
@example("webhook-late=" + "9" * 12 + "d")
def test_any_text_is_understood_or_refused_and_nothing_else(text):
    try:
        asked = parse_directives(text, "here")
    except InvalidParameter:
        return
    assert parse_directives(written(asked), "here") == asked


progress = st.none() | st.integers(0, 99)
code = st.none() | st.from_regex(r"[a-z][a-z0-9_]{0,63}", fullmatch=True)


def form(name, at, value):
    return name + ("" if at is None else f"@{at}") + ("" if value is None else f"={value}")


words = st.one_of(
    st.builds(form, st.just("fail"), progress, code),
    st.builds(form, st.just("fail-result"), st.none(), code),
    st.builds(form, st.sampled_from(["stuck", "cancel"]), progress, st.none()),
    st.builds(form, st.just("refuse"), st.none(), st.none() | st.sampled_from(list(REFUSALS))),
    st.builds(form, st.just("slow"), st.none(), st.sampled_from(["0.01", "0.125", "1", "4", "1000"])),
    st.sampled_from(["instant", "direct"]),
    st.sampled_from([f"webhook-{mishap}" for mishap in Mishap]),
    st.builds(form, st.sampled_from([f"webhook-{m}" for m in SPANS]), st.none(), st.sampled_from(["5ms", "60s", "9d"])),
    st.builds(form, st.sampled_from([f"webhook-{m}" for m in TIMES]), st.none(), st.integers(2, 100)),
)


@given(st.lists(words, max_size=8))
@example(["slow=1"])
def test_what_was_understood_is_written_so_that_it_is_understood_again(asked):
    directives = parse_directives(" ".join(asked), "here")
    assert parse_directives(written(directives), "here") == directives


@given(st.lists(words, min_size=1, max_size=4), st.booleans())
def test_in_a_prompt_directives_are_no_text_and_no_setting(asked, each_with_a_flag):
    flags = " ".join(f"--sim {word}" for word in asked) if each_with_a_flag else "--sim " + " ".join(asked)
    prompt = parse_prompt(f"a fox --ar 16:9 {flags} --chaos 5")
    assert prompt.directives == parse_directives(" ".join(asked), "x")
    assert (prompt.text, dict(prompt.flags)) == ("a fox", {"aspect_ratio": "16:9", "chaos": 5})


def test_a_prompt_says_where_its_directive_went_wrong():
    with pytest.raises(InvalidParameter, match=r"^prompt: --sim: 'fial' is no directive"):
        parse_flags("a fox --sim fial")
    with pytest.raises(InvalidParameter, match=r"^prompt: --sim needs a directive. Legal are refuse"):
        parse_flags("a fox --sim --ar 1:1")


def test_what_goes_wrong_with_a_webhook_is_named_without_its_prefix_where_nothing_else_can_be_meant():
    assert parse_mishaps("late=60s double", "here") == (Wish(Mishap.LATE, 60_000), Wish(Mishap.DOUBLE, 2))
    with pytest.raises(InvalidParameter, match=r"^here: 'dorp' is nothing that goes wrong. Legal are drop, double"):
        parse_mishaps("dorp", "here")
    with pytest.raises(InvalidParameter, match="takes no value"):
        parse_mishaps("drop=5", "here")
