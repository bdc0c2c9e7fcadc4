"""What accounts have spent is read off their jobs' rows; only what was granted, and what forgotten jobs cost, is written.

What jobs have cost that have succeeded is past and stays: a `Paid` remembers it, so that only what ended since is counted.
"""

from collections.abc import Sequence

from mjsim.core.credit import Account
from mjsim.core.instant import Instant
from mjsim.core.status import Status
from mjsim.core.value import Record
from mjsim.store.connection import Connection
from mjsim.store.tally import OUTCOMES, Instants


class Paid(Record):
    """What the kept jobs of a tenant have cost that had succeeded by `watermark`."""

    watermark: Instant
    credits: int = 0


class Purse:
    """Rows of accounts; a tenant's jobs are found by its number in rows, and the negative of that."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._paid: dict[int, Paid] = {}

    def note(self, number: int, charge: int, instants: Instants, sign: int = 1) -> None:
        """Count a task of this price that has come, or with `sign` -1 one that is gone."""
        paid = self._paid.get(number)
        if paid is not None and instants.outcome == _COMPLETED and instants.settled <= paid.watermark:
            paid.credits += sign * charge

    def account(self, tenant: str, number: int, now: Instant) -> Account:
        """The account as it stands at this instant."""
        kept = self._connection.rows("SELECT granted, spent FROM account WHERE tenant = ?", tenant)
        granted, spent = kept[0] if kept else (None, 0)
        going_on = self._connection.rows(_GOING_ON, number, -number, now)[0][0]
        return Account(granted, spent + self._paid_by(number, now) + going_on)

    def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """Note what the tenant is granted in all."""
        self._connection.write(_GRANT, tenant, credits)

    def since(self, number: int, instant: Instant) -> Sequence[Instant]:
        """When the tasks after an instant were accepted, oldest first."""
        return [accepted for (accepted,) in self._connection.rows(_SINCE, number, -number, instant)]

    def let_go(self, number: int) -> None:
        """Remember nothing of a tenant that has no jobs."""
        self._paid.pop(number, None)

    def _paid_by(self, number: int, now: Instant) -> int:
        paid = self._paid.get(number)
        if paid is None or paid.watermark > now:
            paid = self._paid[number] = Paid(Instant(-1))
        if paid.watermark < now:
            paid.credits += self._connection.rows(_SUCCEEDED, number, -number, paid.watermark, now)[0][0]
            paid.watermark = now
        return paid.credits

    def forget(self, tenant: str | None) -> None:
        """Forget one account, or all."""
        self._connection.write("DELETE FROM account WHERE ?1 IS NULL OR tenant = ?1", tenant)


_COMPLETED = OUTCOMES.index(Status.COMPLETED)
_COST = "SELECT coalesce(sum(charge), 0) FROM job INDEXED BY job_charge WHERE tenant IN (?, ?) AND charge > 0"
_GOING_ON = f"{_COST} AND settled > ?"
_SUCCEEDED = f"{_COST} AND settled > ? AND settled <= ? AND outcome = {_COMPLETED}"
_SINCE = "SELECT accepted FROM job WHERE tenant IN (?, ?) AND charge IS NOT NULL AND accepted > ? ORDER BY accepted"
_GRANT = (
    "INSERT INTO account (tenant, granted) VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET granted = excluded.granted"
)
