"""`Prefer` is read as RFC 7240 has it: what is unknown is passed over, what is known and wrong is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.directive import NONE, SIM, parse_directives
from mjsim.core.error import InvalidParameter
from mjsim.core.fault import LONGEST_DELAY, NOTHING, PARTS, Connection, Effect, Fixed, Response, RetryAfter
from mjsim.core.preference import KNOWN, Preferences, parse_prefer


def effect(*headers):
    return parse_prefer(headers).effect


@pytest.mark.parametrize(
    ("header", "means"),
    [
        ("code=429", Effect(response=Response(429))),
        ("code=503, retry-after=2", Effect(response=Response(503, retry_after=RetryAfter(2)))),
        ("retry-after=date:9, code=503", Effect(response=Response(503, retry_after=RetryAfter(9, as_date=True)))),
        ("code=429, retry-after=absent", Effect(response=Response(429, retry_after=RetryAfter(None)))),
        ("html", Effect(response=Response(502, page=True))),
        ("html, code=504", Effect(response=Response(504, page=True))),
        ("code=504, html, retry-after=1", Effect(response=Response(504, page=True, retry_after=RetryAfter(1)))),
        ("latency=2s", Effect(latency=Fixed(2_000))),
        ("first-byte=250ms", Effect(first_byte=Fixed(250))),
        ("drip=10", Effect(drip=10)),
        *((str(name), Effect(connection=name)) for name in Connection),
        ("truncate", Effect(truncate=0.5)),
        ("truncate=0.25", Effect(truncate=0.25)),
        ("truncate=.9", Effect(truncate=0.9)),
        ("truncate=0", Effect(truncate=0)),
        ("malformed", Effect(malformed=True)),
        ("content-type=text/plain", Effect(content_type="text/plain")),
        ('content-type="text/html; charset=utf-8"', Effect(content_type="text/html; charset=utf-8")),
        ("stale=5s", Effect(stale=5_000)),
        ("drift=-2", Effect(drift=-2)),
        ("latency=1s, stale=5s", Effect(latency=Fixed(1_000), stale=5_000)),
    ],
)
def test_a_preference_means_one_effect(header, means):
    assert effect(header) == means


def test_directives_may_be_quoted_or_not():
    assert parse_prefer(["sim=fail@46"]).directives == parse_directives("fail@46", "x")
    assert parse_prefer(['sim="fail@46=my_code slow=4"']).directives == parse_directives("fail@46=my_code slow=4", "x")
    assert parse_prefer([r'sim="sl\ow=4"']).directives == parse_directives("slow=4", "x")


@pytest.mark.parametrize(
    "headers",
    [
        ["code=503, latency=1s"],
        ["code=503", "latency=1s"],
        ["CODE = 503 , Latency=1s"],
        [' code="503";a=b;c="d,e" ,, latency=1s;f'],
        ["code=503, code=429, latency=1s, latency=x"],
        ['respond-async, wait=10, odd="a, code=429", code=503, ?, =5, latency=1s'],
    ],
)
def test_lists_lines_quotes_case_and_parameters_are_those_of_the_rfc(headers):
    assert effect(*headers) == Effect(latency=Fixed(1_000), response=Response(503))


@pytest.mark.parametrize("header", ["", ",", "respond-async", "return=minimal", "wait=9", "=", '"code=429"', "€, ;"])
def test_what_is_not_known_is_passed_over(header):
    assert parse_prefer([header]) == Preferences(NOTHING, NONE, {})


def test_what_is_misspelled_is_passed_over_too_and_remembered_with_what_may_be_meant():
    assert parse_prefer(["codes=429, Trunkate=0.5, return=minimal"]) == Preferences(
        misspelled={"codes": "code", "trunkate": "truncate"}
    )


@pytest.mark.parametrize(
    ("header", "says"),
    [
        ("code", "takes a status from 200 to 599"),
        ("code=99", "takes a status from 200 to 599"),
        ("code=600", "takes a status from 200 to 599"),
        ("retry-after=soon", "takes seconds"),
        ("retry-after=2", "goes with a status"),
        ("latency=2", "is no duration"),
        ("latency=11m", "takes at most 10m"),
        ("first-byte=x", "is no duration"),
        ("drip=0", "takes a number of bytes"),
        ("reset=1", "takes no value"),
        ("truncate=2", "takes the share"),
        ("malformed=yes", "takes no value"),
        ("html=500", "takes no value"),
        ("content-type", "takes a media type"),
        ('content-type="é"', "takes a media type"),
        ("stale=x", "is no duration"),
        ("drift=x", "takes a number of jobs"),
        ("sim", "takes directives"),
        ("sim=fial", "is no directive"),
    ],
)
def test_a_known_preference_with_a_value_that_makes_no_sense_is_refused(header, says):
    with pytest.raises(InvalidParameter, match=says) as refused:
        parse_prefer([header])
    assert str(refused.value).startswith(f"Prefer: {header.partition('=')[0]}")


def test_what_was_understood_is_told_as_it_was_written_by_the_part_that_it_is_for():
    understood = parse_prefer(["foo=bar, code=503, retry-after=2, reset-after, sim=instant"]).understood
    assert understood == {
        "code=503": "response",
        "retry-after=2": "response",
        "reset-after": "connection",
        "sim=instant": SIM,
    }


def test_every_preference_is_for_a_part_that_there_is():
    assert {part for part, _ in KNOWN.values()} <= {*PARTS, SIM}


pieces = st.sampled_from([*KNOWN, "=", ",", ";", '"', "\\", " ", "5s", "429", "fail@46", "€", "wait"])


@given(st.lists(st.text(max_size=20) | st.lists(pieces, max_size=12).map("".join), max_size=3))
def test_any_header_is_understood_or_refused_and_nothing_else(headers):
    try:
        found = parse_prefer(headers)
    except InvalidParameter:
        return
    assert set(found.effect.parts) <= set(PARTS)
    latency = found.effect.latency
    assert latency is None or latency.milliseconds <= LONGEST_DELAY
