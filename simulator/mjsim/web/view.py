"""A job as the contract shows it: what does not exist yet is absent, never null."""

from collections import OrderedDict
from functools import lru_cache
from typing import Any

from mjsim.core.artwork import Artwork, Picture
from mjsim.core.file import file_folder, file_name, task_files, usual_format
from mjsim.core.instant import Instant, rfc3339
from mjsim.core.job import Job, pictures_of
from mjsim.core.pace import JobType
from mjsim.core.ratio import Size
from mjsim.core.request import Parameters
from mjsim.core.status import Status
from mjsim.core.timeline import Moment
from mjsim.ports import Page, Query
from mjsim.web.answer import encode

Document = dict[str, Any]

_MOST_SHOWN = 8 * 1024 * 1024
"""How many bytes of encoded jobs are at hand: some four thousand jobs, all that a test run ever polls."""


class View:
    """Shows jobs of a world; `seed` decides the addresses of their files."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._shown: OrderedDict[tuple[str, str], tuple[Job, Moment, bytes]] = OrderedDict()
        self._shown_bytes = 0

    def encoded_job(self, job: Job, now: Instant, origin: str) -> bytes:
        """The Job as JSON. It looks the same until its next moment, so who polls it is shown the same bytes again."""
        moment, key = job.timeline.at(now), (job.id, origin)
        shown = self._shown.get(key)
        # By identity: another job may have the same id after a reset, and to compare two costs more than to encode one.
        if shown is not None and shown[0] is job and shown[1] == moment:
            self._shown.move_to_end(key)
            return shown[2]
        body = encode(self.job(job, now, origin))
        self._shown[key] = job, moment, body
        self._shown.move_to_end(key)
        self._shown_bytes += len(body) - (len(shown[2]) if shown is not None else 0)
        while self._shown_bytes > _MOST_SHOWN:
            self._shown_bytes -= len(self._shown.popitem(last=False)[1][2])
        return body

    def job(self, job: Job, now: Instant, origin: str) -> Document:
        """The Job of the contract, as it is at this instant; its files are addressed at `origin`."""
        moment = job.timeline.at(now)
        document: Document = {
            "id": job.id,
            "type": job.type,
            "status": moment.status,
            "progress": moment.progress,
        }
        work = job.work
        if work.prompt is not None:
            document["prompt"] = work.prompt
        document["parameters"] = _parameters(work.parameters) if work.parameters else {"process_mode": job.mode}
        if moment.status is Status.COMPLETED:
            document["result"] = self._result(job, origin)
        if moment.failure is not None:
            document["error"] = {"code": moment.failure.code, "message": moment.failure.message}
        document["created_at"] = rfc3339(job.timeline.accepted)
        document["updated_at"] = rfc3339(moment.instant)
        if moment.status is Status.COMPLETED:
            document["completed_at"] = rfc3339(moment.instant)
        return document

    def page(self, page: Page, query: Query, now: Instant, origin: str) -> Document:
        """The JobListResponse of the contract."""
        jobs = [self.job(job, now, origin) for job in page.jobs]
        return {"data": jobs, "total": page.total, "limit": query.limit, "offset": query.offset}

    def _result(self, job: Job, origin: str) -> Document:
        if not job.listed:
            # No client is shown it like this: the contract knows no videos, and those who stage them want to see them.
            return {"videos": [{"url": origin + path} for path in task_files(self._seed, job)]}
        if job.work.artwork is None:
            return {"prompts": job.work.suggestions}
        folder = origin + file_folder(self._seed, job.id)
        upscaled = job.work.index if job.type is JobType.UPSCALE else None
        files = _files(job.work.artwork.size, upscaled)
        return {"images": [{"url": folder + name, **image} for name, image in files]}


@lru_cache(maxsize=1024)
def _files(size: Size, upscaled: int | None) -> tuple[tuple[str, Document], ...]:
    """The files of a result by name, each with all but its address: they are the same for all jobs of a size."""
    return tuple((file_name(picture), _image(picture)) for picture in pictures_of(Artwork(0, size), upscaled))


def _image(picture: Picture) -> Document:
    image: Document = {}
    # The contract gives an index to the tiles alone: the grid is all of them, an upscale is one on its own.
    if picture.index and not picture.doubled:
        image["index"] = picture.index
    image["width"] = picture.size.width
    image["height"] = picture.size.height
    image["content_type"] = usual_format(picture).content_type
    return image


def created(job: Job) -> Document:
    """The JobCreatedResponse of the contract."""
    return {"status": "SUCCESS", "message": f"The {job.type} job was accepted.", "data": {"job_id": job.id}}


def _parameters(parameters: Parameters) -> Document:
    """The effective settings: those of the contract always, others only where they were asked for."""
    document: Document = {
        "aspect_ratio": parameters.aspect_ratio,
        "model_version": parameters.model_version,
        "process_mode": parameters.process_mode,
        "quality": parameters.quality,
        "stylize": parameters.stylize,
        "seed": parameters.seed,
    }
    if parameters.chaos:
        document["chaos"] = parameters.chaos
    if parameters.no is not None:
        document["no"] = parameters.no
    return document | dict(parameters.extras)
