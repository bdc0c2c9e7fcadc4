"""The check's own model of an account: the jobs it has created, what it has seen of them, and so what a list may hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from mjsim_contracts.sighting import TERMINAL


@dataclass(slots=True)
class World:
    """`older` jobs were there before; `jobs` have been created since, in order, each with its status as seen last."""

    older: int
    jobs: dict[str, str] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many jobs there are."""
        return self.older + len(self.jobs)

    def learn(self, job_id: str, status: str) -> None:
        """Remember how a job was seen."""
        if job_id in self.jobs:
            self.jobs[job_id] = status

    def pick(self, place: int) -> str:
        """One of the jobs, counted from the newest."""
        return list(self.jobs)[-1 - place % len(self.jobs)]

    def objection(self, status: str | None, ids: Iterable[str]) -> str:
        """What is wrong with a whole list of these jobs, given its filter; empty where nothing is.

        A job that had not ended when it was seen last may have any status by now.
        """
        listed = set(ids)
        must = {job for job, seen in self.jobs.items() if status in {None, seen} and (not status or seen in TERMINAL)}
        cannot = {job for job, seen in self.jobs.items() if status and seen in TERMINAL and seen != status}
        if missing := must - listed:
            return f"{len(missing)} of {len(self.jobs)} created jobs are missing, such as {min(missing)}"
        if wrong := cannot & listed:
            return f"{min(wrong)} is listed, but it was {self.jobs[min(wrong)]}"
        if not self.older and (strange := listed - self.jobs.keys()):
            return f"{len(strange)} jobs are listed that this account did not create, such as {min(strange)}"
        return ""

    def count(self, status: str | None) -> int | None:
        """How many jobs match; None where that cannot be known."""
        if status is None:
            return self.total
        if self.older or any(seen not in TERMINAL for seen in self.jobs.values()):
            return None
        return sum(seen == status for seen in self.jobs.values())
