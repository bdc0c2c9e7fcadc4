"""Whatever bytes a client sends, looking at them ends in what they show or in a sentence that says why."""

from collections.abc import Callable
from io import BytesIO
from math import dist
from typing import IO, cast

from PIL import (
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageChops,
    ImageFile,
    ImageStat,
    JpegImagePlugin,
    PngImagePlugin,
    WebPImagePlugin,
)

from mjsim.core.artwork import Observation
from mjsim.core.error import InvalidImage
from mjsim.core.ratio import Size
from mjsim.paint.colour import Lab, lab
from mjsim.paint.container import Container, unwrap
from mjsim.paint.file import prompt_of

THUMBNAIL = 256
"""The longest side of a thumbnail in pixels; smaller pictures are not enlarged."""
COLOURS = 6

_TINY = 32
_SAMPLE = 96
_ALIKE = 0.07
"""Colours nearer than this in OKLab are named by the same word; black and white are 1 apart."""
_DECODED = 1024
"""JPEG can be decoded at a fraction of its size; no less than this is asked for."""

# The classes are called by themselves: `Image.open` tries every format there is, and warns about large ones.
_READERS: dict[str, Callable[[IO[bytes]], ImageFile.ImageFile]] = {
    "PNG": PngImagePlugin.PngImageFile,
    "JPEG": JpegImagePlugin.JpegImageFile,
    "WEBP": WebPImagePlugin.WebPImageFile,
    "GIF": GifImagePlugin.GifImageFile,
    "BMP": BmpImagePlugin.BmpImageFile,
}
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_SIDEWAYS = (5, 6, 7, 8)


def look(data: bytes) -> tuple[Observation, bytes]:
    """What the file shows, and its thumbnail: WebP, PNG where it is tiny; `InvalidImage` if unreadable."""
    image, size, prompt = _read(unwrap(data))
    return _observation(image, size, prompt), _thumbnail(image)


def picture_of(data: bytes) -> Image.Image:
    """The first frame in RGB, upright, its longer side at most `THUMBNAIL`; `InvalidImage` if unreadable."""
    return _read(unwrap(data))[0]


def _read(container: Container) -> tuple[Image.Image, Size, str | None]:
    """The picture made small, the size that the file has, and the prompt in its metadata."""
    try:
        with _READERS[container.format](BytesIO(container.data)) as file:
            size = Size(*file.size)
            if size != container.size:
                raise ValueError("its size is told twice, and not the same")
            file.draft(file.mode, (_DECODED, _DECODED))
            file.load()
            prompt = prompt_of(file.info)
            image = _flat(_reduced(file))
    except Exception as error:
        # Pillow raises whatever its parsers meet: OSError, SyntaxError, ValueError, struct.error and more.
        reason = str(error).split(" (")[0].strip(". ") or type(error).__name__
        raise InvalidImage(f"the data is a {container.format} picture that cannot be read: {reason[:120]}.") from error
    if container.orientation in _TURNS:
        image = image.transpose(_TURNS[container.orientation])
    if container.orientation in _SIDEWAYS:
        size = Size(size.height, size.width)
    return image, size, prompt


def _reduced(image: Image.Image) -> Image.Image:
    """A copy whose longer side is at most `THUMBNAIL`, in a mode that mixes well."""
    longest = max(image.size)
    if image.mode in ("1", "P", "PA") and longest > 4 * THUMBNAIL:
        # Indexed colours cannot be averaged, and making them true colours first costs four times the memory.
        scale = 4 * THUMBNAIL / longest
        image = image.resize(_scaled(image.size, scale), Image.Resampling.NEAREST)
    if image.mode.startswith("I"):
        image = image.point(lambda value: value / 257).convert("L")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif "transparency" in image.info:
        image = image.convert("RGBA")
    scale = min(1.0, THUMBNAIL / max(image.size))
    return image.resize(_scaled(image.size, scale), Image.Resampling.BICUBIC, reducing_gap=2.0)


def _scaled(size: tuple[int, int], scale: float) -> tuple[int, int]:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _flat(image: Image.Image) -> Image.Image:
    """The picture as it looks on white paper."""
    if image.mode not in ("LA", "RGBA"):
        return image.convert("RGB")
    paper = Image.new("RGB", image.size, "white")
    paper.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return paper


def _thumbnail(image: Image.Image) -> bytes:
    file = BytesIO()
    if max(image.size) <= _TINY:
        image.save(file, "PNG")
    else:
        image.save(file, "WEBP", quality=85, method=2)
    return file.getvalue()


def _observation(image: Image.Image, size: Size, prompt: str | None) -> Observation:
    red, green, blue = image.split()
    highest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    lowest = ImageChops.darker(ImageChops.darker(red, green), blue)
    grey = ImageStat.Stat(image.convert("L"))
    return Observation(
        size=size,
        colours=_dominant(image),
        brightness=min(1.0, grey.mean[0] / 255),
        # Half black, half white deviates by 127.5: as much as a picture can.
        contrast=min(1.0, grey.stddev[0] / 127.5),
        # How far apart the channels are, for unlike the S of HSV it calls a nearly black picture grey.
        saturation=min(1.0, ImageStat.Stat(ImageChops.subtract(highest, lowest)).mean[0] / 255),
        prompt=prompt,
    )


def _dominant(image: Image.Image) -> tuple[tuple[int, float], ...]:
    """Up to `COLOURS` colours and their shares, those that look alike counted as one: the most frequent of them."""
    sample = image.resize(_scaled(image.size, min(1.0, _SAMPLE / max(image.size))), Image.Resampling.BOX)
    reduced = sample.quantize(3 * COLOURS, Image.Quantize.MEDIANCUT, kmeans=3)
    entries = reduced.getpalette() or []
    kept: list[tuple[Lab, int, int]] = []
    for count, entry in sorted(cast("list[tuple[int, int]]", reduced.getcolors()), reverse=True):
        red, green, blue = entries[3 * entry : 3 * entry + 3]
        colour = red << 16 | green << 8 | blue
        seen = lab(colour)
        place = min(range(len(kept)), key=lambda at: dist(seen, kept[at][0]), default=None)
        if place is not None and (dist(seen, kept[place][0]) < _ALIKE or len(kept) == COLOURS):
            like, first, total = kept[place]
            kept[place] = like, first, total + count
        else:
            kept.append((seen, colour, count))
    area = sample.width * sample.height
    return tuple((colour, count / area) for _, colour, count in sorted(kept, key=lambda one: -one[2]))
