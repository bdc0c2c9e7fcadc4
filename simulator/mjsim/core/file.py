"""A picture's address is derived from its job and the world's seed: nobody can guess it, and nothing has to be looked up.

Paths read `/files/<token>/<job id>/<name>`; the names are those that the service's own files were seen to have:
`grid_0` for the grid, `0_0` to `0_3` for the tiles, and `0_<n>` again for an upscale of tile n + 1.
"""

import re
from dataclasses import dataclass

from mjsim.core.artwork import ImageFormat, Picture
from mjsim.core.chance import digest
from mjsim.core.job import Job

_PATH = re.compile(
    r"/files/(?P<token>[0-9a-f]{24})/(?P<job>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/"
    r"(?P<name>grid_0|0_[0-3])\.(?P<format>png|webp)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class FileAddress:
    """What a path names: a file of a job, in a format; every file is there in both formats."""

    job_id: str
    name: str
    image_format: ImageFormat

    def picture(self, job: Job) -> Picture | None:
        """The picture of the job that has this name; None where it has none."""
        return next((picture for picture in job.pictures if _name(picture) == self.name), None)


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
    match = _PATH.fullmatch(path)
    if match is None or match["token"] != _token(seed, match["job"]):
        return None
    return FileAddress(match["job"], match["name"], ImageFormat(match["format"]))


def _token(seed: int, job_id: str) -> str:
    """What cannot be guessed in the addresses of a job's files."""
    return digest("file", str(seed), job_id, size=12).hex()


def _name(picture: Picture) -> str:
    return f"0_{picture.index - 1}" if picture.index else "grid_0"
