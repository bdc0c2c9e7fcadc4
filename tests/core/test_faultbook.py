"""Faults strike whom they match, as often as they may; whom they strike never depends on what other tenants do."""

import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.error import FaultExists, InvalidRequest, NotFound
from mjsim.core.fault import NOTHING, OPERATIONS, Effect, Fault, Fixed, Match, Uniform
from mjsim.core.faultbook import MOST_FAULTS, FaultBook
from mjsim.core.faultentry import Occasion
from mjsim.core.instant import Instant

NOW = Instant(1_000)
IMAGINE = "createImagineJob"


def book(*faults, seed=7):
    made = FaultBook(seed)
    made.add([(fault, {}) for fault in faults], NOW)
    return made


def fault(fault_id="f", match=None, effect=None, **more):
    return Fault(fault_id, match or Match(), effect or Effect(drip=1), **more)


def struck(made, occasion, now=NOW, asked=NOTHING):
    return [one.fault for one in made.strike(occasion, now, asked)]


def request(tenant="sim-a", fingerprint="r", operation=IMAGINE, **more):
    return Occasion(operation, tenant, fingerprint, **more)


def reasons(made, fault_id="f"):
    """The condition that each miss broke on."""
    return [(miss.conditions[-1].name, miss.conditions[-1].found) for miss in made.entry(fault_id).misses]


@pytest.mark.parametrize(
    ("match", "hit", "miss", "condition"),
    [
        (Match(frozenset({IMAGINE})), request(), request(operation="listJobs"), ("operations", "listJobs")),
        (Match(tenant="sim-a"), request(), request("sim-b"), ("tenant", "sim-b")),
        (Match(job_id="j"), request(job_id="j"), request(job_id="k"), ("job_id", "k")),
        (Match(job_id="j"), request(job_id="j"), request(), ("job_id", "no job")),
        (Match(prompt=re.compile("fox")), request(prompt="a fox"), request(prompt="an ox"), ("prompt", "an ox")),
        (Match(prompt=re.compile("fox")), request(prompt="a fox"), request(), ("prompt", "no prompt")),
        (Match(after=5), request(age=5, operation="images"), request(age=4, operation="images"), ("after", "4ms")),
        (Match(after=5), request(age=5, operation="images"), request(), ("after", "no file")),
    ],
)
def test_a_condition_holds_or_is_named_as_the_one_that_did_not(match, hit, miss, condition):
    made = book(fault(match=match))
    assert struck(made, miss) == []
    assert struck(made, hit) == ["f"]
    assert reasons(made) == [condition]


def test_a_fault_strikes_no_operation_to_which_it_can_do_nothing():
    made = book(fault(effect=Effect(drift=1)))
    assert [operation for operation in OPERATIONS if struck(made, request(operation=operation))] == ["listJobs"]


def test_one_of_the_matching_requests_is_picked_by_its_number():
    made = book(fault(match=Match(nth=2)))
    assert [struck(made, request()) for _ in range(4)] == [[], ["f"], [], []]
    assert [struck(made, request("sim-b")) for _ in range(2)] == [[], ["f"]]


def test_the_first_requests_go_well_and_a_fault_strikes_at_most_so_often():
    made = book(fault(succeed_first=1, count=2))
    assert [bool(struck(made, request())) for _ in range(5)] == [False, True, True, False, False]
    assert reasons(made) == [
        ("succeed_first", "match number 1"),
        ("count", "struck 2 times"),
        ("count", "struck 2 times"),
    ]


def test_a_fault_has_its_time():
    made = book(fault(ttl=500))
    assert struck(made, request(), Instant(1_499)) == ["f"]
    assert struck(made, request(), Instant(1_500)) == []
    assert reasons(made) == [("ttl", "0ms left")]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), max_size=40), st.randoms())
def test_whom_chance_picks_does_not_depend_on_when_others_come(requests, random):
    """Any order of the requests of different tenants, and of different requests of one, strikes the same ones."""

    def strikes(order):
        made = book(fault(probability=0.5))
        return Counter((one, bool(struck(made, request(*one)))) for one in order)

    shuffled = list(requests)
    random.shuffle(shuffled)
    assert strikes(requests) == strikes(shuffled)


def test_chance_strikes_about_its_share_and_a_seed_decides_which():
    made = [request(fingerprint=str(number)) for number in range(1_000)]

    def picked(seed):
        one = book(fault(probability=0.3), seed=seed)
        return [bool(struck(one, occasion)) for occasion in made]

    assert 250 < sum(picked(7)) < 350
    assert picked(7) == picked(7)
    assert picked(7) != picked(8)


def test_a_fault_with_a_seed_of_its_own_strikes_the_same_in_every_world():
    def picked(seed, own):
        made = book(fault(probability=0.5, seed=own), seed=seed)
        return [bool(struck(made, request(fingerprint=str(number)))) for number in range(50)]

    assert picked(1, 5) == picked(2, 5)
    assert picked(1, 5) != picked(1, 6)
    assert picked(1, None) != picked(2, None)


def test_equal_requests_are_told_apart_by_how_many_there_were():
    made = book(fault(probability=0.5))
    assert len({bool(struck(made, request())) for _ in range(50)}) == 2


def test_chance_says_what_it_drew():
    made = book(fault(probability=0.0))
    assert struck(made, request()) == []
    ((name, found),) = reasons(made)
    assert name == "probability"
    assert re.fullmatch(r"drew 0\.[0-9]{4}", found)


def test_delays_are_drawn_for_each_request():
    made = book(fault(effect=Effect(latency=Uniform(0, 1_000))))
    (first,), (second,) = (made.strike(request(fingerprint=name), NOW, NOTHING) for name in "xy")
    assert isinstance(first.effect.latency, Fixed)
    assert first.effect.latency != second.effect.latency


def test_the_request_comes_first_then_the_faults_in_their_order_part_by_part():
    made = book(
        fault("one", effect=Effect(drip=1, truncate=0.1)),
        fault("two", effect=Effect(drip=2, truncate=0.2, malformed=True)),
        fault("three", effect=Effect(drip=3)),
    )
    fired = made.strike(request(), NOW, Effect(drip=9))
    assert [(one.fault, one.effect) for one in fired] == [
        ("one", Effect(truncate=0.1)),
        ("two", Effect(malformed=True)),
    ]
    assert reasons(made, "three") == [("precedence", "taken: drip")]


def test_a_fault_that_comes_too_late_has_not_been_used_up():
    made = book(fault("one", count=1), fault("two", count=1))
    assert [struck(made, request()) for _ in range(3)] == [["one"], ["two"], []]


def test_why_a_fault_fired_is_told_with_its_note():
    (fired,) = book(fault(note="the outage of May")).strike(request(), NOW, NOTHING)
    assert fired.reason == "drip: matching createImagineJob number 1 of sim-a (the outage of May)"
    (nameless,) = book(fault()).strike(request(tenant=""), NOW, NOTHING)
    assert nameless.reason == "drip: matching createImagineJob number 1 of nobody"


def test_the_last_misses_are_kept_and_operations_that_are_not_meant_push_none_out():
    made = book(fault(match=Match(frozenset({IMAGINE}), prompt=re.compile("fox"))))
    for number in range(30):
        struck(made, request(prompt=f"ox {number}"), Instant(number))
    for number in range(30, 90):
        struck(made, request(operation="getJobStatus"), Instant(number))
    misses = made.entry("f").misses
    assert [miss.instant for miss in misses] == [*range(10, 30), *range(85, 90)]


def test_an_id_follows_from_what_is_written_and_is_given_once():
    written = {"effect": {"drip": 1}, "match": {"operations": ["images"], "tenant": "a"}}
    turned = {"match": {"tenant": "a", "operations": ["images"]}, "effect": {"drip": 1}}
    ids = [
        [entry.fault.id for entry in FaultBook(7).add([(fault(""), one), (fault(""), one)], NOW)]
        for one in (written, turned)
    ]
    assert ids[0] == ids[1]
    assert re.fullmatch(r"fault-[0-9a-f]{8}", ids[0][0])
    assert ids[0][1] == f"{ids[0][0]}-2"
    (other,) = FaultBook(7).add([(fault(""), {"effect": {"drip": 2}})], NOW)
    assert other.fault.id != ids[0][0]
    assert other.given == {"effect": {"drip": 2}, "id": other.fault.id}


def test_faults_are_added_all_or_none():
    made = book(fault("taken"))
    with pytest.raises(FaultExists, match=r"^id: there is a fault 'taken' already"):
        made.add([(fault("new"), {}), (fault("taken"), {})], NOW)
    with pytest.raises(FaultExists, match="'twice'"):
        made.add([(fault("twice"), {}), (fault("twice"), {})], NOW)
    with pytest.raises(InvalidRequest, match=f"at most {MOST_FAULTS}"):
        made.add([(fault(""), {})] * MOST_FAULTS, NOW)
    assert [entry.fault.id for entry in made.entries()] == ["taken"]


def test_faults_are_found_and_taken_out_by_their_id():
    made = book(fault("one"), fault("two"))
    made.remove("one")
    assert [entry.fault.id for entry in made.entries()] == ["two"]
    for verb in (made.entry, made.remove):
        with pytest.raises(NotFound, match="no fault 'one'"):
            verb("one")


def test_a_book_without_faults_is_false():
    made = FaultBook(7)
    assert not made
    made.add([(fault(), {})], NOW)
    assert made
    assert made.clear() == 1
    assert not made


def test_clearing_a_tenant_takes_out_its_faults_and_what_others_counted_of_it():
    made = book(fault("theirs", match=Match(tenant="sim-a")), fault("all", count=1, effect=Effect(truncate=0.5)))
    struck(made, request())
    struck(made, request("sim-b"))
    assert made.clear("sim-a") == 1
    assert struck(made, request()) == ["all"]
    assert struck(made, request("sim-b")) == []


def test_counts_are_bounded_in_number(monkeypatch):
    monkeypatch.setattr("mjsim.core.faultentry._MOST_TENANTS", 2)
    monkeypatch.setattr("mjsim.core.faultentry._MOST_FINGERPRINTS", 2)
    made = book(fault(probability=0.5))
    for number in range(5):
        struck(made, request(f"sim-{number}"))
    for number in range(5):
        struck(made, request(fingerprint=str(number)))
    tallies = made.entry("f").tallies
    assert list(tallies) == ["sim-4", "sim-a"]
    assert list(tallies["sim-a"].repeats) == ["3", "4"]


def test_a_pattern_that_takes_too_long_does_not_strike_and_says_so():
    class Endless:
        def search(self, _text):
            raise TimeoutError

    made = book(fault(match=Match(prompt=Endless())))
    assert struck(made, request(prompt="a fox")) == []
    ((condition, found),) = reasons(made)
    assert condition == "prompt"
    assert found.startswith("the pattern takes too long to search for")
