"""The news of jobs that are kept in memory is kept there too, with them: the outbox of a store that is no database.

Nothing is ever undone here, so what has been written is durable at once. Others get their turn at each claim all the same.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from mjsim.core.delivery import Attempt, Delivery, Standing
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.request import Webhook
from mjsim.core.retry import Outcome
from mjsim.core.webhook import Notice, message_id, notices
from mjsim.ports import Claimed, DeliveryQuery, DisabledUrl
from mjsim.store.agenda import Agenda
from mjsim.store.codec import decode_attempt, id_bytes
from mjsim.store.letter import Letter
from mjsim.store.letters import Letters
from mjsim.store.watched import Watched

log = logging.getLogger("mjsim")


_DUE = 8
"""The place of `due` in the row of a delivery."""


class Mail(NamedTuple):
    """Everything that an outbox holds, as rows of the tables of a data file; see `schema`."""

    delivery: Sequence[tuple[Any, ...]]
    attempt: Sequence[tuple[Any, ...]]
    disabled: Sequence[tuple[Any, ...]]


class MemoryOutbox(Watched):
    """Implements `ports.Outbox`; `find` gives the job of an id, in canonical form, while it is kept."""

    def __init__(self, find: Callable[[str], Job | None]) -> None:
        super().__init__()
        self._find = find
        self._letters = Letters()
        self._agenda = Agenda(self._letters.kept)
        self._disabled: dict[tuple[str, str], Instant] = {}

    def project(self, job: Job, webhook: Webhook) -> None:
        """Make the deliveries of a job those that its life tells of; what has been tried already stays as it is."""
        told = {message_id(job.id, news.status): news for news in notices(job.timeline, webhook.type)}
        known = self._letters.of_job(id_bytes(job.id))
        for letter in known:
            if not letter.attempts:
                self._amend(letter, told.get(letter.id))
        for message, news in told.items():
            if message not in self._letters.kept:
                self._add(Letter.of(self._letters.next_number, message, job, webhook, news), news.instant)
        self.stir()

    def forget(self, job_ids: Iterable[str]) -> None:
        """Forget the deliveries of jobs that are not kept any more, and the attempts at them."""
        for job_id in job_ids:
            for letter in self._letters.of_job(id_bytes(job_id)):
                self._remove(letter)

    def rows(self) -> Mail:
        """Everything it holds."""
        deliveries = [letter.row for letter in self._letters]
        attempts = [row for letter in self._letters for row in letter.attempt_rows]
        return Mail(deliveries, attempts, [(*whose, since) for whose, since in self._disabled.items()])

    def fill(self, mail: Mail) -> None:
        """Hold what these rows say instead, and nothing of it claimed."""
        deliveries, attempts, disabled = mail
        self._letters = Letters()
        self._agenda = Agenda(self._letters.kept)
        numbered = {}
        for row in sorted(deliveries):
            letter = numbered[row[0]] = Letter.of_row(row)
            self._add(letter, row[_DUE])
        for number, _, document in sorted(attempts):
            if number in numbered:
                numbered[number].tried += (document,)
        self._disabled = {(tenant, url): since for tenant, url, since in disabled}
        self.stir()

    def let_go(self) -> None:
        """See `ports.Outbox`."""
        self._agenda.let_go()
        self.stir()

    async def next_due(self, real: float, passing_over: Collection[str] = ()) -> Instant | None:
        """See `ports.Outbox`."""
        return self._agenda.first(real, passing_over)

    async def claim(self, now: Instant, real: float, most: int, passing_over: Collection[str]) -> Sequence[Claimed]:
        """See `ports.Outbox`."""
        taken = [letter.delivery for letter in self._agenda.claim(now, real, most, passing_over)]
        claimed = [Claimed(delivery, job) for delivery in taken if (job := self._told(delivery))]
        await asyncio.sleep(0)
        return claimed

    async def record(self, delivery: Delivery, attempts: Sequence[Attempt], outcome: Outcome) -> None:
        """See `ports.Outbox`."""
        letter = self._letters.kept.get(delivery.id)
        sooner = False
        # It may have been forgotten with its job while it was being sent: then nothing is kept.
        if letter is not None and letter.number == delivery.number:
            sooner = letter.resend is not None
            letter.note(attempts)
            letter.attempts = delivery.attempts + 1
            letter.standing = Standing.RETRYING if sooner else outcome.standing
            due, letter.resend = (letter.resend if sooner else outcome.due), None
            self._agenda.release(letter, due)
        self.stir(sooner=sooner)

    async def postpone(self, delivery: Delivery, due: Instant) -> None:
        """See `ports.Outbox`."""
        if (letter := self._letters.kept.get(delivery.id)) is not None:
            self._agenda.release(letter, due)
        self.stir()

    async def delivery(self, message: str) -> Delivery | None:
        """See `ports.Outbox`."""
        letter = self._letters.kept.get(message)
        return None if letter is None else letter.delivery

    async def attempts(self, delivery: Delivery) -> Sequence[Attempt]:
        """See `ports.Outbox`."""
        letter = self._letters.kept.get(delivery.id)
        return [] if letter is None else [decode_attempt(document) for document in letter.tried]

    async def deliveries(self, query: DeliveryQuery, most: int) -> Sequence[Delivery]:
        """See `ports.Outbox`."""
        return [letter.delivery for letter in islice(self._letters.matching(query), most)]

    async def resend(self, query: DeliveryQuery, now: Instant) -> int:
        """See `ports.Outbox`."""
        tried = [letter for letter in self._letters.matching(query) if letter.attempts]
        # In this order each goes to the end of its heap at once.
        for letter in reversed(tried):
            self._resend(letter, now)
        self.stir()
        return len(tried)

    async def resend_one(self, delivery: Delivery, now: Instant) -> None:
        """See `ports.Outbox`."""
        if (letter := self._letters.kept.get(delivery.id)) is not None:
            self._resend(letter, now)
        self.stir()

    async def disable(self, tenant: str, url: str, now: Instant) -> None:
        """See `ports.Outbox`."""
        self._disabled.setdefault((tenant, url), now)

    async def is_disabled(self, tenant: str, url: str) -> bool:
        """See `ports.Outbox`."""
        return (tenant, url) in self._disabled

    async def disabled(self) -> Sequence[DisabledUrl]:
        """See `ports.Outbox`."""
        return sorted((DisabledUrl(*whose, since) for whose, since in self._disabled.items()), key=attrgetter("since"))

    async def enable(self, tenant: str | None, url: str | None) -> int:
        """See `ports.Outbox`."""
        enabled = [whose for whose in self._disabled if tenant in {None, whose[0]} and url in {None, whose[1]}]
        for whose in enabled:
            del self._disabled[whose]
        self.stir()
        return len(enabled)

    def _add(self, letter: Letter, due: Instant | None) -> None:
        self._letters.add(letter)
        self._agenda.plan(letter, due)

    def _remove(self, letter: Letter) -> None:
        self._letters.remove(letter)
        self._agenda.release(letter, None)

    def _amend(self, letter: Letter, news: Notice | None) -> None:
        """Bring news that has not been tried in line with what the job's life tells now."""
        if news is None:
            self._remove(letter)
        elif letter.instant != news.instant:
            letter.instant = news.instant
            self._agenda.plan(letter, news.instant)

    def _resend(self, letter: Letter, now: Instant) -> None:
        # What somebody is at already is due once more when he is done.
        letter.resend = now if letter.claimed else None
        if letter.attempts:
            letter.standing = Standing.RETRYING
        self._agenda.plan(letter, now)

    def _told(self, delivery: Delivery) -> Job | None:
        """The job that it tells of; None, and a line in the log, where rows came without it."""
        if (job := self._find(delivery.job_id)) is None:
            log.error("webhook %s is not delivered: its job is not there", delivery.id)
        return job
