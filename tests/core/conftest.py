"""What several files of this folder measure by: the rules of a job's life, written down a second time."""

from itertools import pairwise

import pytest
from hypothesis import settings

from mjsim.core.instant import NEVER
from mjsim.core.status import Status

settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

FOLLOWS = {
    "pending": {"in_progress", "failed", "cancelled"},
    "in_progress": {"in_progress", "completed", "failed", "cancelled"},
    "completed": set(),
    "failed": set(),
    "cancelled": set(),
}


def wrong_steps(before, after):
    """What is wrong with the step from one moment to the next."""
    if str(after.status) not in FOLLOWS[str(before.status)]:
        yield f"{after.status} after {before.status}"
    if after.instant < before.instant:
        yield "time falls"
    if after.progress < before.progress:
        yield "progress falls"


def wrong_moment(moment):
    """What is wrong with a moment by itself."""
    if not 0 <= moment.progress <= 100:
        yield "progress out of range"
    if (moment.progress == 100) != (moment.status == "completed"):
        yield "complete without 100 per cent, or 100 per cent without being complete"
    if (moment.failure is not None) != (moment.status == "failed"):
        yield "failure without failing, or failing without one"


def wrong_with(moments):
    """What is wrong with the life that these moments tell; an empty list where nothing is."""
    if not moments or moments[0].status != "pending" or moments[0].progress != 0:
        return ["does not begin pending at 0"]
    steps = [wrong for pair in pairwise(moments) for wrong in wrong_steps(*pair)]
    return steps + [wrong for moment in moments for wrong in wrong_moment(moment)]


@pytest.fixture(scope="session")
def follows():
    """The statuses that may follow each status."""
    return FOLLOWS


@pytest.fixture(scope="session")
def faults():
    """Finds what is wrong with a sequence of moments, by rules of its own."""
    return wrong_with


@pytest.fixture(scope="session")
def check_life():
    """Asserts that a timeline is legal and that its derived instants are what its moments say."""

    def check(life):
        assert wrong_with(life.moments) == []
        last = life.moments[-1]
        ended = last.status in {Status.COMPLETED, Status.FAILED, Status.CANCELLED}
        left = [moment.instant for moment in life.moments if moment.status is not Status.PENDING]
        assert life.accepted == life.moments[0].instant
        assert life.started == (left[0] if left else NEVER)
        assert life.settled == (last.instant if ended else NEVER)
        assert life.outcome is (last.status if ended else None)

    return check
