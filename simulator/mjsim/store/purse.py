"""What accounts have spent is read off their jobs' rows; only what was granted, and what forgotten jobs cost, is written."""

from collections.abc import Sequence

from mjsim.core.credit import Account
from mjsim.core.instant import Instant
from mjsim.core.status import Status
from mjsim.store.connection import Connection
from mjsim.store.tally import OUTCOMES


class Purse:
    """Rows of accounts; a tenant's jobs are found by its number in rows, and the negative of that."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def account(self, tenant: str, number: int, now: Instant) -> Account:
        """The account as it stands at this instant."""
        kept = self._connection.rows("SELECT granted, spent FROM account WHERE tenant = ?", tenant)
        granted, spent = kept[0] if kept else (None, 0)
        return Account(granted, spent + self._connection.rows(_CHARGED, number, -number, now)[0][0])

    def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """Note what the tenant is granted in all."""
        self._connection.write(_GRANT, tenant, credits)

    def since(self, number: int, instant: Instant) -> Sequence[Instant]:
        """When the tasks after an instant were accepted, oldest first."""
        return [accepted for (accepted,) in self._connection.rows(_SINCE, number, -number, instant)]

    def forget(self, tenant: str | None) -> None:
        """Forget one account, or all."""
        self._connection.write("DELETE FROM account WHERE ?1 IS NULL OR tenant = ?1", tenant)


_COMPLETED = OUTCOMES.index(Status.COMPLETED)
_CHARGED = (
    "SELECT coalesce(sum(charge), 0) FROM job "
    f"WHERE tenant IN (?, ?) AND charge > 0 AND (settled > ? OR outcome = {_COMPLETED})"
)
_SINCE = "SELECT accepted FROM job WHERE tenant IN (?, ?) AND charge IS NOT NULL AND accepted > ? ORDER BY accepted"
_GRANT = (
    "INSERT INTO account (tenant, granted) VALUES (?, ?) ON CONFLICT (tenant) DO UPDATE SET granted = excluded.granted"
)
