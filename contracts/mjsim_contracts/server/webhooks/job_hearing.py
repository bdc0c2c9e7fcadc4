"""Jobs with webhooks, of each type and each operation, two of them cancelled: what comes is heard, and each event looked
into.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.exchange import Operation
from mjsim_contracts.server import sample
from mjsim_contracts.server.conversation import Conversation, Said
from mjsim_contracts.server.patience import Patience
from mjsim_contracts.server.webhooks.event import Event
from mjsim_contracts.server.webhooks.hearing import Hearing
from mjsim_contracts.server.webhooks.sink import Message, Sink
from mjsim_contracts.server.webhooks.subscriber import Subscriber
from mjsim_contracts.sighting import seen_jobs

Work = tuple[Operation, Mapping[str, Any]]
"""What a job is to do: the operation that creates it, and the body but for the webhook."""

_BELL: Work = (Operation.IMAGINE, {"prompt": "a bell", "process_mode": "turbo"})
_DEFAULT = "result"


@dataclass(frozen=True, slots=True)
class Terms:
    """What webhooks are held to: a contract's document, and signatures by a key where one is given. `certain` says that
    the server reaches the sink beyond doubt, so that silence is a finding.
    """

    contract: str
    key: bytes | None
    certain: bool


class JobHearing(Hearing[Subscriber]):
    """See `Hearing`."""

    notice = MIDJOURNEY.notice

    def __init__(self, conversation: Conversation, account: str, patience: Patience, sink: Sink, terms: Terms) -> None:
        super().__init__(conversation, patience, sink)
        self._conversation = conversation
        self._account = account
        self._terms = terms

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

    def _look(self, subscriber: Subscriber) -> Said:
        return self._say("GET", f"jobs/{subscriber.job_id}", subscriber)

    def _say(self, method: str, path: str, subscriber: Subscriber) -> Said:
        spoken = self._conversation.say(method, path, self._account)
        subscriber.looks.append(spoken)
        return spoken

    def _take(self, subscriber: Subscriber, message: Message) -> None:
        event = Event(message)
        subscriber.events.append(event)
        self._mark(subscriber, message, str(event.document.get("event") or event.status))
        look = self._look(subscriber)
        job = next(seen_jobs(look.exchange), None) if look.exchange else None
        self._report(subscriber, event.judge(subscriber.job_id, self._terms.contract, self._terms.key), message)
        self._report(subscriber, subscriber.judge_event(event), message)
        self._report(subscriber, subscriber.judge_truth(event, job), message)

    def _judge(self, subscriber: Subscriber) -> None:
        """What only shows at the end: what was not told, and what turned out otherwise than it was told."""
        self._report(subscriber, map(subscriber.judge_change, sorted(subscriber.changes)))
        for event in subscriber.events:
            self._report(subscriber, subscriber.judge_truth(event, subscriber.now), event.message)
