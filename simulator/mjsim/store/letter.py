"""A delivery as it lies in memory: what changes stands in its own fields, what many of them share is there once.

A million of them are nothing to the garbage collector, because they refer to nothing that could refer back.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from mjsim.core.delivery import Attempt, Delivery, Standing, host_of
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.request import Webhook
from mjsim.core.status import Status
from mjsim.core.value import Record
from mjsim.core.webhook import Notice
from mjsim.store.codec import attempt_place, decode_attempt, encode_attempt, id_bytes, id_text


class Address(NamedTuple):
    """Whose news it is, and where that goes."""

    tenant: str
    url: str
    host: str


_address = lru_cache(maxsize=1024)(Address)


class Letter(Record, gc=False, eq=False):
    """The row of a delivery (see `schema`): `due` is when it is to be tried next, `claimed` the Unix time until which
    somebody is at it (0 where nobody is), `resend` when that was asked for meanwhile. `tried` are its attempts, encoded.
    """

    number: int
    id: str
    job: bytes
    status: Status
    address: Address
    instant: Instant
    due: Instant | None = None
    attempts: int = 0
    standing: Standing = Standing.SCHEDULED
    claimed: float = 0.0
    resend: Instant | None = None
    tried: tuple[bytes, ...] = ()

    @classmethod
    def of(cls, number: int, message: str, job: Job, webhook: Webhook, news: Notice) -> "Letter":
        """News that has not been planned yet."""
        address = _address(job.tenant, webhook.url, host_of(webhook.url))
        return cls(number, message, id_bytes(job.id), news.status, address, news.instant)

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> "Letter":
        """What the row of a data file says, but for when it is due, and that somebody is at it."""
        number, message, tenant, job, status, url, host, instant, _, attempts, standing, _, resend = row
        address, told, stands = _address(tenant, url, host), Status(status), Standing(standing)
        return cls(number, message, job, told, address, instant, None, attempts, stands, resend=resend)

    @property
    def row(self) -> tuple[object, ...]:
        """Its row in a data file."""
        (tenant, url, host), status, standing = self.address, self.status.value, self.standing.value
        what = self.number, self.id, tenant, self.job, status, url, host
        return *what, self.instant, self.due, self.attempts, standing, self.claimed, self.resend

    @property
    def attempt_rows(self) -> Iterator[tuple[int, int, bytes]]:
        """The rows of its attempts in a data file; copies that were sent at once share their number."""
        copies: dict[int, int] = {}
        for document in self.tried:
            number = decode_attempt(document).number
            copy = copies[number] = copies.get(number, -1) + 1
            yield self.number, attempt_place(number, copy), document

    @property
    def delivery(self) -> Delivery:
        """As the rest of the program sees it."""
        tenant, url, _ = self.address
        what = self.number, self.id, tenant, id_text(self.job), self.status, url
        return Delivery(*what, self.instant, self.due, self.attempts, self.standing)

    def note(self, attempts: Sequence[Attempt]) -> None:
        """Keep copies of one attempt."""
        self.tried += tuple(map(encode_attempt, attempts))
