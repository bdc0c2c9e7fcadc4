"""Whatever a part of the check says to the server is judged at once by every promise, and kept as evidence.

Errors: Unanswered where a request gets no answer, which is a finding too.
"""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests

from mjsim_contracts.contract import PUBLISHED
from mjsim_contracts.exchange import Exchange, read_exchange
from mjsim_contracts.lifecycle import Lifecycle
from mjsim_contracts.promises import Breach
from mjsim_contracts.report.model import Event
from mjsim_contracts.server.bearer import Bearer
from mjsim_contracts.server.docket import Docket, Finding
from mjsim_contracts.server.expectations import MARKS, Expectation
from mjsim_contracts.server.schema import answer_breaches
from mjsim_contracts.server.sending import Line, Unanswered
from mjsim_contracts.server.wire import TOKEN_VARIABLE, Wire, script
from mjsim_contracts.sighting import seen_jobs


class Stopped(Exception):
    """The check is over, or the server gave up answering: there is nothing more to say."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """One exchange: as it went over the wire, as a value where it belongs to an operation, and what it broke."""

    wire: Wire
    exchange: Exchange | None
    breaches: tuple[Breach, ...] = ()

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.wire.status

    @property
    def answer(self) -> Any:
        """The answer's body; None where it is no JSON."""
        return self.exchange.answer if self.exchange else None


class Conversation:
    """Speaks to one server under any key; what it finds goes to `docket`. `free` says that the keys are no secret."""

    def __init__(self, base_url: str, started: float, contract: str = PUBLISHED, *, free: bool = False) -> None:
        self.docket = Docket()
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.events: dict[str, list[Event]] = {}
        self._base = base_url
        self._contract = contract
        self._free = free
        self._line = Line(started)
        self._lifecycle = Lifecycle()
        self._told: dict[str, list[Wire]] = {}
        self._stopped = False

    @property
    def said(self) -> int:
        """How many requests of the contract's operations were answered."""
        return self.statuses.total()

    def stop(self) -> None:
        """Say nothing more: whoever still tries is told by `Stopped`."""
        self._stopped = True

    def say(
        self, method: str, path: str, key: str | None, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Spoken:
        """Send a request, its body as JSON or as the given bytes, and judge the answer."""
        if self._stopped:
            raise Stopped
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} if content is not None else {}
        request = requests.Request(
            method, f"{self._base}/v1/{path}", headers, data=content, params=query, auth=Bearer(key)
        )
        try:
            wire = self._line.send(request)
        except Unanswered as error:
            self._unanswered(error)
            self.stop()
            raise
        self.docket.judge({Expectation.ANSWERED: 1})
        exchange = read_exchange(method, wire.url, f"Bearer {key}", content, wire.status, wire.answer)
        breaches = self._lifecycle.judge(exchange) if exchange else []
        spoken = Spoken(wire, exchange, tuple(breaches))
        if exchange:
            self._remember(exchange, wire)
            media_type = wire.answer_headers.get("Content-Type", "")
            for code, wrong in answer_breaches(exchange, media_type, self._contract).items():
                self.expect(code, spoken, not wrong, wrong)
        for breach in breaches:
            self._take_down(spoken, breach.code, breach.seen)
        return spoken

    def fetch(self, url: str) -> Wire:
        """GET a URL without any key; `Unanswered` is no finding here, for the URL may lead anywhere."""
        return self._line.send(requests.Request("GET", url, auth=Bearer(None)))

    def expect(self, code: Expectation | str, spoken: Spoken, kept: bool, seen: str) -> bool:
        """Judge a rule on an exchange; whether it was kept."""
        self.docket.judge({code: 1})
        if not kept:
            self._take_down(spoken, code, seen)
        return kept

    def close(self) -> Docket:
        """End the connection; what was found."""
        self._line.close()
        self.docket.judge(self._lifecycle.judged)
        return self.docket

    def _unanswered(self, error: Unanswered) -> None:
        wire = error.wire
        finding = Finding(
            Expectation.ANSWERED, "", str(error), wire.curl(self._bearer(wire)), (wire.evidence(str(error)),)
        )
        self.docket.find(finding)

    def _remember(self, exchange: Exchange, wire: Wire) -> None:
        self.statuses[exchange.operation, exchange.status] += 1
        if created := exchange.created_id:
            self._told.setdefault(created, []).append(wire)
            self.events.setdefault(created, []).append(Event(wire.at, "created", f"{exchange.operation} {wire.status}"))
            return
        for job in seen_jobs(exchange) if exchange.job_id else ():
            kind = "cancel" if wire.method == "POST" else "poll"
            progress = "" if job.progress is None else f", {job.progress:g} %"
            self.events.setdefault(job.id, []).append(Event(wire.at, kind, f"{job.status}{progress}"))
            # The birth and the last two looks are enough to tell what was expected.
            told = self._told.get(job.id, [])
            self._told[job.id] = [*told[:1], *told[1:][-1:], wire]

    def _take_down(self, spoken: Spoken, code: str, seen: str) -> None:
        exchange, wire = spoken.exchange, spoken.wire
        told = self._told.get(exchange.job_id, []) if exchange else []
        story = [*(each for each in told if each is not wire), wire]
        mark = f"{MARKS[code]}: {seen}" if code in MARKS else ""
        evidence = (*(each.evidence() for each in story[:-1]), wire.evidence(mark))
        place = exchange.operation.value if exchange else ""
        reproduce = script(story, exchange.job_id if exchange else "", self._bearer(wire))
        self.docket.find(Finding(code, place, seen, reproduce, evidence))

    def _bearer(self, wire: Wire) -> str:
        """The key of a request as a command may show it: one that the check made up is no secret."""
        key = wire.headers.get("Authorization", "").removeprefix("Bearer ")
        return key if self._free else f"${TOKEN_VARIABLE}"
