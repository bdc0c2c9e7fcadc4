"""A picture is never stored: it is a recipe of a few numbers, and the same recipe always gives the same pixels."""

from enum import StrEnum

from mjsim.core.ratio import Size
from mjsim.core.value import Frozen


class ImageFormat(StrEnum):
    """The file formats: two that the published contract knows, and that of the task API; the value is the extension."""

    PNG = "png"
    WEBP = "webp"
    JPEG = "jpeg"

    @property
    def content_type(self) -> str:
        """The MIME type of such a file."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {ImageFormat.PNG: "image/png", ImageFormat.WEBP: "image/webp", ImageFormat.JPEG: "image/jpeg"}


class Step(Frozen):
    """One variation: of tile `index` (1 to 4) of what was there before, with chance of its own."""

    index: int
    seed: int


class Artwork(Frozen):
    """The recipe of a grid of four tiles.

    `seed` is the root of palette and composition (0 to 2**64-1); `size` is that of one tile in pixels;
    `stylize` (0 to 1000) and `chaos` (0 to 100) are the job's parameters; `steps` are the variations that led here,
    oldest first; `tint` holds colours (0xRRGGBB) of a reference image; `sources` names, by content, the pictures
    that a blend mixes. A recipe holds no reference to its parent, so it outlives it.
    """

    seed: int
    size: Size
    stylize: int = 100
    chaos: int = 0
    steps: tuple[Step, ...] = ()
    tint: tuple[int, ...] = ()
    sources: tuple[str, ...] = ()


class Picture(Frozen):
    """One file of a job: the grid (`index` 0), a tile of it (1 to 4), or that tile at twice the side."""

    artwork: Artwork
    index: int
    doubled: bool = False

    @property
    def size(self) -> Size:
        """Width and height of the file in pixels."""
        tile = self.artwork.size
        return Size(tile.width * 2, tile.height * 2) if self.doubled or self.index == 0 else tile


class Caption(Frozen):
    """What is written on a picture and into its metadata; `parameters` are the flags of the job as text, `watermark`
    stands across the picture.
    """

    job_id: str
    prompt: str
    parameters: str
    watermark: str = ""


class Observation(Frozen):
    """What is seen when one looks at a picture.

    `colours` are the dominant ones as (0xRRGGBB, share of the area), largest share first; `brightness`, `contrast` and
    `saturation` lie in [0, 1]; `prompt` is what the metadata of one of our own pictures says it shows, else None.
    """

    size: Size
    colours: tuple[tuple[int, float], ...]
    brightness: float
    contrast: float
    saturation: float
    prompt: str | None = None
