"""Lines and fields that look grown: few drawn numbers, enlarged by Pillow at several scales and added up."""

from array import array
from collections.abc import Sequence
from itertools import pairwise

from PIL import Image, ImageDraw, ImageMath

from mjsim.paint.fortune import Fortune

Point = tuple[float, float]
Stops = Sequence[tuple[float, float]]
"""Pairs of position in [0, 1] and tone, in rising order of position."""

_FINEST = 0.02
"""Hills lower than this share of the highest are not seen."""
_JAGGED = 0.3
_BYTES = [bytes([tone]) for tone in range(256)]


def row_of(values: Sequence[float]) -> Image.Image:
    """The values side by side, in mode F."""
    return Image.frombytes("F", (len(values), 1), array("f", values).tobytes())


def column_of(values: Sequence[float]) -> Image.Image:
    """The values below each other, in mode F."""
    return Image.frombytes("F", (1, len(values)), array("f", values).tobytes())


def interpolated(values: Sequence[float], count: int, smooth: bool = True) -> list[float]:
    """The values stretched to `count` of them, by curves or by straight lines."""
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.BILINEAR
    # The outer half of the first and the last value has no neighbour to run to, so it is left out.
    box = (0.5, 0.0, len(values) - 0.5, 1.0)
    return list(array("f", row_of(values).resize((count, 1), how, box=box).tobytes()))


def contour(fortune: Fortune, label: str, waves: float, count: int, rough: float) -> list[float]:
    """`count` heights around 0, within about [-1, 1], with `waves` hills; `rough` 0 is smooth, 1 jagged."""
    total = [0.0] * count
    height, knots, octave = 1.0, waves, 0
    while height > _FINEST and knots < count / 2:
        drawn = fortune.numbers(f"{label}/{octave}", round(knots) + 3)
        line = interpolated([2 * number - 1 for number in drawn], count, smooth=rough < _JAGGED)
        total = [below + height * value for below, value in zip(total, line, strict=True)]
        height, knots, octave = height * (0.2 + 0.32 * rough), knots * 2.1, octave + 1
    return total


def cloud(fortune: Fortune, label: str, across: int, down: int) -> Image.Image:
    """A smooth field of tones around 128 that wells up at `across` times `down` places, 16 pixels each."""
    size = (16 * across, 16 * down)
    layers = []
    for octave, share in ((1, 1.0), (2, 0.5)):
        drawn = fortune.numbers(f"{label}/{octave}", across * octave * down * octave)
        tones = bytes(round(128 + 127 * share * (2 * number - 1)) for number in drawn)
        small = Image.frombytes("L", (across * octave, down * octave), tones)
        layers.append(small.resize(size, Image.Resampling.BICUBIC))
    return Image.blend(layers[0], layers[1], 0.4)


def gradient(stops: Stops, width: int, height: int, until: int | None = None) -> Image.Image:
    """A field in mode L that runs through the stops from its top to its bottom; `until` cuts it off there."""
    tones: list[int] = []
    edges = [(0.0, stops[0][1]), *stops, (1.0, stops[-1][1])]
    for (above, upper), (below_, lower) in pairwise(edges):
        slope = (lower - upper) / max(1e-9, (below_ - above) * height)
        base = upper - slope * (above * height - 0.5)
        places = range(len(tones), min(until or height, round(below_ * height)))
        tones += [round(base + slope * row) for row in places]
    # Whole rows at once: that is ten times as fast as to stretch a column.
    rows = b"".join([_BYTES[min(255, max(0, tone))] * width for tone in tones])
    return Image.frombuffer("L", (width, len(tones)), rows, "raw", "L", 0, 1)


def below(line: Sequence[float], width: int, top: int, bottom: int) -> Image.Image:
    """A mask of what lies below the line between two rows."""
    twice = Image.new("L", (2 * width, 2 * (bottom - top)))
    step = 2 * width / (len(line) - 1)
    points = [(place * step, 2 * (y - top)) for place, y in enumerate(line)]
    corners = [(2.0 * width, 2.0 * (bottom - top)), (0.0, 2.0 * (bottom - top))]
    ImageDraw.Draw(twice).polygon(points + corners, fill=255)
    return twice.reduce(2)


def nearness(line: Sequence[float], size: tuple[int, int], rows: Sequence[float], reach: float) -> Image.Image:
    """A field that rises from 0, `reach` above the line, to 255 at it; `rows` are its pixels' heights."""
    field: Image.Image = ImageMath.lambda_eval(
        lambda planes: planes["convert"]((planes["rows"] - planes["line"] + reach) * (255 / reach), "L"),
        rows=column_of(rows).resize(size),
        line=row_of(line).resize(size),
    )
    return field
