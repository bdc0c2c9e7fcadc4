"""What an account has left is derived: what it was granted, less what its jobs have cost and may yet cost."""

from typing import NamedTuple

from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.status import Status

_FREE = frozenset({Status.FAILED, Status.CANCELLED})


class Account(NamedTuple):
    """A tenant's credits. `granted` is None where nobody has changed what everybody gets; `charged` counts the jobs
    that have succeeded, forgotten ones included, and those that still may.
    """

    granted: int | None
    charged: int

    def left(self, usual: int) -> int:
        """The credits that can be spent, where `usual` is what everybody gets."""
        return (usual if self.granted is None else self.granted) - self.charged


def charge(job: Job, now: Instant) -> int:
    """What a job costs its tenant as it stands now: nothing once it has failed or was cancelled."""
    if job.task is None or job.timeline.at(now).status in _FREE:
        return 0
    return job.task.charge
