"""How jobs are seen to come along: a job that the server has finished is shown step by step, one step for each look.

So a job's course depends on how often it was looked at and on nothing else, whatever the client's pace; and every
look at it, by whichever operation, tells the same story: what failed stays failed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from mjsim_contracts.sighting import TERMINAL

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Stage:
    """A job's status and progress at a look."""

    status: str
    progress: int


_PENDING, _RUNNING = Stage("pending", 0), Stage("in_progress", 46)
_COMPLETED = Stage("completed", 100)

BLOCKED = {"code": "moderation_blocked", "message": "The image filter stopped the job midway."}
"""The error of a job that the story lets fail."""


class Story(Enum):
    """The courses that a job can take; its last stage lasts."""

    COMPLETES = (_PENDING, _RUNNING, _COMPLETED)
    AT_ONCE = (_COMPLETED,)
    FULL = (_PENDING, Stage("in_progress", 100), _COMPLETED)
    FAILS = (_PENDING, _RUNNING, Stage("failed", 62))
    FAILS_AT_ONCE = (Stage("failed", 0),)
    CANCELLED = (_PENDING, _RUNNING, Stage("cancelled", 46))
    STICKS = (_PENDING, _RUNNING, Stage("in_progress", 99))
    WAITS = (_PENDING,)

    @property
    def ends_well(self) -> bool:
        """Whether its jobs are completed."""
        return self.last == _COMPLETED

    @property
    def ends(self) -> bool:
        """Whether its jobs reach a final status."""
        return self.last.status in TERMINAL

    @property
    def last(self) -> Stage:
        """The stage that lasts."""
        stage: Stage = self.value[-1]
        return stage

    @property
    def mark(self) -> Stage:
        """The stage by which the story is told from the usual one; the last where there is none."""
        usual: tuple[Stage, ...] = Story.COMPLETES.value
        return next((stage for stage in self.value if stage not in usual), self.last)


class Telling:
    """Tells one story of all jobs that are not known to be finished, and keeps to what it has told."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._looks: dict[str, int] = {}
        self._cancelled: dict[str, Stage] = {}
        self._finished: set[str] = set()

    def leave(self, job_ids: Iterable[str]) -> None:
        """These jobs are shown as they are: they are old, or reported by webhook."""
        self._finished.update(job_ids)

    def reach(self, job_id: str, look: int) -> None:
        """A job has come as far as the look with this number shows it."""
        self._looks[job_id] = max(self._looks.get(job_id, 0), look)

    def is_cancelled(self, job_id: str) -> bool:
        """Whether the job was cancelled in time."""
        return job_id in self._cancelled

    def stage(self, job_id: str) -> Stage | None:
        """What the next look at a job shows; None where that is the truth."""
        if job_id in self._finished:
            return None
        if job_id in self._cancelled:
            return self._cancelled[job_id]
        stages = self._story.value
        stage = stages[min(self._looks.get(job_id, 0), len(stages) - 1)]
        return None if stage == _COMPLETED else stage

    def show(self, job: Document) -> Document:
        """The job as this look sees it; the next look sees it further on."""
        return at_stage(job, self.look(str(job.get("id", "")).lower()))

    def look(self, job_id: str) -> Stage | None:
        """What this look at a job shows; None where that is the truth."""
        stage = self.stage(job_id)
        self._looks[job_id] = self._looks.get(job_id, 0) + 1
        return stage

    def cancel(self, job: Document) -> Document | None:
        """The job, cancelled from now on; None where it is too late."""
        job_id = str(job.get("id", "")).lower()
        looks = max(self._looks.get(job_id, 0) - 1, 0)
        stages = self._story.value
        stage = stages[min(looks, len(stages) - 1)]
        if job_id in self._finished or job_id in self._cancelled or stage.status in TERMINAL:
            return None
        self._cancelled[job_id] = Stage("cancelled", stage.progress)
        return at_stage(job, self._cancelled[job_id])


def at_stage(job: Mapping[str, Any], stage: Stage | None) -> Document:
    """A completed job as it was, or would have been, at this stage; None leaves it as it is."""
    if stage is None:
        return dict(job)
    shown = {name: value for name, value in job.items() if name not in {"result", "completed_at", "error"}}
    shown |= {"status": stage.status, "progress": stage.progress}
    if stage.status == "failed":
        shown["error"] = dict(BLOCKED)
    return shown
