"""A message becomes a callback where its body tells of a task; whatever is wrong with it alone is told here."""

import hmac
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.contract import TASKS
from mjsim_contracts.dialect.tasks import CALLBACK, EXTEND_CALLBACK, task_name, whole
from mjsim_contracts.exchange import inside
from mjsim_contracts.receiver.signing import CALLBACKS, base64_signature
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.schema import notice_objection
from mjsim_contracts.server.webhooks.json_message import JsonMessage
from mjsim_contracts.task_operation import FAILED, GENERATING, SUCCEEDED, TaskOperation
from mjsim_contracts.taskserver.callbacks.rules import Code

_TIMESTAMP, _SIGNATURE = (name.lower() for name, _ in CALLBACKS.headers)
_SUCCESS = 200
_TOLD = {_SUCCESS: "success", 500: "failure"}


class Callback(JsonMessage):
    """A message that tells of a task."""

    @property
    def told(self) -> str:
        """The end that it tells, success or failure; empty where it tells none."""
        code = whole(self.document.get("code"))
        return "" if code is None else _TOLD.get(code, "")

    @property
    def results(self) -> list[str]:
        """Where the results are that it tells of; what the addresses are signed with may differ from time to time."""
        return places([*_items(self.document, "data", "resultUrls"), *of_record(inside(self.document, "data"))])

    def judge(self, task: str, operation: TaskOperation, key: bytes | None) -> Iterator[Verdict]:
        """What can be said of it alone, where the task that named the URL is known, and the key where one was given."""
        longer = operation is TaskOperation.EXTEND
        wrong = self._body_objection(EXTEND_CALLBACK if longer else CALLBACK)
        yield Verdict(Code.EXTEND if longer else Code.BODY, wrong)
        if named := task_name(inside(self.document, "data", "taskId")):
            right = named == task_name(task)
            yield Verdict(Code.TASK, "" if right else f"the task is {task}, the body names {named}")
        if key is not None:
            yield Verdict(Code.SIGNATURE, self._signature_objection(key))

    def judge_truth(self, record: Any) -> Iterator[Verdict]:
        """Whether a look after it shows what it told."""
        flag = whole(inside(record, "successFlag"))
        if not self.told or flag is None:
            return
        shown = {GENERATING: "no end", SUCCEEDED: "success"}.get(flag, "failure")
        wrong = "" if shown == self.told else f"{self.told} is told, and a look after it shows {shown}"
        if not wrong and shown == "success" and self.results != places(of_record(record)):
            wrong = f"the results are told as {self.results}, and shown as {places(of_record(record))}"
        yield Verdict(Code.TRUTH, wrong)

    def _body_objection(self, schema: str) -> str:
        if wrong := self.form_objection or notice_objection(self.document, TASKS, schema):
            return wrong
        if bool(self.results) is not (self.told == "success"):
            return f"the code is {self.document['code']}, and there are {len(self.results)} results"
        flag = inside(self.document, "data", "successFlag")
        ends = {None, SUCCEEDED} if self.told == "success" else {None, FAILED}
        return "" if flag in ends else f"the code is {self.document['code']}, and successFlag {flag}"

    def _signature_objection(self, key: bytes) -> str:
        headers, task = self.message.headers, str(inside(self.document, "data", "taskId"))
        missing = [name for name, _ in CALLBACKS.headers if name.lower() not in headers]
        if missing:
            return f"there is no {' and no '.join(missing)}"
        # Half a surrogate pair is legal in JSON, and cannot be signed.
        named = task.encode(errors="replace").decode()
        right = base64_signature(key, CALLBACKS.content(named, headers[_TIMESTAMP], b""))
        same = hmac.compare_digest(headers[_SIGNATURE].encode(), right.encode())
        return "" if same else "X-Webhook-Signature is none of this task and time by the key that was given"


def of_record(record: Any) -> list[str]:
    """The addresses of a record's results."""
    found = (inside(each, "resultUrl") for each in _items(record, "resultInfoJson", "resultUrls"))
    return [each for each in found if isinstance(each, str)]


def places(urls: list[Any]) -> list[str]:
    """The paths of addresses, in order; one that cannot be read stands for itself."""
    return sorted(_path(url) for url in urls if isinstance(url, str))


def _path(url: str) -> str:
    try:
        return urlsplit(url).path
    except ValueError:
        return url


def _items(document: Any, *names: str) -> list[Any]:
    found = inside(document, *names)
    return found if isinstance(found, list) else []
