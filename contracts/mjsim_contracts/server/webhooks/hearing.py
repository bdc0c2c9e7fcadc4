"""Jobs with webhooks, of each type and each operation, two of them cancelled: what comes is heard, and each event looked
into.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mjsim_contracts.exchange import Operation
from mjsim_contracts.report.model import Event as Mark
from mjsim_contracts.server import sample
from mjsim_contracts.server.conversation import Conversation, Spoken
from mjsim_contracts.server.docket import Finding
from mjsim_contracts.server.patience import Patience
from mjsim_contracts.server.webhooks.event import Event, Verdict
from mjsim_contracts.server.webhooks.sink import Message, Sink
from mjsim_contracts.server.webhooks.subscriber import Subscriber
from mjsim_contracts.server.wire import Wire
from mjsim_contracts.sighting import seen_jobs

Work = tuple[Operation, Mapping[str, Any]]
"""What a job is to do: the operation that creates it, and the body but for the webhook."""

_BELL: Work = (Operation.IMAGINE, {"prompt": "a bell", "process_mode": "turbo"})
_DEFAULT = "result"

_GRACE = 4.0
"""Real seconds that news may be under way after it happened."""

_SETTLING, _LONGEST = 0.3, 20.0
"""Real seconds of silence after which no more is expected, once all has come that should; and how long that is awaited
from a server that is never silent.
"""


@dataclass(frozen=True, slots=True)
class Terms:
    """What webhooks are held to: a contract's document, and signatures by a key where one is given. `certain` says that
    the server reaches the sink beyond doubt, so that silence is a finding.
    """

    contract: str
    key: bytes | None
    certain: bool


class Hearing:
    """Speaks under the key of one account, and judges what the sink hears."""

    def __init__(self, conversation: Conversation, account: str, patience: Patience, sink: Sink, terms: Terms) -> None:
        self._conversation = conversation
        self._account = account
        self._patience = patience
        self._sink = sink
        self._terms = terms
        self._subscribers: dict[str, Subscriber] = {}

    def run(self) -> None:
        """All of it; as far as patience goes."""
        grid = self._subscribe("progress-kept", _BELL, "progress")
        self._subscribe("result-kept", _BELL, "result")
        self._subscribe("default-kept", _BELL)
        doomed = [self._subscribe(f"{name}-cancelled", _BELL, name) for name in ("progress", "result")]
        for each in filter(None, doomed):
            self._say("POST", f"jobs/{each.job_id}/cancel", each)
            self._look(each)
        self._subscribe("describe", (Operation.DESCRIBE, sample.DESCRIBE), "progress")
        self._subscribe("blend", (Operation.BLEND, sample.BLEND), "result")
        self._follow()
        if grid and grid.ended:
            self._subscribe("upscale", (Operation.UPSCALE, sample.child(grid.job_id, 1)), "result")
            self._subscribe("variation", (Operation.VARIATION, sample.child(grid.job_id, 2)), "progress")
            self._follow()
        self._settle()
        if self._terms.certain or any(each.events for each in self._subscribers.values()):
            for each in self._subscribers.values():
                self._judge(each)

    def _follow(self) -> None:
        """Look at all of them until they have ended, as far as patience goes, and hear what comes meanwhile."""
        while not all(each.ended for each in self._subscribers.values()) and not self._patience.spent:
            self._hear()
            self._patience.wait()
            for each in self._subscribers.values():
                if not each.ended:
                    self._look(each)

    def _subscribe(self, name: str, work: Work, kind: str | None = None) -> Subscriber | None:
        """A job whose news goes to the sink; where no type is named, that of the contract's default is due."""
        operation, wanted = work
        url = self._sink.url(name)
        body = {**wanted, "webhook_url": url} | ({"webhook_type": kind} if kind else {})
        spoken = self._conversation.say("POST", sample.PATHS[operation], self._account, body)
        if not spoken.exchange or not spoken.exchange.created_id:
            return None
        subscriber = self._subscribers[url] = Subscriber(kind or _DEFAULT, url, spoken.exchange.created_id, [spoken])
        self._look(subscriber)
        return subscriber

    def _look(self, subscriber: Subscriber) -> Spoken:
        return self._say("GET", f"jobs/{subscriber.job_id}", subscriber)

    def _say(self, method: str, path: str, subscriber: Subscriber) -> Spoken:
        spoken = self._conversation.say(method, path, self._account)
        subscriber.looks.append(spoken)
        return spoken

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
                self._take(subscriber, Event(message))
        return bool(heard)

    def _take(self, subscriber: Subscriber, event: Event) -> None:
        subscriber.events.append(event)
        mark = Mark(event.message.at, "webhook", str(event.document.get("event") or event.status or "unreadable"))
        self._conversation.events.setdefault(subscriber.job_id, []).append(mark)
        look = self._look(subscriber)
        job = next(seen_jobs(look.exchange), None) if look.exchange else None
        self._report(subscriber, event.judge(subscriber.job_id, self._terms.contract, self._terms.key), event)
        self._report(subscriber, subscriber.judge_event(event), event)
        self._report(subscriber, subscriber.judge_truth(event, job), event)

    def _judge(self, subscriber: Subscriber) -> None:
        """What only shows at the end: what was not told, and what turned out otherwise than it was told."""
        self._report(subscriber, map(subscriber.judge_change, sorted(subscriber.changes)))
        for event in subscriber.events:
            self._report(subscriber, subscriber.judge_truth(event, subscriber.now), event)

    def _report(self, subscriber: Subscriber, verdicts: Iterable[Verdict], event: Event | None = None) -> None:
        for code, wrong in verdicts:
            self._conversation.docket.judge({code: 1})
            if wrong:
                shown = (wire.evidence() for wire in (subscriber.looks[0].wire, subscriber.looks[-1].wire))
                told = (replace(_wire(event.message).evidence(wrong), title="a webhook"),) if event else ()
                birth, look = shown
                self._conversation.docket.find(Finding(code, "", wrong, evidence=(birth, *told, look)))


def _wire(message: Message) -> Wire:
    """What was posted, and our answer, as an exchange like others."""
    headers = {name.title(): value for name, value in message.headers.items()}
    return Wire("POST", message.url, headers, message.body, 200, {}, b"", message.at)
