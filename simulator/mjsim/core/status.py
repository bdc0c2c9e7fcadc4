"""One table holds every legal step of a job; whatever shows or changes a job's status asks this table."""

from enum import StrEnum


class Status(StrEnum):
    """The states of a job, by the names that the published contract gives them."""

    PENDING = "pending"
    """Accepted, waiting for a slot."""
    IN_PROGRESS = "in_progress"
    """Being made; its progress rises."""
    COMPLETED = "completed"
    """Done; it has a result. Final."""
    FAILED = "failed"
    """Given up; it has an error. Final."""
    CANCELLED = "cancelled"
    """Ended on request; it has neither. Final."""

    @property
    def terminal(self) -> bool:
        """Whether nothing follows."""
        return not TRANSITIONS[self]


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.IN_PROGRESS, Status.FAILED, Status.CANCELLED}),
    Status.IN_PROGRESS: frozenset({Status.IN_PROGRESS, Status.COMPLETED, Status.FAILED, Status.CANCELLED}),
    Status.COMPLETED: frozenset(),
    Status.FAILED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""From each status, those that may follow; in_progress follows itself because its progress rises in steps."""
