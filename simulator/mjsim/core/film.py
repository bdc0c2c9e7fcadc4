"""A video is a recipe like a picture: which picture is shown, how large, and how the view moves over it, scene by scene."""

from enum import StrEnum
from typing import NamedTuple

from mjsim.core.artwork import Picture
from mjsim.core.ratio import Ratio, Size

FIRST_SECONDS = 5
"""How long a video is that was made of a picture."""

MORE_SECONDS = 4
"""How much longer each extension makes it."""

LONGEST_SECONDS = 21
"""How long a video can become, by the service's own limit of four extensions."""

CONTENT_TYPE = "video/mp4"

_STANDARD, _HIGH = Size(832, 464), Size(1280, 720)


class Motion(StrEnum):
    """How much a video moves."""

    HIGH = "high"
    LOW = "low"


Scenes = tuple[int, ...]
"""The scenes of one video as the seeds of their movements: the first, then one for each extension."""


class Clip(NamedTuple):
    """One video: the view moves over `frame`, which fills `size`, from scene to scene."""

    frame: Picture
    size: Size
    motion: Motion
    scenes: Scenes

    @property
    def seconds(self) -> int:
        """How long it is."""
        return FIRST_SECONDS + MORE_SECONDS * (len(self.scenes) - 1)


class Film(NamedTuple):
    """The videos of one job, which differ in how they move."""

    frame: Picture
    size: Size
    motion: Motion
    takes: tuple[Scenes, ...]

    def clip(self, number: int) -> Clip | None:
        """The video of this number, from 0 on; None where there is none."""
        return Clip(self.frame, self.size, self.motion, self.takes[number]) if number < len(self.takes) else None

    def extended(self, number: int, seed: int) -> "Film":
        """One video: the one of this number, then another scene."""
        return self._replace(takes=((*self.takes[number], seed),))


def film_size(ratio: Ratio | None, *, high: bool) -> Size:
    """The size of a video in pixels: 832×464, in high definition 1280×720, and as many pixels in any other ratio."""
    usual = _HIGH if high else _STANDARD
    if ratio is None or (ratio.width, ratio.height) == (16, 9):
        return usual
    area = usual.width * usual.height
    width = (area * ratio.width / ratio.height) ** 0.5
    return Size(_by_eight(width), _by_eight(area / width))


def _by_eight(side: float) -> int:
    """Encoders want even sides, and are at their best with sides like this."""
    return max(16, round(side / 8) * 8)
