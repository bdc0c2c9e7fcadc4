"""A kept job in memory: what questions are about, and all of it encoded."""

from msgspec import Struct

from mjsim.core.instant import Instant
from mjsim.core.pace import JobType
from mjsim.core.status import Status

Place = tuple[str, bool]
"""A tenant, and whether the published API lists the job."""


class Row(Struct, gc=False, eq=False):
    """A kept job; numbers ascend as jobs are accepted. `document` is all of it, as `codec` writes it.

    `started` is when it leaves pending, `settled` when it reaches its terminal status; both may lie in the future.
    `charge` is what it costs where it was made through the task API, None for all others.
    """

    number: int
    id: str
    place: Place
    type: JobType
    accepted: Instant
    started: Instant
    settled: Instant
    outcome: Status | None
    repeat: int
    charge: int | None
    document: bytes

    def at(self, now: int) -> Status:
        """Its status at this instant."""
        if self.settled <= now and self.outcome is not None:
            return self.outcome
        return Status.PENDING if now < self.started else Status.IN_PROGRESS
