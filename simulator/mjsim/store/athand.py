"""A job that is being polled is decoded once."""

from collections import OrderedDict

from mjsim.core.job import Job

_MOST = 4096


class AtHand:
    """The decoded jobs that were asked for last, by their ids."""

    def __init__(self) -> None:
        self._jobs: OrderedDict[str, Job] = OrderedDict()

    def find(self, job_id: str) -> Job | None:
        """The job of this id, if it is at hand."""
        if (job := self._jobs.get(job_id)) is not None:
            self._jobs.move_to_end(job_id)
        return job

    def keep(self, job: Job) -> Job:
        """The job, which is at hand from now on."""
        self._jobs[job.id] = job
        if len(self._jobs) > _MOST:
            self._jobs.popitem(last=False)
        return job

    def drop(self, job_id: str) -> None:
        """The job is another one now, or is gone."""
        self._jobs.pop(job_id, None)
