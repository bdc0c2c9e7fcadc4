"""The counts of all tenants: each is made when it is first asked for, and brought to the present from then on."""

from mjsim.core.instant import Instant
from mjsim.store.connection import Connection
from mjsim.store.tally import Tally


class Tallies:
    """By the number that stands for a tenant in rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tallies: dict[int, Tally] = {}

    def known(self, number: int) -> Tally | None:
        """The counts as they were last asked for; None where they never were."""
        return self._tallies.get(number)

    def at(self, number: int, now: Instant) -> Tally:
        """The counts at this instant; only the time since they were last asked for is counted."""
        tally = self._tallies.get(number)
        if tally is None or tally.watermark > now:
            accepted = self._connection.rows("SELECT count(*) FROM job WHERE tenant = ?", number)[0][0]
            tally = self._tallies[number] = Tally(Instant(-1), accepted)
        if tally.watermark < now:
            span = (number, tally.watermark, now)
            tally.started += self._connection.rows(_STARTED, *span)[0][0]
            for outcome, count in self._connection.rows(_SETTLED, *span):
                tally.settled[outcome] += count
            tally.watermark = now
        return tally

    def forget(self, number: int) -> None:
        """The tenant has no jobs any more."""
        self._tallies.pop(number, None)


_STARTED = "SELECT count(*) FROM job WHERE tenant = ? AND started > ? AND started <= ?"
# Left to itself, SQLite groups by an index that begins with the outcome, and reads every job of the tenant.
_SETTLED = (
    "SELECT outcome, count(*) FROM job INDEXED BY job_settled "
    "WHERE tenant = ? AND settled > ? AND settled <= ? GROUP BY outcome"
)
