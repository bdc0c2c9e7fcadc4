"""A request of the task API and its answer are one value, whether its codes are told by the envelope or by HTTP too."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mjsim_contracts.dialect.tasks import code
from mjsim_contracts.exchange import inside, parsed
from mjsim_contracts.task_operation import READS, TaskOperation, task_operation

OK = 200


@dataclass(frozen=True, slots=True)
class TaskExchange:
    """`asked` are the fields of the body or the query, and `answer` the envelope, None where it is no JSON."""

    operation: TaskOperation
    account: str
    asked: Mapping[str, Any]
    status: int
    answer: Any

    @property
    def code(self) -> int:
        """What the envelope says, or the HTTP status where that says more or all."""
        return code(self.status, self.answer)

    @property
    def data(self) -> Any:
        """What the envelope holds, where it tells a success."""
        return inside(self.answer, "data") if self.code == OK else None

    @property
    def made(self) -> str:
        """The id of the task that the request made; empty where it made none."""
        found = inside(self.data, "taskId") if self.operation not in READS else None
        # Half a surrogate pair is legal in JSON, and cannot be asked for.
        return found.encode(errors="replace").decode() if isinstance(found, str) else ""

    @property
    def task(self) -> str:
        """The task that the exchange is about: the one that was made, or asked for."""
        named = self.asked.get("taskId", "")
        return self.made or (named if isinstance(named, str) else "")


def read_task_exchange(
    method: str, url: str, account: str, body: bytes, status: int, answer: bytes
) -> TaskExchange | None:
    """The value of an exchange; None where it belongs to no operation."""
    operation = task_operation(method, url)
    if operation is None:
        return None
    asked = dict(parse_qsl(urlsplit(url).query)) if operation in READS else parsed(body)
    return TaskExchange(operation, account, asked if isinstance(asked, dict) else {}, status, parsed(answer))
