"""What a check says to a server of the task API, and what each answer is held to there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mjsim_contracts.contract import TASKS
from mjsim_contracts.exchange import inside
from mjsim_contracts.server.dialogue import Dialogue, Gist, Sight, Spoken
from mjsim_contracts.server.schema import answer_breaches
from mjsim_contracts.server.wire import Wire
from mjsim_contracts.task_operation import FAILED, GENERATING, NOT_CREATED, PATHS, READS, SUCCEEDED, TaskOperation
from mjsim_contracts.taskserver.exchange import TaskExchange, read_task_exchange
from mjsim_contracts.taskserver.history import TaskHistory
from mjsim_contracts.taskserver.rules import MARKS

Said = Spoken[TaskExchange]
"""One exchange with a server of this API."""

_FLAGS: Mapping[int, str] = {
    GENERATING: "generating",
    SUCCEEDED: "succeeded",
    NOT_CREATED: "not created",
    FAILED: "failed",
}


class TaskConversation(Dialogue[TaskExchange]):
    """See `Dialogue`."""

    marks = MARKS

    def __init__(self, base_url: str, started: float, *, free: bool = False) -> None:
        super().__init__(base_url, started, TaskHistory(), free=free)

    def say(self, operation: TaskOperation, key: str | None, asked: Mapping[str, Any] | bytes | None = None) -> Said:
        """Send a request, its fields as query or as JSON, or a body as it is given, and judge the answer."""
        reads = operation in READS
        query = asked if reads and not isinstance(asked, bytes) else None
        body = asked if isinstance(asked, bytes) else json.dumps(asked or {}).encode()
        method, content = ("GET", None) if reads else ("POST", body)
        wire = self._send(method, PATHS[operation], key, content, query)
        exchange = read_task_exchange(method, wire.url, key or "", wire.body, wire.status, wire.answer)
        assert exchange is not None
        return Spoken(wire, exchange, tuple(self._heard(wire, exchange)))

    def _gist(self, exchange: TaskExchange) -> Gist:
        return Gist(exchange.operation, exchange.code, exchange.made, exchange.task)

    def _sights(self, exchange: TaskExchange, _wire: Wire) -> Iterator[Sight]:
        if exchange.operation is TaskOperation.GET and exchange.data is not None:
            flag = inside(exchange.data, "successFlag")
            named = _FLAGS.get(flag) if isinstance(flag, int) else None
            yield Sight(exchange.task, "poll", named or f"successFlag {flag!r}")

    def _objections(self, exchange: TaskExchange, wire: Wire) -> Mapping[str, str]:
        media_type = wire.answer_headers.get("Content-Type", "")
        return answer_breaches(exchange.operation, exchange.status, exchange.answer, media_type, TASKS)
