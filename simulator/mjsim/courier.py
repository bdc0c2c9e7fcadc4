"""One attempt at one delivery, from the news to the record: what is recorded has been tried, what was tried is recorded."""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from mjsim.core.delivery import Attempt, Delivery, Problem, Reply, Sent, Standing
from mjsim.core.instant import Instant, later
from mjsim.core.job import Job
from mjsim.core.message import Message
from mjsim.core.retry import Outcome, RetryPolicy, asked_seconds, jitter, judge
from mjsim.core.tampering import Tampering
from mjsim.ports import Clock, DeliveryQuery, Outbox, Send, Tamper, Wall

Write = Callable[[Job, Delivery, int, Tampering], Message]
"""The news as it is sent, signed at a real time in Unix seconds: the job as it was when the news happened."""


class Dialect(NamedTuple):
    """How an API tells of its jobs: what it writes, and when it tells again what was not received."""

    write: Write
    retries: RetryPolicy


DialectOf = Callable[[Job], Dialect]
"""The dialect of the API that a job was made through."""


class Courier:
    """Takes deliveries that have been claimed; `seed` decides the jitter of retries."""

    def __init__(
        self,
        seed: int,
        clock: Clock,
        outbox: Outbox,
        send: Send,
        dialect_of: DialectOf,
        tamper: Tamper,
        wall: Wall,
    ) -> None:
        self._seed = seed
        self._clock = clock
        self._outbox = outbox
        self._send = send
        self._dialect_of = dialect_of
        self._tamper = tamper
        self._wall = wall

    async def deliver(self, delivery: Delivery, job: Job) -> Sequence[Sent]:
        """What was tried; nothing where a fault holds the news back."""
        tampering = self._tamper.tampering(delivery, job, delivery.attempts + 1)
        if (due := await self._held_until(delivery, tampering)) is not None:
            await self._outbox.postpone(delivery, due)
            return []
        return await self._attempt(delivery, job, tampering)

    async def _attempt(self, delivery: Delivery, job: Job, tampering: Tampering) -> Sequence[Sent]:
        number, now, started = delivery.attempts + 1, self._clock.now(), self._wall()
        dialect = self._dialect_of(job)
        message = dialect.write(job, delivery, int(started), tampering)
        replies = await self._replies(delivery, message, tampering)
        outcome = self._outcome(dialect.retries, delivery, number, replies[0])
        cause = tampering.cause
        attempts = [Attempt(number, now, started, message.headers, reply, outcome.due, cause) for reply in replies]
        if outcome.standing is Standing.DISABLED:
            await self._outbox.disable(delivery.tenant, delivery.url, self._clock.now())
        await self._outbox.record(delivery, attempts, outcome)
        return [Sent(delivery, attempt, outcome.standing) for attempt in attempts]

    async def _held_until(self, delivery: Delivery, tampering: Tampering) -> Instant | None:
        """Until when a fault holds it back; None where it may go."""
        due = later(delivery.instant, tampering.delay)
        if tampering.overtaken:
            for other in await self._outbox.deliveries(DeliveryQuery(job_id=delivery.job_id), 10):
                if other.number > delivery.number and not other.attempts and other.due is not None:
                    due = max(due, later(other.due, 1))
        return due if due > self._clock.now() else None

    async def _replies(self, delivery: Delivery, message: Message, tampering: Tampering) -> Sequence[Reply]:
        """What came of each copy; the first one counts."""
        if tampering.drop:
            return [Reply(0.0, problem=Problem.DROPPED, explanation="A fault has swallowed it; nothing was sent.")]
        if await self._outbox.is_disabled(delivery.tenant, delivery.url):
            said = (
                "The URL has answered 410 before, so nothing is sent to it; DELETE /_sim/webhooks/disabled enables it."
            )
            return [Reply(0.0, problem=Problem.DISABLED, explanation=said)]
        if tampering.times == 1:
            replies = [await self._send.send(message)]
        else:
            replies = await asyncio.gather(*(self._send.send(message) for _ in range(max(1, tampering.times))))
        if tampering.deaf and replies[0].successful:
            said = f"It answered {replies[0].status}, but a fault has kept the answer from mjsim."
            replies[0] = replies[0]._replace(problem=Problem.LOST, explanation=said)
        return replies

    def _outcome(self, retries: RetryPolicy, delivery: Delivery, number: int, reply: Reply) -> Outcome:
        if reply.successful:
            return Outcome(Standing.DELIVERED)
        return judge(
            retries,
            reply,
            number=number,
            final=delivery.status.terminal,
            patience=self._clock.simulated(asked_seconds(reply, self._wall())),
            chance=jitter(self._seed, delivery.id, number),
            now=self._clock.now(),
        )
