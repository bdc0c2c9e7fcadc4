"""A job is paid for while it may succeed and when it has, and an account is what it was granted less that."""

import pytest

from mjsim.core.credit import Account, charge
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import JobType
from mjsim.core.status import Status
from mjsim.core.task import Task, TaskType
from mjsim.core.timeline import Failure, Moment, Timeline

TASK = Task(TaskType.TXT2IMG, "{}", 8)


def job(ending, task=TASK):
    why = Failure("x", "y") if ending is Status.FAILED else None
    end = Moment(Instant(10), ending, 100 if ending is Status.COMPLETED else 0, why)
    life = Timeline((Moment(Instant(0), Status.PENDING, 0), Moment(Instant(5), Status.IN_PROGRESS, 0), end))
    return Job("id", "t", JobType.IMAGINE, "f", 0, life, Work(), task=task)


@pytest.mark.parametrize(
    ("ending", "paid"), [(Status.COMPLETED, 8), (Status.FAILED, 0), (Status.CANCELLED, 0)], ids=str
)
def test_a_job_is_charged_until_it_has_failed(ending, paid):
    one = job(ending)
    assert [charge(one, Instant(at)) for at in (0, 5, 9, 10, 99)] == [8, 8, 8, paid, paid]


def test_a_job_of_the_published_api_costs_nothing():
    assert charge(job(Status.COMPLETED, None), Instant(99)) == 0


def test_an_account_has_what_everybody_gets_unless_it_was_granted_something_else():
    assert Account(None, 30).left(100) == 70
    assert Account(40, 30).left(100) == 10
    assert Account(0, 0).left(100) == 0
