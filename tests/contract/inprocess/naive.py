"""Clients that take more for granted than the contract says; each has one such habit and is careful with all else."""

from dataclasses import dataclass
from datetime import datetime

from .careful import Careful, ClientError


@dataclass
class Job:
    """A job as somebody copied it from an answer."""

    id: str
    type: str
    status: str
    progress: int
    created_at: str
    updated_at: str
    prompt: str = ""
    parameters: dict | None = None
    result: dict | None = None
    error: dict | None = None
    completed_at: str | None = None
    webhook_url: str | None = None


class ExpectsAResult(Careful):
    """Takes every job that is over for one that has a result."""

    def finish(self, job):
        return job["result"]["images"]


class ExpectsFiveImages(Careful):
    """Takes the grid and its four tiles for granted."""

    def finish(self, job):
        images = super().finish(job)
        return images[0], images[4]


class ExpectsAPicture(Careful):
    """Takes the first picture."""

    def finish(self, job):
        if job["status"] != "completed" or not job.get("result"):
            raise ClientError("it has no pictures")
        return (job["result"].get("images") or [])[0]


class DrawsABar(Careful):
    """Repeats a character as often as the progress says."""

    def look(self, job):
        if isinstance(job.get("progress"), int | float):
            self.shown = "#" * job["progress"]


class ReadsProgressAsText(Careful):
    """Makes a number of what it prints."""

    def look(self, job):
        if "progress" in job:
            self.shown = int(str(job["progress"]))


class ReadsTimesWithoutOffsets(Careful):
    """Knows times that end in Z only."""

    def look(self, job):
        if job.get("created_at"):
            self.shown = datetime.strptime(job["created_at"], "%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007


class KnowsEveryField(Careful):
    """Has a class with the fields of today."""

    def look(self, job):
        known = {"id", "type", "status", "progress", "created_at", "updated_at"}
        if known <= job.keys():
            self.shown = Job(**job)


class KnowsPngOnly(Careful):
    """Has a table of types of files, in which that of grids is missing."""

    def finish(self, job):
        return [
            {"image/png": ".png"}[image["content_type"]] for image in super().finish(job) if image.get("content_type")
        ]


class SumsUpTimes(Careful):
    """Wants to know how long a completed job took."""

    def finish(self, job):
        images = super().finish(job)
        return images, job["completed_at"][:10]


class ReadsAMessage(Careful):
    """Prints what the server says, in capitals."""

    def created(self, answer):
        self.shown = answer["message"].upper()
        return super().created(answer)


class FindsTheGridByIndex(Careful):
    """Takes the picture without an index for the grid, and wants exactly one."""

    def finish(self, job):
        [grid] = [image for image in super().finish(job) if image.get("index") is None]
        return grid


class ShowsASize(Careful):
    """Writes the size of a picture with a format for integers."""

    def finish(self, job):
        return [f"{image['width']:d}" for image in super().finish(job) if image.get("width") is not None]


class WaitsForCompletion(Careful):
    """Knows one end of a job."""

    over = ("completed",)
    looks = 10**9
