"""What Schemathesis loads from here for the task API: the check `task_history`, which follows every task through a run."""

from typing import Any

import schemathesis

from mjsim_contracts.failing import fail, leave_word
from mjsim_contracts.taskserver.exchange import read_task_exchange
from mjsim_contracts.taskserver.history import TaskHistory


@schemathesis.check
class task_history:  # noqa: N801 - Schemathesis names a check by its class, and its own are in snake case
    """Every task keeps the promises of `mjsim_contracts.taskserver.promises`, as far as the run sees it."""

    def __init__(self) -> None:
        self._history = TaskHistory()

    def after_response(
        self, _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: "schemathesis.Case[Any]"
    ) -> None:
        """Judge an exchange, and remember it."""
        request = response.request
        account = _bytes(request.headers.get("Authorization", "")).decode(errors="replace")
        body = _bytes(request.body if isinstance(request.body, str | bytes) else b"")
        method, url = request.method or "", request.url or ""
        exchange = read_task_exchange(method, url, account, body, response.status_code, response.content)
        if exchange is not None:
            fail(self._history.judge(exchange), case.operation.label)

    def after_run(self, _ctx: schemathesis.CheckContext) -> None:
        """Leave word of how often each promise was put to the test."""
        leave_word(self._history.judged)


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode()
