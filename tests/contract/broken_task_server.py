"""The simulator with one defect of its task API: `python broken_task_server.py DEFECT serve ...`."""

import json
import sys
from collections import Counter
from collections.abc import Callable
from functools import wraps
from itertools import count
from typing import Any
from uuid import uuid4

from mjsim.assembly import tasks as assembly
from mjsim.cli import main
from mjsim.core import webhook
from mjsim.core.error import InvalidRequest, JobNotFound, NotFound, OutOfCredits
from mjsim.core.retry import RetryPolicy
from mjsim.core.status import Status
from mjsim.core.value import changed
from mjsim.tasks import Tasks
from mjsim.web.access import Access
from mjsim.web.files import Files
from mjsim.web.tasks import api
from mjsim.web.tasks import callback as module
from mjsim.web.tasks.api import TasksApi
from mjsim.web.tasks.callback import Callbacks
from mjsim.web.tasks.envelope import success
from mjsim.web.tasks.record import Records

Document = dict[str, Any]
DEFECTS: dict[str, tuple[Callable[[], None], str]] = {}


def defect(reason: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """Register a change of the simulator with the rule that it breaks."""

    def register(change: Callable[[], None]) -> Callable[[], None]:
        DEFECTS[change.__name__] = change, reason
        return change

    return register


def shown(change: Callable[[Document, int], None]) -> None:
    """Every record is shown with this change, which is told how often that task was shown before."""
    truth, looks = Records.record, Counter[str]()

    @wraps(truth)
    def record(*arguments: Any) -> Document:
        document = truth(*arguments)
        change(document, looks[document["taskId"]])
        looks[document["taskId"]] += 1
        return document

    Records.record = record


@defect("success-flag-goes-forward")
def success_is_taken_back() -> None:
    shown(
        lambda task, looks: task.update(successFlag=0, completeTime=None, resultInfoJson=None) if looks == 1 else None
    )


@defect("ended-tasks-stay-as-they-are")
def the_time_of_the_end_goes_on() -> None:
    shown(lambda task, looks: task.update(completeTime=task["completeTime"] and task["completeTime"] + looks))


@defect("ended-tasks-stay-as-they-are")
def results_get_lost() -> None:
    def change(task: Document, looks: int) -> None:
        if looks and task["resultInfoJson"]:
            task["resultInfoJson"] = {"resultUrls": task["resultInfoJson"]["resultUrls"][:1]}

    shown(change)


@defect("a-task-is-what-it-was")
def the_request_is_retold() -> None:
    shown(lambda task, looks: task.update(paramJson=task["paramJson"] + " " * looks))


@defect("a-task-is-what-was-asked")
def every_task_is_of_one_type() -> None:
    shown(lambda task, _: task.update(taskType="mj_style_reference"))


@defect("complete-time-comes-with-the-end")
def the_end_has_no_time() -> None:
    shown(lambda task, _: task.update(completeTime=None))


@defect("complete-time-comes-with-the-end")
def the_end_comes_before_the_beginning() -> None:
    shown(lambda task, _: task.update(completeTime=task["completeTime"] and task["createTime"] - 1))


@defect("results-come-with-success")
def success_has_no_results() -> None:
    shown(lambda task, _: task.update(resultInfoJson=None))


@defect("errors-come-with-failure")
def failures_have_no_reason() -> None:
    shown(lambda task, _: task.update(errorMessage=None))


@defect("the-asked-task-is-answered")
def another_task_is_shown() -> None:
    shown(lambda task, _: task.update(taskId=task["taskId"][::-1]))


@defect("tasks-stay-with-their-account")
def tasks_of_others_are_shown() -> None:
    truth = Tasks.find

    async def find(self: Tasks, _tenant: str, task_id: str, now: int) -> Any:
        return await truth(self, "sim-check-1-walk", task_id, now)

    Tasks.find = find


@defect("made-tasks-are-found")
def tasks_are_gone_at_the_second_look() -> None:
    truth, looks = Tasks.find, Counter[str]()

    async def find(self: Tasks, tenant: str, task_id: str, now: int) -> Any:
        looks[task_id] += 1
        if looks[task_id] > 1:
            raise JobNotFound("It is gone.")
        return await truth(self, tenant, task_id, now)

    Tasks.find = find


@defect("task-ids-are-unique")
def two_tasks_have_one_id() -> None:
    first: list[str] = []

    def created(job: Any) -> Any:
        first.append(job.id.replace("-", ""))
        return success({"taskId": first[0]})

    api._created = created


@defect("unknown-tasks-are-not-found")
def tasks_that_never_were_go_on_for_ever() -> None:
    truth = TasksApi.record_info

    async def record_info(self: TasksApi, call: Any) -> Any:
        try:
            return await truth(self, call)
        except JobNotFound:
            return success({"taskId": call.request.query["taskId"], "successFlag": 0})

    TasksApi.record_info = record_info


@defect("no-valid-key-no-success")
def any_key_is_accepted() -> None:
    Access.tenant = lambda _self, _request: "sim-anybody"


def credited(change: Callable[[int], int]) -> None:
    """The credits are those that the number of tasks to generate makes of a million."""
    truth, made = TasksApi.generate, count(1)
    latest = [0]

    async def generate(self: TasksApi, call: Any) -> Any:
        latest[0] = next(made)
        return await truth(self, call)

    async def credit(_self: TasksApi, _call: Any) -> Any:
        return success(change(latest[0]))

    TasksApi.generate, TasksApi.credit = generate, credit


@defect("failed-tasks-cost-nothing")
def failed_tasks_are_charged() -> None:
    credited(lambda made: 1_000_000 - 16 * made)


@defect("credits-are-spent-by-the-price-list")
def nothing_is_charged() -> None:
    credited(lambda _made: 1_000_000)


@defect("making-tasks-adds-no-credits")
def tasks_are_paid_for_to_their_maker() -> None:
    credited(lambda made: 1_000_000 + 16 * made)


@defect("valid-requests-are-accepted")
def credits_are_said_to_have_run_out() -> None:
    async def generate(_self: TasksApi, _call: Any) -> Any:
        raise OutOfCredits("There are none left.")

    TasksApi.generate = generate


@defect("results-can-be-fetched")
def files_are_missing() -> None:
    async def get(_self: Files, _call: Any) -> Any:
        raise NotFound("There is no such file.")

    Files.get = get


@defect("refusals-cost-nothing")
def what_is_refused_is_charged() -> None:
    credited(lambda made: 1_000_000 - made)


@defect("refused-no-prompt")
def everything_is_taken_for_a_task() -> None:
    truth = TasksApi.generate

    async def generate(self: TasksApi, call: Any) -> Any:
        try:
            return await truth(self, call)
        except InvalidRequest:
            return success({"taskId": uuid4().hex})

    TasksApi.generate = generate


@defect("ST108")
def credits_are_text() -> None:
    async def credit(_self: TasksApi, _call: Any) -> Any:
        return success("a million")

    TasksApi.credit = credit


def told(change: Callable[[Document], None]) -> None:
    """Every callback is sent with this change."""
    truth = Callbacks.body

    def body(self: Callbacks, *arguments: Any) -> bytes:
        document = json.loads(truth(self, *arguments))
        change(document)
        return json.dumps(document).encode()

    Callbacks.body = body


@defect("CB-SUCCESS")
def success_is_not_told() -> None:
    webhook._TOLD["end"] = frozenset({Status.FAILED})


@defect("CB-FAILURE")
def failure_is_not_told() -> None:
    webhook._TOLD["end"] = frozenset({Status.COMPLETED})


@defect("CB-TASK")
def all_callbacks_tell_of_one_task() -> None:
    told(lambda callback: callback["data"].update(taskId=f"{7:032x}"))


@defect("CB-BODY")
def callbacks_have_the_fields_of_records() -> None:
    told(lambda callback: callback["data"].update(paramJson=callback["data"].pop("promptJson", "")))


@defect("CB-BODY")
def callbacks_are_forms() -> None:
    truth = Callbacks.write

    def write(self: Callbacks, *arguments: Any) -> Any:
        message = truth(self, *arguments)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return changed(message, headers=tuple((name, kind.get(name, value)) for name, value in message.headers))

    Callbacks.write = write


@defect("CB-TRUTH")
def one_result_is_not_told() -> None:
    told(lambda callback: callback["data"].get("resultUrls", [])[3:] and callback["data"]["resultUrls"].pop())


@defect("CB-TRUTH")
def failure_is_told_as_success() -> None:
    def change(callback: Document) -> None:
        if callback["code"] == 500:
            callback.update(code=200)
            callback["data"]["resultUrls"] = ["http://127.0.0.1/m/x.jpeg"]

    told(change)


@defect("CB-EXTEND")
def longer_videos_are_told_like_others() -> None:
    module._of_longer_video = lambda job, urls, _message: module._of_task(job, urls)


@defect("CB-SIGNATURE")
def callbacks_are_signed_by_the_time_alone() -> None:
    truth = module.signature
    module.signature = lambda key, _task, timestamp: truth(key, "", timestamp)


@defect("CB-SIGNATURE")
def callbacks_are_not_signed() -> None:
    truth = Callbacks.__init__

    def init(self: Callbacks, records: Records, origin: Any, _key: str) -> None:
        truth(self, records, origin, None)

    Callbacks.__init__ = init


@defect("CB-RETRY")
def callbacks_are_sent_once() -> None:
    assembly.RETRIES = RetryPolicy(())


if __name__ == "__main__":
    name, *arguments = sys.argv[1:]
    DEFECTS[name][0]()
    sys.exit(main(arguments))
