"""Numbers in order answer like a plain sorted list, however many are added and taken at once and wherever they are."""

from bisect import bisect_left
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.store.order import Calendar, Order

steps = st.lists(
    st.tuples(
        st.sampled_from(["add", "add", "take", "take the first", "take the last"]),
        st.sampled_from([1, 1, 2, 3, 10, 60]),
        st.floats(0, 1, exclude_max=True),
    ),
    min_size=1,
    max_size=25,
)


@pytest.fixture(autouse=True)
def narrow(monkeypatch):
    """The bounds come sooner."""
    monkeypatch.setattr("mjsim.store.order._LONGEST_GAP", 7)
    monkeypatch.setattr("mjsim.store.order._MOST_ONE_BY_ONE", 5)


def chosen(held, what, number, place):
    """What a step takes out of a sorted list."""
    match what:
        case "take the first":
            return held[:number]
        case "take the last":
            return held[-number:]
        case _:
            start = int(place * len(held))
            return held[start :: max(len(held) // (number + 1), 1)][:number]


@given(steps)
def test_an_order_is_a_sorted_list(history):
    order, held = Order(), []
    for what, number, place in history:
        if what == "add":
            # Among those that are there, from a place on; the last of all are the most frequent ones.
            least = held[int(place * 2 * len(held))] if place < 0.5 and held else (held[-1] + 1 if held else 0)
            new = [one for one in range(least, least + 4 * number, 3) if one not in held][:number]
            order.add(new)
            held = sorted([*held, *new])
        else:
            gone = chosen(held, what, number, place)
            order.take(gone)
            held = [one for one in held if one not in gone]
        assert list(order) == held
        assert list(reversed(order)) == held[::-1]
        assert len(order) == len(held)
        if held:
            assert (order.first, order.last) == (held[0], held[-1])
        for offset, limit in ((0, 3), (int(place * 30), 5), (len(held) - 1, 4), (10**12, 2)):
            start = max(offset, 0)
            assert list(order.page(start, limit, from_end=False)) == held[start : start + limit]
            assert list(order.page(start, limit, from_end=True)) == held[::-1][start : start + limit]


def test_what_comes_after_all_others_is_appended():
    order = Order()
    for number in range(9):
        order.append(number)
        order.take([number - 3] if number >= 3 else [])
    assert list(order) == [6, 7, 8]


def columns(pairs):
    """The instants and the numbers."""
    held = list(pairs)
    return [instant for instant, _ in held], [number for _, number in held]


@given(steps)
def test_a_calendar_is_a_sorted_list_of_pairs(history):
    calendar, held, made = Calendar(), [], 0
    for what, number, place in history:
        if what == "add":
            # Few instants, so that many are equal.
            new = [(int(place * 10) + one % 4, made + one) for one in range(number)]
            made += number
            calendar.add(*columns(reversed(new)))
            held = sorted([*held, *new])
        else:
            gone = chosen(held, what, number, place)
            calendar.take(*columns(reversed(gone)))
            held = [one for one in held if one not in gone]
        assert len(calendar) == len(held)
        for after, until in pairwise([-1, 3, 4, 7, 20]):
            expected = held[bisect_left(held, (after + 1,)) : bisect_left(held, (until + 1,))]
            assert list(calendar.between(after, until)) == [number for _, number in expected]
