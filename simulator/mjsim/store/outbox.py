"""What is to be delivered is written in the transaction of the job that it tells of, so neither exists without the other.

A row is one piece of news. It is claimed before it is sent and released by what came of it; claims of a process that has
ended are void, because a file has one process at a time.
"""

import logging
import sqlite3
from collections.abc import Collection, Sequence
from functools import partial
from typing import Any

from mjsim.core.delivery import Attempt, Delivery, Standing, host_of
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.request import Webhook
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.webhook import Notice, message_id, notices
from mjsim.ports import LEASE, Claimed, DeliveryQuery, DisabledUrl
from mjsim.store.codec import attempt_place, decode, decode_attempt, encode_attempt, id_bytes, id_text
from mjsim.store.connection import Connection, Row
from mjsim.store.watched import Watched

log = logging.getLogger("mjsim")

_COLUMNS = "number, id, tenant, job, status, url, instant, due, attempts, standing"
# Without the cast SQLite looks through all jobs: what is returned is of no type to it.
_TOLD = "(SELECT document FROM job WHERE id = CAST(delivery.job AS BLOB))"


class SqliteOutbox(Watched):
    """Implements `ports.Outbox`; deliveries and their attempts as rows."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self._again: set[int] = set()
        """The deliveries that are due once more when somebody is done with them."""
        self._disabled: set[tuple[str, str]] = set()
        self.let_go()

    def project(self, job: Job, webhook: Webhook) -> None:
        """Make the rows of a job those that its life tells of; what has been tried already stays as it is."""
        told = {message_id(job.id, news.status): news for news in notices(job.timeline, webhook.type)}
        question = "SELECT id, instant, attempts FROM delivery WHERE job = ?"
        known = {row[0]: row for row in self._connection.rows(question, id_bytes(job.id))}
        for message, instant, attempts in known.values():
            if not attempts:
                self._amend(message, instant, told.get(message))
        for message, news in told.items():
            if message not in known:
                row = message, job.tenant, id_bytes(job.id), news.status.value, webhook.url, host_of(webhook.url)
                self._connection.write(_INSERT, *row, news.instant, news.instant, Standing.SCHEDULED.value)
        self.stir()

    def recall(self) -> None:
        """Read again what is known beside the rows: they may be others."""
        self._disabled = {(tenant, url) for tenant, url in self._connection.rows("SELECT tenant, url FROM disabled")}
        self.stir()

    def let_go(self) -> None:
        """See `ports.Outbox`."""
        self._again.clear()
        self._connection.write_now("UPDATE delivery SET claimed = 0 WHERE claimed")
        self.stir()

    async def next_due(self, real: float, passing_over: Collection[str] = ()) -> Instant | None:
        """See `ports.Outbox`."""
        question = f"SELECT min(due) FROM delivery WHERE due IS NOT NULL AND {_free(passing_over)}"
        found: Instant | None = self._connection.rows(question, real, *passing_over)[0][0]
        return found

    async def claim(self, now: Instant, real: float, most: int, passing_over: Collection[str]) -> Sequence[Claimed]:
        """See `ports.Outbox`."""
        due = f"SELECT number FROM delivery WHERE due <= ? AND {_free(passing_over)} ORDER BY due, number LIMIT ?"
        claim = f"UPDATE delivery SET claimed = ?, resend = NULL WHERE number IN ({due}) RETURNING {_COLUMNS}, {_TOLD}"
        waiting = self._connection.dirty
        rows = self._connection.write_returning(claim, real + LEASE, now, real, *passing_over, most)
        # News of a job that is still to be safe is not sent; the claim itself means nothing to another process.
        if waiting:
            await self._connection.durable()
        claimed = filter(None, map(_claimed, rows))
        return sorted(claimed, key=lambda one: (one.delivery.due, one.delivery.number))

    async def record(self, delivery: Delivery, attempts: Sequence[Attempt], outcome: Outcome) -> None:
        """See `ports.Outbox`."""
        # It may have been forgotten with its job while it was being sent: then nothing is written.
        self._connection.write_soon(_RECORD, partial(_recorded, delivery, outcome))
        for copy, attempt in enumerate(attempts):
            self._connection.write_soon(_INSERT_ATTEMPT, partial(_attempt, delivery, attempt, copy))
        self.stir(sooner=delivery.number in self._again)
        self._again.discard(delivery.number)
        await self._connection.durable()

    async def postpone(self, delivery: Delivery, due: Instant) -> None:
        """See `ports.Outbox`."""
        self._connection.write("UPDATE delivery SET due = ?, claimed = 0 WHERE id = ?", due, delivery.id)
        self._again.discard(delivery.number)
        self.stir()
        await self._connection.durable()

    async def delivery(self, message: str) -> Delivery | None:
        """See `ports.Outbox`."""
        found = self._connection.rows(f"SELECT {_COLUMNS} FROM delivery WHERE id = ?", message)
        return _delivery(found[0]) if found else None

    async def attempts(self, delivery: Delivery) -> Sequence[Attempt]:
        """See `ports.Outbox`."""
        question = "SELECT document FROM attempt WHERE delivery = ? ORDER BY place"
        return [decode_attempt(document) for (document,) in self._connection.rows(question, delivery.number)]

    async def deliveries(self, query: DeliveryQuery, most: int) -> Sequence[Delivery]:
        """See `ports.Outbox`."""
        condition, arguments = _condition(query)
        question = f"SELECT {_COLUMNS} FROM delivery WHERE {condition} ORDER BY number DESC LIMIT ?"
        return [_delivery(row) for row in self._connection.rows(question, *arguments, most)]

    async def resend(self, query: DeliveryQuery, now: Instant) -> int:
        """See `ports.Outbox`."""
        condition, arguments = _condition(query)
        number = self._resend(f"attempts AND {condition}", now, arguments)
        self.stir()
        await self._connection.durable()
        return number

    async def resend_one(self, delivery: Delivery, now: Instant) -> None:
        """See `ports.Outbox`."""
        self._resend("id = ?", now, [delivery.id])
        self.stir()
        await self._connection.durable()

    async def disable(self, tenant: str, url: str, now: Instant) -> None:
        """See `ports.Outbox`."""
        self._connection.write("INSERT OR IGNORE INTO disabled VALUES (?, ?, ?)", tenant, url, now)
        self._disabled.add((tenant, url))
        await self._connection.durable()

    async def is_disabled(self, tenant: str, url: str) -> bool:
        """See `ports.Outbox`."""
        return (tenant, url) in self._disabled

    async def disabled(self) -> Sequence[DisabledUrl]:
        """See `ports.Outbox`."""
        rows = self._connection.rows("SELECT tenant, url, since FROM disabled ORDER BY since, rowid")
        return [DisabledUrl(*row) for row in rows]

    async def enable(self, tenant: str | None, url: str | None) -> int:
        """See `ports.Outbox`."""
        condition = "(?1 IS NULL OR tenant = ?1) AND (?2 IS NULL OR url = ?2)"
        number = self._connection.write(f"DELETE FROM disabled WHERE {condition}", tenant, url)
        self.recall()
        await self._connection.durable()
        return number

    def _resend(self, condition: str, now: Instant, arguments: Sequence[object]) -> int:
        claimed = self._connection.rows(f"SELECT number FROM delivery WHERE claimed AND {condition}", *arguments)
        self._again.update(number for (number,) in claimed)
        return self._connection.write(f"{_RESEND} WHERE {condition}", now, now, *arguments)

    def _amend(self, message: str, instant: Instant, news: Notice | None) -> None:
        """Bring the row of news that has not been tried in line with what the job's life tells now."""
        if news is None:
            self._connection.write("DELETE FROM delivery WHERE id = ?", message)
        elif instant != news.instant:
            change = "UPDATE delivery SET instant = ?, due = ? WHERE id = ?"
            self._connection.write(change, news.instant, news.instant, message)


_INSERT = (
    "INSERT INTO delivery (id, tenant, job, status, url, host, instant, due, standing) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ATTEMPT = (
    "INSERT INTO attempt (delivery, place, document) SELECT number, ?, ? FROM delivery WHERE number = ? AND id = ?"
)

_RECORD = (
    "UPDATE delivery SET attempts = ?, due = coalesce(resend, ?), claimed = 0, resend = NULL, "
    "standing = CASE WHEN resend IS NULL THEN ? ELSE 'retrying' END WHERE number = ? AND id = ?"
)
# What somebody is at already is due once more when he is done.
_RESEND = (
    "UPDATE delivery SET resend = CASE WHEN claimed THEN ? ELSE NULL END, due = ?, "
    "standing = CASE WHEN attempts THEN 'retrying' ELSE standing END"
)


def _free(passing_over: Collection[str]) -> str:
    """Nobody is at it, and it does not go to one of so many hosts."""
    return f"claimed <= ? AND host NOT IN ({', '.join('?' * len(passing_over))})"


def _condition(query: DeliveryQuery) -> tuple[str, list[object]]:
    """What the rows of a query have in common, with its arguments."""
    parts: dict[str, object] = {
        "tenant = ?": query.tenant,
        "job = ?": None if query.job_id is None else id_bytes(query.job_id),
        "status = ?": None if query.status is None else query.status.value,
        "standing = ?": None if query.standing is None else query.standing.value,
        "instant >= ?": query.since,
        "number < ?": query.before,
    }
    wanted = {part: argument for part, argument in parts.items() if argument is not None}
    return " AND ".join(wanted) or "TRUE", list(wanted.values())


def read_all(connection: sqlite3.Connection) -> None:
    """Read every delivery and every attempt of a data file; AttributeError, TypeError or ValueError where one is damaged."""
    for row in connection.execute(f"SELECT {_COLUMNS} FROM delivery"):
        _delivery(row)
    for (document,) in connection.execute("SELECT document FROM attempt"):
        decode_attempt(document)


def _delivery(row: Sequence[Any]) -> Delivery:
    number, message, tenant, job, status, url, instant, due, attempts, standing = row
    return Delivery(
        number, message, tenant, id_text(job), Status(status), url, instant, due, attempts, Standing(standing)
    )


def _claimed(row: Row) -> Claimed | None:
    """What `claim` returns of a row; None, and a line in the log, where the data file is damaged there."""
    *columns, document = row
    try:
        return Claimed(_delivery(columns), decode(document))
    except (AttributeError, TypeError, ValueError) as error:
        said = "webhook %s is not delivered: it or its job cannot be read in the data file (%s)"
        log.error(said, row[1], error)  # noqa: TRY400 - the line says all; a trace would tell of the decoder alone
        return None


def _recorded(delivery: Delivery, outcome: Outcome) -> Row:
    """What `_RECORD` takes."""
    return delivery.attempts + 1, outcome.due, outcome.standing.value, delivery.number, delivery.id


def _attempt(delivery: Delivery, attempt: Attempt, copy: int) -> Row:
    """What `_INSERT_ATTEMPT` takes."""
    return attempt_place(attempt.number, copy), encode_attempt(attempt), delivery.number, delivery.id
