"""Whatever a part of a check says to a server is judged at once by every promise, and kept as evidence, whichever API the
server has.

Errors: Unanswered where a request gets no answer, which is a finding too.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import requests

from mjsim_contracts.promises import Breach
from mjsim_contracts.report.model import Event
from mjsim_contracts.server.bearer import Bearer
from mjsim_contracts.server.docket import Docket, Finding
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.sending import Line, Unanswered
from mjsim_contracts.server.wire import Wire, script, shown_key


class Stopped(Exception):
    """The check is over, or the server gave up answering: there is nothing more to say."""


class Exchanged(Protocol):
    """A request of an operation and its answer, as the API reads them."""

    @property
    def answer(self) -> Any:
        """The answer's body; None where it is no JSON."""
        ...


_Exchange = TypeVar("_Exchange", bound=Exchanged)
_Judged_contra = TypeVar("_Judged_contra", bound=Exchanged, contravariant=True)
_Shown_co = TypeVar("_Shown_co", bound=Exchanged | None, covariant=True)


class Judge(Protocol[_Judged_contra]):
    """Judges the exchanges of a run in order; `judged` counts by promise."""

    judged: Counter[str]

    def judge(self, exchange: _Judged_contra) -> list[Breach]:
        """The promises that the exchange broke."""
        ...


@dataclass(frozen=True, slots=True)
class Spoken(Generic[_Shown_co]):
    """One exchange: as it went over the wire, as a value where it belongs to an operation, and what it broke."""

    wire: Wire
    exchange: _Shown_co
    breaches: tuple[Breach, ...] = ()

    @property
    def status(self) -> int:
        """The status of the answer."""
        return self.wire.status

    @property
    def answer(self) -> Any:
        """The answer's body; None where it is no JSON."""
        exchange: Exchanged | None = self.exchange
        return exchange.answer if exchange else None


class Gist(NamedTuple):
    """What an exchange is about: its operation, what was said to it, the job that it created, and the one it concerns."""

    operation: str
    said: int
    created: str = ""
    job: str = ""


class Sight(NamedTuple):
    """How a job was seen: `kind` is that of an event, such as poll."""

    job: str
    kind: str
    text: str


class Dialogue(ABC, Generic[_Exchange]):
    """Speaks to one server under any key; what it finds goes to `docket`, what it is told of each job to `events`, and what
    it was answered is counted in `statuses`. It began at `started`, as `time.monotonic` counts; `free` says that the keys
    are no secret.
    """

    marks: Mapping[str, str]
    """By rule, the field of an answer to look at."""

    def __init__(self, base_url: str, started: float, judge: Judge[_Exchange], *, free: bool = False) -> None:
        self.docket = Docket()
        self.statuses: Counter[tuple[str, int]] = Counter()
        self.events: dict[str, list[Event]] = {}
        self.started = started
        self._base = base_url
        self._judge = judge
        self._free = free
        self._line = Line(started)
        self._told: dict[str, list[Wire]] = {}
        self._stopped = False

    @property
    def said(self) -> int:
        """How many requests of the contract's operations were answered."""
        return self.statuses.total()

    def stop(self) -> None:
        """Say nothing more: whoever still tries is told by `Stopped`."""
        self._stopped = True

    def fetch(self, url: str) -> Wire:
        """GET a URL without any key; `Unanswered` is no finding here, for the URL may lead anywhere."""
        return self._line.send(requests.Request("GET", url, auth=Bearer(None)))

    def expect(self, code: str, spoken: Spoken[_Exchange | None], kept: bool, seen: str) -> bool:
        """Judge a rule on an exchange; whether it was kept."""
        self.docket.judge({code: 1})
        if not kept:
            self._take_down(spoken, code, seen)
        return kept

    def close(self) -> Docket:
        """End the connection; what was found."""
        self._line.close()
        self.docket.judge(self._judge.judged)
        return self.docket

    def _send(
        self, method: str, path: str, key: str | None, content: bytes | None, query: Mapping[str, Any] | None
    ) -> Wire:
        if self._stopped:
            raise Stopped
        headers = {"Content-Type": "application/json"} if content is not None else {}
        request = requests.Request(method, self._base + path, headers, data=content, params=query, auth=Bearer(key))
        try:
            wire = self._line.send(request)
        except Unanswered as error:
            self._unanswered(error)
            self.stop()
            raise
        self.docket.judge({Expectation.ANSWERED: 1})
        return wire

    def _heard(self, wire: Wire, exchange: _Exchange) -> list[Breach]:
        """Judge an exchange, and remember it."""
        breaches = self._judge.judge(exchange)
        self._remember(exchange, wire)
        spoken: Spoken[_Exchange | None] = Spoken(wire, exchange)
        for code, wrong in self._objections(exchange, wire).items():
            self.expect(code, spoken, not wrong, wrong)
        # That they were judged is counted by the judge.
        for breach in breaches:
            self._take_down(spoken, breach.code, breach.seen)
        return breaches

    @abstractmethod
    def _gist(self, exchange: _Exchange) -> Gist:
        """What an exchange is about."""

    @abstractmethod
    def _sights(self, exchange: _Exchange, wire: Wire) -> Iterator[Sight]:
        """How it shows the job that it concerns."""

    @abstractmethod
    def _objections(self, exchange: _Exchange, wire: Wire) -> Mapping[str, str]:
        """By rule that applies to each answer, what is wrong with this one; empty text where nothing is."""

    def _unanswered(self, error: Unanswered) -> None:
        wire = error.wire
        finding = Finding(
            Expectation.ANSWERED, "", str(error), wire.curl(self._bearer(wire)), (wire.evidence(str(error)),)
        )
        self.docket.find(finding)

    def _remember(self, exchange: _Exchange, wire: Wire) -> None:
        gist = self._gist(exchange)
        self.statuses[gist.operation, gist.said] += 1
        if created := gist.created:
            self._told.setdefault(created, []).append(wire)
            event = Event(wire.at, "created", f"{gist.operation} {gist.said}")
            self.events.setdefault(created, []).append(event)
            return
        for job, kind, text in self._sights(exchange, wire):
            self.events.setdefault(job, []).append(Event(wire.at, kind, text))
            # The birth and the last two looks are enough to tell what was expected.
            told = self._told.get(job, [])
            self._told[job] = [*told[:1], *told[1:][-1:], wire]

    def _take_down(self, spoken: Spoken[_Exchange | None], code: str, seen: str) -> None:
        gist, wire = self._gist(spoken.exchange) if spoken.exchange else Gist("", 0), spoken.wire
        story = [*(each for each in self._told.get(gist.job, []) if each is not wire), wire]
        mark = f"{self.marks[code]}: {seen}" if code in self.marks else ""
        evidence = (*(each.evidence() for each in story[:-1]), wire.evidence(mark))
        reproduce = script(story, gist.job, self._bearer(wire))
        self.docket.find(Finding(code, gist.operation, seen, reproduce, evidence))

    def _bearer(self, wire: Wire) -> str:
        """The key of a request as a command may show it."""
        return shown_key(wire.headers.get("Authorization", "").removeprefix("Bearer "), free=self._free)
