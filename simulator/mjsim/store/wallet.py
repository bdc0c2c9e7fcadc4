"""What an account has spent is read off its jobs: what may still come to nothing is summed up when it is asked for, the rest
is a number.
"""

from collections.abc import Mapping, Sequence

from mjsim.core.credit import Account
from mjsim.core.instant import NEVER, Instant
from mjsim.core.job import RETENTION
from mjsim.core.status import Status
from mjsim.store.order import Calendar
from mjsim.store.row import Row

_FREE = frozenset({Status.FAILED, Status.CANCELLED})
"""How tasks end that cost nothing once they have."""


class Wallet:
    """The account of a tenant, and its jobs that were made through the task API; `rows` are all jobs by their numbers."""

    def __init__(self, rows: Mapping[int, Row]) -> None:
        self._rows = rows
        self.granted: int | None = None
        """See `Account`."""
        self.spent = 0
        """What forgotten jobs have cost."""
        self._sure = 0
        self._free_one_day = Calendar()
        self._tasks = Calendar()

    @property
    def matters(self) -> bool:
        """Whether there is more to it than its jobs say."""
        return self.granted is not None or self.spent > 0

    @property
    def tasks(self) -> int:
        """How many there are."""
        return len(self._tasks)

    def add(self, row: Row) -> None:
        """Count a task."""
        self._tasks.add([row.accepted], [row.number])
        if row.outcome in _FREE:
            self._free_one_day.add([row.settled], [row.number])
        else:
            self._sure += row.charge or 0

    def take(self, row: Row) -> None:
        """Count a task no more: it is another one now, or is gone."""
        self._tasks.take([row.accepted], [row.number])
        if row.outcome in _FREE:
            self._free_one_day.take([row.settled], [row.number])
        else:
            self._sure -= row.charge or 0

    def settle(self, row: Row) -> None:
        """A task is forgotten, and what it has cost is not."""
        self.take(row)
        if row.outcome is Status.COMPLETED and row.settled <= row.accepted + RETENTION:
            self.spent += row.charge or 0

    def at(self, now: Instant) -> Account:
        """The account as it stands at this instant."""
        may_cost = sum(self._rows[number].charge or 0 for number in self._free_one_day.between(now, NEVER))
        return Account(self.granted, self.spent + self._sure + may_cost)

    def since(self, instant: Instant) -> Sequence[Instant]:
        """When the tasks after an instant were accepted, oldest first."""
        return [self._rows[number].accepted for number in self._tasks.between(instant, NEVER)]
