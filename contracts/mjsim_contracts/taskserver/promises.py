"""Whatever is asked in whatever order, a task tells one story: it goes forward, ends once, and stays with its account."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from mjsim_contracts.exchange import inside
from mjsim_contracts.promises import Judgements, Promises
from mjsim_contracts.task_operation import GENERATING, SUCCEEDED, TaskOperation
from mjsim_contracts.taskserver.exchange import OK, TaskExchange

Record = Mapping[str, Any]
"""A task as record-info shows it."""

_UNKNOWN = frozenset({404, 422})
"""Codes that say that there is no such task."""


@dataclass(slots=True)
class TaskAccount:
    """What is known of an account's tasks; `owners` is shared by all accounts."""

    name: str
    owners: dict[str, str]
    """By the id of each task, the account that made it."""
    born: dict[str, TaskExchange] = field(default_factory=dict)
    """By its id, the exchange that made each task."""
    seen: dict[str, Record] = field(default_factory=dict)
    """By its id, each task as it was seen last."""


class Look(NamedTuple):
    """A record that was shown, the one before, and the exchange that made the task, where they are known."""

    asked: str
    now: Record
    before: Record | None
    birth: TaskExchange | None


ANSWERS: Promises[TaskAccount, TaskExchange] = Promises()
LOOKS: Promises[TaskAccount, Look] = Promises()


@ANSWERS.promise
def task_ids_are_unique(account: TaskAccount, seen: TaskExchange) -> Judgements:
    """Each task that is made has an id of its own."""
    if seen.made:
        yield seen.made not in account.owners, f"{seen.made} is the id of an earlier task"


@ANSWERS.promise
def made_tasks_are_found(account: TaskAccount, seen: TaskExchange) -> Judgements:
    """A task that was made is found by the key that made it."""
    if seen.operation is TaskOperation.GET and seen.task in account.born:
        yield seen.code not in _UNKNOWN, f"record-info of a task that was made was answered with code {seen.code}"


@ANSWERS.promise
def tasks_stay_with_their_account(account: TaskAccount, seen: TaskExchange) -> Judgements:
    """No task is shown to another key than its own, nor is anything made of it."""
    owner = account.owners.get(str(seen.asked.get("taskId", "")), account.name)
    if owner != account.name:
        yield seen.code != OK, f"{seen.operation} of another account's task succeeded"


@LOOKS.promise
def the_asked_task_is_answered(_account: TaskAccount, seen: Look) -> Judgements:
    """record-info shows the task that it was asked for."""
    yield seen.now.get("taskId") == seen.asked, f"asked for {seen.asked}, shown {seen.now.get('taskId')}"


@LOOKS.promise
def success_flag_goes_forward(_account: TaskAccount, seen: Look) -> Judgements:
    """successFlag leaves 0 once, and what has ended never changes it again."""
    if seen.before:
        was, now = _flag(seen.before), _flag(seen.now)
        yield was in (GENERATING, now), f"successFlag {was} was followed by {now}"


@LOOKS.promise
def ended_tasks_stay_as_they_are(_account: TaskAccount, seen: Look) -> Judgements:
    """A task that has ended keeps its time, its error and its number of results."""
    if seen.before and _flag(seen.before) == _flag(seen.now) != GENERATING:
        for name in ("completeTime", "errorCode", "errorMessage"):
            was, now = seen.before.get(name), seen.now.get(name)
            yield was == now, f"the task had ended, and {name} changed from {was} to {now}"
        was, now = len(_results(seen.before)), len(_results(seen.now))
        yield was == now, f"the task had ended, and {was} results became {now}"


@LOOKS.promise
def a_task_is_what_it_was(_account: TaskAccount, seen: Look) -> Judgements:
    """taskType, paramJson and createTime of a task never change."""
    if seen.before:
        for name in ("taskType", "paramJson", "createTime"):
            was, now = seen.before.get(name), seen.now.get(name)
            yield was == now, f"{name} changed from {was} to {now}"


@LOOKS.promise
def a_task_is_what_was_asked(_account: TaskAccount, seen: Look) -> Judgements:
    """A task has the taskType of the request that made it."""
    asked = seen.birth.asked.get("taskType") if seen.birth else None
    if asked is not None:
        yield seen.now.get("taskType") == asked, f"asked for {asked}, made {seen.now.get('taskType')}"


@LOOKS.promise
def complete_time_comes_with_the_end(_account: TaskAccount, seen: Look) -> Judgements:
    """completeTime is null until the task has ended, and not before createTime then."""
    ended, time, created = _flag(seen.now) != GENERATING, seen.now.get("completeTime"), seen.now.get("createTime")
    yield (time is not None) is ended, f"successFlag is {_flag(seen.now)}, and completeTime {time}"
    if isinstance(time, int) and isinstance(created, int):
        yield time >= created, f"completeTime {time} lies before createTime {created}"


@LOOKS.promise
def results_come_with_success(_account: TaskAccount, seen: Look) -> Judgements:
    """A task that has succeeded has results, and no other task has any."""
    succeeded, number = _flag(seen.now) == SUCCEEDED, len(_results(seen.now))
    yield (number > 0) is succeeded, f"successFlag is {_flag(seen.now)}, and there are {number} results"


@LOOKS.promise
def errors_come_with_failure(_account: TaskAccount, seen: Look) -> Judgements:
    """A task that has failed says why, and no other task has an error."""
    failed = _flag(seen.now) not in (GENERATING, SUCCEEDED)
    message = seen.now.get("errorMessage")
    yield bool(message) is failed, f"successFlag is {_flag(seen.now)}, and errorMessage {message!r}"


def _flag(record: Record) -> Any:
    return record.get("successFlag")


def _results(record: Record) -> list[Any]:
    found = inside(record.get("resultInfoJson"), "resultUrls")
    return found if isinstance(found, list) else []
