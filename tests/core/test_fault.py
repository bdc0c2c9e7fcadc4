"""An effect is a set of parts: who has a part first keeps it, and delays are drawn from chance that has a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.chance import Key
from mjsim.core.fault import (
    CREATING,
    LONGEST_DELAY,
    NOTHING,
    OPERATIONS,
    PARTS,
    Connection,
    Effect,
    Fault,
    Fixed,
    Lognormal,
    Match,
    Response,
    Uniform,
    parts_at,
)

KEYS = [Key(7, "sim-a", f"request {number}", 0) for number in range(400)]

effects = st.builds(
    Effect,
    latency=st.none() | st.just(Fixed(5.0)),
    connection=st.none() | st.sampled_from(Connection),
    response=st.none() | st.builds(Response, st.integers(200, 599)),
    stale=st.none() | st.integers(0, 10**6),
    truncate=st.none() | st.floats(0, 0.9),
    drip=st.none() | st.integers(1, 100),
)


@given(effects, effects)
def test_of_two_effects_the_first_keeps_its_parts_and_the_second_fills_the_rest(first, second):
    both = first.over(second)
    assert set(both.parts) == set(first.parts) | set(second.parts)
    assert all(getattr(both, part) == getattr(first, part) for part in first.parts)
    assert all(getattr(both, part) == getattr(second, part) for part in set(second.parts) - set(first.parts))


@given(effects, st.frozensets(st.sampled_from(PARTS)))
def test_an_effect_can_be_cut_down_to_parts(effect, parts):
    assert set(effect.only(parts).parts) == set(effect.parts) & parts
    assert effect.only(parts).over(effect) == effect


def test_nothing_has_no_parts():
    assert NOTHING.parts == ()


def test_every_part_can_do_something_somewhere_and_every_operation_can_be_struck():
    assert frozenset().union(*map(parts_at, OPERATIONS)) == set(PARTS)
    assert all(map(parts_at, OPERATIONS))


def test_jobs_are_made_by_creating_alone_and_webhooks_are_spoilt_in_delivery_alone():
    assert {operation for operation in OPERATIONS if "job" in parts_at(operation)} == set(CREATING)
    assert [operation for operation in OPERATIONS if "webhook" in parts_at(operation)] == ["webhook"]
    assert parts_at("webhook") == {"webhook"}


def test_a_fixed_delay_is_what_it_is():
    assert {Fixed(12.5).drawn(key, "latency") for key in KEYS} == {Fixed(12.5)}


def test_a_uniform_delay_lies_within_its_bounds_and_spreads_over_them():
    drawn = [Uniform(10, 20).drawn(key, "latency").milliseconds for key in KEYS]
    assert 10 <= min(drawn) < 11
    assert 19 < max(drawn) < 20


def test_bounds_the_wrong_way_round_give_the_lower_one():
    assert Uniform(20, 10).drawn(KEYS[0], "latency") == Fixed(20)


def test_half_of_lognormal_delays_are_below_the_median_and_the_tail_is_bounded():
    drawn = sorted(Lognormal(80, 0.5).drawn(key, "latency").milliseconds for key in KEYS)
    assert drawn[len(drawn) // 2] == pytest.approx(80, rel=0.1)
    assert drawn[len(drawn) * 84 // 100] == pytest.approx(80 * 1.65, rel=0.2)
    assert max(Lognormal(LONGEST_DELAY, 5).drawn(key, "x").milliseconds for key in KEYS) == LONGEST_DELAY
    assert {Lognormal(80, 0).drawn(key, "x").milliseconds for key in KEYS} == {80}


def test_an_effect_draws_each_of_its_delays_for_itself_and_leaves_the_rest():
    effect = Effect(latency=Uniform(0, 1000), first_byte=Uniform(0, 1000), drip=5)
    drawn = effect.drawn(KEYS[0])
    assert drawn == effect.drawn(KEYS[0])
    assert drawn.latency != drawn.first_byte
    assert (type(drawn.latency), drawn.drip) == (Fixed, 5)
    assert Effect(drip=5).drawn(KEYS[0]) == Effect(drip=5)


def test_a_fault_is_chancy_where_it_draws():
    assert not Fault("f", Match(), Effect(latency=Fixed(1))).chancy
    assert Fault("f", Match(), Effect(first_byte=Uniform(1, 2))).chancy
    assert Fault("f", Match(), Effect(drip=1), probability=0.5).chancy


@pytest.mark.parametrize(
    ("response", "keeps"),
    [
        (Response(202), True),
        (Response(202, body={}), False),
        (Response(200, page=True), False),
        (Response(200, code="odd"), False),
        (Response(302), False),
        (Response(500), False),
    ],
)
def test_a_success_with_nothing_to_say_keeps_the_true_body(response, keeps):
    assert response.keeps_body is keeps
