"""The model of an account objects to exactly the lists that cannot be true, and to none that may be."""

import pytest

from mjsim_contracts.server.world import World


def world(older=0, **jobs):
    return World(older, dict(jobs))


@pytest.mark.parametrize(
    ("known", "status", "listed"),
    [
        (world(), None, ""),
        (world(a="completed", b="pending"), None, "ab"),
        (world(a="completed", b="pending"), "completed", "a"),
        (world(a="completed", b="pending"), "completed", "ab"),
        (world(a="completed", b="pending"), "pending", ""),
        (world(1, a="failed"), None, "ax"),
    ],
)
def test_a_list_that_may_be_true_is_let_pass(known, status, listed):
    assert known.objection(status, listed) == ""


@pytest.mark.parametrize(
    ("known", "status", "listed", "objection"),
    [
        (world(a="pending"), None, "", "1 of 1 created jobs are missing, such as a"),
        (world(a="cancelled"), "cancelled", "", "1 of 1 created jobs are missing, such as a"),
        (world(a="completed"), "pending", "a", "a is listed, but it was completed"),
        (world(a="completed"), None, "ax", "1 jobs are listed that this account did not create, such as x"),
    ],
)
def test_a_list_that_cannot_be_true_is_objected_to(known, status, listed, objection):
    assert known.objection(status, listed) == objection


def test_only_what_is_certain_is_counted():
    assert world(2, a="pending").count(None) == 3
    assert world(a="failed", b="failed", c="completed").count("failed") == 2
    assert world(a="failed", b="pending").count("failed") is None
    assert world(1, a="failed").count("failed") is None


def test_a_job_is_picked_from_the_newest_on():
    known = world(a="pending", b="pending", c="pending")
    assert [known.pick(place) for place in range(4)] == ["c", "b", "a", "c"]
