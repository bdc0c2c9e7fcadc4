"""Lines and fields that look grown: few drawn numbers, enlarged by Pillow at several scales and added up."""

from array import array
from collections.abc import Sequence

from PIL import Image

from mjsim.paint.fortune import Fortune


def interpolated(values: Sequence[float], count: int, smooth: bool = True) -> list[float]:
    """The values stretched to `count` of them, by curves or by straight lines."""
    row = Image.frombytes("F", (len(values), 1), array("f", values).tobytes())
    how = Image.Resampling.BICUBIC if smooth else Image.Resampling.BILINEAR
    # The outer half of the first and the last value has no neighbour to run to, so it is left out.
    box = (0.5, 0.0, len(values) - 0.5, 1.0)
    return list(array("f", row.resize((count, 1), how, box=box).tobytes()))


def contour(fortune: Fortune, label: str, waves: float, count: int, rough: float) -> list[float]:
    """A line of `count` heights around 0, within about [-1, 1], with `waves` hills; `rough` 0 is smooth, 1 is jagged."""
    total = [0.0] * count
    height, knots, octave = 1.0, waves, 0
    while height > 0.02 and knots < count / 2:
        drawn = fortune.numbers(f"{label}/{octave}", round(knots) + 3)
        line = interpolated([2 * number - 1 for number in drawn], count, smooth=rough < 0.3)
        total = [sum_ + height * value for sum_, value in zip(total, line, strict=True)]
        height, knots, octave = height * (0.2 + 0.32 * rough), knots * 2.1, octave + 1
    return total


def cloud(fortune: Fortune, label: str, across: int, down: int, scale: int = 16) -> Image.Image:
    """A smooth field of tones around 128, `scale` pixels wide and high for each of `across` times `down` numbers."""
    size = (across * scale, down * scale)
    layers = []
    for octave, share in ((1, 1.0), (2, 0.5)):
        drawn = fortune.numbers(f"{label}/{octave}", across * octave * down * octave)
        tones = bytes(round(128 + 127 * share * (2 * number - 1)) for number in drawn)
        small = Image.frombytes("L", (across * octave, down * octave), tones)
        layers.append(small.resize(size, Image.Resampling.BICUBIC))
    return Image.blend(layers[0], layers[1], 0.4)
