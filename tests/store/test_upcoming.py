"""What has not come yet comes in order, however much came at once; what is waited for again and again lies there once."""

import random
from operator import attrgetter
from types import SimpleNamespace

import pytest

from mjsim.core.instant import NEVER
from mjsim.store import upcoming
from mjsim.store.upcoming import Upcoming


def waiting(instants):
    """Jobs by their numbers, and what waits for their instants."""
    rows = {number: SimpleNamespace(number=number, instant=instant) for number, instant in enumerate(instants)}
    coming = Upcoming(rows, attrgetter("instant"))
    for row in rows.values():
        coming.add([row])
    return rows, coming


@pytest.mark.parametrize("at_once", [0, 1, 20, 1_000])
def test_what_is_left_comes_in_order_after_much_came_at_once(monkeypatch, at_once):
    monkeypatch.setattr(upcoming, "_MOST_ONE_BY_ONE", at_once)
    instants = random.Random(1).sample(range(200), 100)
    _, coming = waiting(instants)
    assert sorted(coming.until(80)) == [number for number, instant in enumerate(instants) if instant <= 80]
    for instant in sorted(instant for instant in instants if instant > 80):
        assert coming.next == instant
        assert list(coming.until(instant)) == [instants.index(instant)]
    assert coming.next == NEVER


def test_a_job_that_is_waited_for_again_and_again_does_not_pile_up():
    rows, coming = waiting([5])
    for _ in range(1_000):
        coming.add([rows[0]])
        coming.sweep(1)
    assert len(list(coming.until(5))) < 100
