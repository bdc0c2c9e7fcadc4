"""Whatever the walk says to a server of the task API is judged at once by every promise, and kept as evidence."""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

import requests

from mjsim_contracts.server.bearer import Bearer
from mjsim_contracts.server.docket import Docket, Finding
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.sending import Line, Unanswered
from mjsim_contracts.server.wire import TOKEN_VARIABLE, Wire, script
from mjsim_contracts.task_operation import PATHS, READS, TaskOperation
from mjsim_contracts.taskserver.exchange import TaskExchange, read_task_exchange
from mjsim_contracts.taskserver.history import TaskHistory


class Said(NamedTuple):
    """One exchange, as it went over the wire and as a value."""

    wire: Wire
    exchange: TaskExchange


class TaskConversation:
    """Speaks to one server under any key; what it finds goes to `docket`. `free` says that the keys are no secret."""

    def __init__(self, base_url: str, started: float, *, free: bool) -> None:
        self.docket = Docket()
        self.codes: Counter[tuple[str, int]] = Counter()
        self._base = base_url
        self._free = free
        self._line = Line(started)
        self._history = TaskHistory()
        self._told: dict[str, list[Wire]] = {}

    def say(self, operation: TaskOperation, key: str | None, asked: Mapping[str, Any] | None = None) -> Said:
        """Send a request, its fields as query or as JSON, and judge the answer; Unanswered is a finding, too."""
        reads = operation in READS
        body = None if reads else json.dumps(asked or {}).encode()
        headers = {} if reads else {"Content-Type": "application/json"}
        url, query = self._base + PATHS[operation], asked if reads else None
        request = requests.Request("GET" if reads else "POST", url, headers, data=body, params=query, auth=Bearer(key))
        try:
            wire = self._line.send(request)
        except Unanswered as error:
            self.docket.find(Finding(Expectation.ANSWERED, operation, str(error), error.wire.curl(self._bearer(key))))
            raise
        self.docket.judge({Expectation.ANSWERED: 1})
        exchange = read_task_exchange(wire.method, wire.url, key or "", wire.body, wire.status, wire.answer)
        assert exchange is not None
        self.codes[operation, exchange.code] += 1
        self._remember(exchange, wire)
        said = Said(wire, exchange)
        for breach in self._history.judge(exchange):
            self._take_down(said, breach.code, breach.seen)
        return said

    def fetch(self, url: str) -> Wire:
        """GET a URL without any key; Unanswered is no finding here, for the URL may lead anywhere."""
        return self._line.send(requests.Request("GET", url, auth=Bearer(None)))

    def expect(self, code: str, said: Said, kept: bool, seen: str) -> None:
        """Judge a rule on an exchange."""
        self.docket.judge({code: 1})
        if not kept:
            self._take_down(said, code, seen)

    def close(self) -> Docket:
        """End the connection; what was found."""
        self._line.close()
        self.docket.judge(self._history.judged)
        return self.docket

    def _remember(self, exchange: TaskExchange, wire: Wire) -> None:
        """The birth of a task and the last two looks at it are enough to tell what was expected."""
        if exchange.made:
            self._told[exchange.made] = [wire]
        elif exchange.operation is TaskOperation.GET:
            told = self._told.get(exchange.task, [])
            self._told[exchange.task] = [*told[:1], *told[1:][-1:], wire]

    def _take_down(self, said: Said, code: str, seen: str) -> None:
        wire, exchange = said
        before = [each for each in self._told.get(exchange.task, []) if each is not wire]
        evidence = (*(each.evidence() for each in before), wire.evidence(seen))
        reproduce = script([*before, wire], exchange.task, self._bearer(exchange.account or None))
        self.docket.find(Finding(code, exchange.operation.value, seen, reproduce, evidence))

    def _bearer(self, key: str | None) -> str:
        """The key as a command may show it: one that the check made up is no secret."""
        return (key or "") if self._free else f"${TOKEN_VARIABLE}"
