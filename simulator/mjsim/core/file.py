"""A picture's address is derived from its job and the world's seed: nobody can guess it, and nothing has to be looked up.

Paths read `/files/<token>/<job id>/<name>`; the names are those that the service's own files were seen to have:
`grid_0` for the grid, `0_0` to `0_3` for the tiles, and `0_<n>` again for an upscale of tile n + 1. The task API writes
`/files/<token>/m/<task id>_<name>`.
"""

import re
from typing import NamedTuple

from mjsim.core.artwork import ImageFormat, Picture
from mjsim.core.chance import digest
from mjsim.core.job import Job
from mjsim.core.task import job_id_of, task_id
from mjsim.core.value import Frozen

_PATH = re.compile(
    r"/files/(?P<token>[0-9a-f]{24})/(?P<job>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
    r"(?P<name>grid_0|0_[0-3])\.(?P<format>png|webp|jpeg)",
    re.ASCII,
)
_TASK_PATH = re.compile(
    r"/files/(?P<token>[0-9a-f]{24})/m/(?P<task>[0-9a-f]{32})_(?P<name>0_(?P<number>[0-3]))\.(?P<format>jpeg|mp4)",
    re.ASCII,
)

_VIDEO = "mp4"


class FileAddress(Frozen):
    """What a path names: a file of a job, in a format; every picture is there in all formats."""

    job_id: str
    name: str
    image_format: ImageFormat

    def picture(self, job: Job) -> Picture | None:
        """The picture of the job that has this name; None where it has none."""
        return next((picture for picture in job.pictures if _name(picture) == self.name), None)


class FilmAddress(NamedTuple):
    """What a path names: a video of a job, by its number from 0 on."""

    job_id: str
    number: int


def usual_format(picture: Picture) -> ImageFormat:
    """The format in which a result lists the picture: grids as WebP, single pictures as PNG."""
    return ImageFormat.PNG if picture.index or picture.doubled else ImageFormat.WEBP


def file_folder(seed: int, job_id: str) -> str:
    """The folder of a job's files, with a slash at its end."""
    return f"/files/{_token(seed, job_id)}/{job_id}/"


def file_name(picture: Picture) -> str:
    """The name under which a result lists the picture."""
    return f"{_name(picture)}.{usual_format(picture).value}"


def parse_file_path(seed: int, path: str) -> FileAddress | None:
    """What the path names; None where it is none of ours or its token was guessed."""
    match = _PATH.fullmatch(path) or _TASK_PATH.fullmatch(path)
    if match is None or match["format"] == _VIDEO:
        return None
    job_id = match["job"] if match.re is _PATH else job_id_of(match["task"])
    if job_id is None or match["token"] != _token(seed, job_id):
        return None
    return FileAddress(job_id, match["name"], ImageFormat(match["format"]))


def parse_film_path(seed: int, path: str) -> FilmAddress | None:
    """What the path of a video names; None where it is none of ours or its token was guessed."""
    match = _TASK_PATH.fullmatch(path)
    job_id = job_id_of(match["task"]) if match and match["format"] == _VIDEO else None
    if match is None or job_id is None or match["token"] != _token(seed, job_id):
        return None
    return FilmAddress(job_id, int(match["number"]))


def task_files(seed: int, job: Job) -> tuple[str, ...]:
    """The paths of a job's files in the shape of the task API: its pictures without the grid, or its videos."""
    stem = f"/files/{_token(seed, job.id)}/m/{task_id(job.id)}"
    if job.task is not None and job.task.film is not None:
        return tuple(f"{stem}_0_{number}.{_VIDEO}" for number in range(len(job.task.film.takes)))
    return tuple(f"{stem}_{_name(picture)}.{ImageFormat.JPEG}" for picture in job.pictures if picture.index)


def _token(seed: int, job_id: str) -> str:
    """What cannot be guessed in the addresses of a job's files."""
    return digest("file", str(seed), job_id, size=12).hex()


def _name(picture: Picture) -> str:
    return f"0_{picture.index - 1}" if picture.index else "grid_0"
