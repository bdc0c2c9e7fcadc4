"""What every exam works with: the way to the receiver, the jobs, and the order in which things happened."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from mjsim_contracts.receiver.answer import Answer
from mjsim_contracts.receiver.delivery import Delivery
from mjsim_contracts.receiver.effects import Effects
from mjsim_contracts.receiver.news import Job, News, compact
from mjsim_contracts.receiver.passthrough import PassThrough
from mjsim_contracts.receiver.signing import HEX_SIGNATURE
from mjsim_contracts.receiver.stock import PLAIN, Stock
from mjsim_contracts.receiver.wire import Wire
from mjsim_contracts.report.model import Evidence

_MOST_SHOWN = 1_500
_BETWEEN_CONNECTIONS, _BEFORE_THE_SHOT = 0.004, 0.1


class Scheme(StrEnum):
    """Which signature a receiver goes by: of the published API, which has two, or of the task API, which has one."""

    STANDARD = "standard"
    """webhook-signature of Standard Webhooks."""
    HEX = "hex"
    """X-Midjourney-Signature."""
    BOTH = "both"
    """Both have to be right."""
    EITHER = "either"
    """One of them has to be right."""
    CALLBACK = "callback"
    """X-Webhook-Signature."""
    NONE = "none"
    """It looks at none."""

    @property
    def standard(self) -> bool:
        """Whether what is said of ids, timestamps and lists of signatures concerns the receiver."""
        return self is not Scheme.HEX


class NotExercised(Exception):
    """The exam could not put the receiver to the test; the sentence says why."""


@dataclass(slots=True)
class Bench:
    """One check's means."""

    news: News
    wire: Wire
    stock: Stock
    passing: PassThrough
    effects: Effects
    scheme: Scheme = Scheme.STANDARD
    former_key: bytes | None = None
    start: float = field(default_factory=time.perf_counter)
    sent: int = 0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What a true sender shows; one that would be believed for its other signature shows the standard one only."""
        signing = self.news.signing
        if signing.optional and not self.wire.key:
            return ()
        left_out = {HEX_SIGNATURE} if self.scheme is Scheme.EITHER else set()
        return tuple((name, template) for name, template in signing.headers if name not in left_out)


@dataclass(slots=True)
class Trial:
    """One exam while it runs: what it sends is remembered as evidence; `blamed` is what reproduces it."""

    bench: Bench
    evidence: list[Evidence] = field(default_factory=list)
    blamed: Delivery | None = None

    def job(self, status: str = "completed", sort: str = PLAIN) -> Job:
        """A job that nobody else has, as it ended."""
        return self.bench.stock.take(status, sort).end

    def name(self, job: Job) -> str:
        """The id of a job."""
        return str(job[self.bench.news.id_name])

    def true(self, document: Mapping[str, Any], form: Callable[[Any], bytes] = compact, **changes: Any) -> Delivery:
        """A delivery of its own id, as a true sender would make it, but for the changes."""
        news, headers = self.bench.news, self.bench.headers
        true = Delivery(form(document), news.message_id(document), signing=news.signing, headers=headers)
        return replace(true, **changes)

    def tell(self, job: Job, form: Callable[[Any], bytes] = compact, **changes: Any) -> Delivery:
        """The true delivery that tells how a job stands."""
        return self.true(self.bench.news.tell(job), form, **changes)

    def completed(self, sort: str = PLAIN, **changes: Any) -> Delivery:
        """The true delivery of a fresh job's end."""
        return self.tell(self.job(sort=sort), **changes)

    async def send(
        self,
        delivery: Delivery,
        title: str = "delivery",
        mark: str = "",
        wire: Wire | None = None,
        gate: asyncio.Event | None = None,
    ) -> Answer:
        """Send it, and remember what was said; by another wire, and held back by a gate, where that is asked for."""
        at = time.perf_counter() - self.bench.start
        self.bench.sent += 1
        wire = wire or self.bench.wire
        answer = await wire.send(delivery, gate)
        self.blamed = self.blamed or delivery
        request = wire.head(delivery).decode("latin-1") + _shown(delivery.body)
        self.evidence.append(Evidence(title, request, answer.text, mark, round(at, 3)))
        return answer

    async def volley(self, deliveries: list[Delivery]) -> list[Answer]:
        """Send all of them at the same moment: connections are opened before, one by one, for small queues overflow."""
        gate = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            tasks = []
            for number, delivery in enumerate(deliveries, 1):
                tasks.append(group.create_task(self.send(delivery, f"connection {number}", gate=gate)))
                await asyncio.sleep(_BETWEEN_CONNECTIONS)
            await asyncio.sleep(_BEFORE_THE_SHOT)
            gate.set()
        return [task.result() for task in tasks]


def _shown(body: bytes) -> str:
    text = body.decode("utf-8", "backslashreplace")
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}… ({len(body)} bytes)"
