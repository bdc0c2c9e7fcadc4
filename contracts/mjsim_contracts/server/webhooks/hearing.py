"""Jobs are followed to their end while a sink hears what a server tells of them, each message looked into as it comes,
whichever API the server has.
"""

import time
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Generic, Protocol, TypeVar

from mjsim_contracts.dialect import Notice
from mjsim_contracts.report.model import Event as Mark
from mjsim_contracts.server.dialogue import Dialogue, Spoken
from mjsim_contracts.server.docket import Finding, Verdict
from mjsim_contracts.server.patience import Patience
from mjsim_contracts.server.webhooks.sink import Message, Sink
from mjsim_contracts.server.wire import Wire

_GRACE = 4.0
"""Real seconds that news may be under way after it happened."""

_SETTLING, _LONGEST = 0.3, 20.0
"""Real seconds of silence after which no more is expected, once all has come that should; and how long that is awaited
from a server that is never silent.
"""


class Subscriber(Protocol):
    """A job that names a URL of the sink, and the looks at it from its birth on."""

    @property
    def url(self) -> str:
        """The URL that it named."""
        ...

    @property
    def job_id(self) -> str:
        """The job."""
        ...

    @property
    def wires(self) -> list[Wire]:
        """Its birth, and the looks at it."""
        ...

    @property
    def ended(self) -> bool:
        """Whether it was seen at its end."""
        ...

    @property
    def untold(self) -> frozenset[str]:
        """What was seen of it that ought to be told, and was not yet."""
        ...


_Subscriber = TypeVar("_Subscriber", bound=Subscriber)


class Hearing(ABC, Generic[_Subscriber]):
    """Speaks under the key of one account, and judges what the sink hears."""

    notice: Notice
    """How the API tells of jobs without being asked."""

    def __init__(self, dialogue: Dialogue[Any], patience: Patience, sink: Sink) -> None:
        self._dialogue = dialogue
        self._patience = patience
        self._sink = sink
        self._subscribers: dict[str, _Subscriber] = {}

    @abstractmethod
    def _look(self, subscriber: _Subscriber) -> Spoken[Any]:
        """Look at a job, and remember it."""

    @abstractmethod
    def _take(self, subscriber: _Subscriber, message: Message) -> None:
        """Judge a message, and look at the job that it tells of."""

    def _follow(self) -> None:
        """Look at all of them until they have ended, as far as patience goes, and hear what comes meanwhile."""
        while not all(each.ended for each in self._subscribers.values()) and not self._patience.spent:
            self._hear()
            self._patience.wait()
            for each in self._subscribers.values():
                if not each.ended:
                    self._look(each)

    def _settle(self) -> None:
        """Hear until all has come that should, and no more comes; a look may show what is told a little later."""
        began = last = time.monotonic()
        while (now := time.monotonic()) < began + _LONGEST:
            if self._hear(_SETTLING):
                last = now
            elif now >= last + _GRACE or not any(each.untold for each in self._subscribers.values()):
                return

    def _hear(self, seconds: float = 0) -> bool:
        """Take in what has come, or comes within so many seconds, and look at once at the jobs that it tells of."""
        heard = self._sink.heard(seconds)
        for message in heard:
            if subscriber := self._subscribers.get(message.url):
                self._take(subscriber, message)
        return bool(heard)

    def _mark(self, subscriber: _Subscriber, message: Message, told: str) -> None:
        """Show a reader what came in the life of its job."""
        mark = Mark(message.at, "webhook", told or "unreadable")
        self._dialogue.events.setdefault(subscriber.job_id, []).append(mark)

    def _report(self, subscriber: _Subscriber, verdicts: Iterable[Verdict], message: Message | None = None) -> None:
        for code, wrong in verdicts:
            self._dialogue.docket.judge({code: 1})
            if wrong:
                shown = (wire.evidence() for wire in (subscriber.wires[0], subscriber.wires[-1]))
                told = (replace(_wire(message).evidence(wrong), title=f"a {self.notice.name}"),) if message else ()
                birth, look = shown
                self._dialogue.docket.find(Finding(code, "", wrong, evidence=(birth, *told, look)))


def _wire(message: Message) -> Wire:
    """What was posted, and our answer, as an exchange like others."""
    headers = {name.title(): value for name, value in message.headers.items()}
    return Wire("POST", message.url, headers, message.body, message.answered, {}, b"", message.at)
