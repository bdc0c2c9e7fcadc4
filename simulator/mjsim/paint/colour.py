"""Colours are mixed in OKLab, where halfway between two colours looks halfway (Björn Ottosson, 2020)."""

from collections.abc import Sequence

Lab = tuple[float, float, float]
"""Lightness in [0, 1], green to red, blue to yellow."""

_SLOPE, _KNEE = 12.92, 0.04045
"""Where a screen's darkest colours change from a straight line to a curve (IEC 61966-2-1)."""


def lab(colour: int) -> Lab:
    """The colour 0xRRGGBB in OKLab."""
    red, green, blue = (_linear((colour >> shift & 255) / 255) for shift in (16, 8, 0))
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    medium = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def rgb(colour: Lab) -> tuple[int, int, int]:
    """The nearest colour that a screen can show, as red, green and blue from 0 to 255."""
    light, a, b = colour
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _byte(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _byte(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _byte(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def mix(first: Lab, second: Lab, share: float) -> Lab:
    """`share` of the second colour in the first."""
    a, b, c = (x + (y - x) * share for x, y in zip(first, second, strict=True))
    return a, b, c


def along(stops: Sequence[Lab], position: float) -> Lab:
    """The colour at `position` in [0, 1] of a ramp through evenly spaced stops."""
    scaled = position * (len(stops) - 1)
    below = min(int(scaled), len(stops) - 2)
    return mix(stops[below], stops[below + 1], scaled - below)


def _linear(value: float) -> float:
    return value / _SLOPE if value <= _KNEE else ((value + 0.055) / 1.055) ** 2.4


def _byte(value: float) -> int:
    value = min(1.0, max(0.0, value))
    return round(255 * (value * _SLOPE if value <= _KNEE / _SLOPE else 1.055 * value ** (1 / 2.4) - 0.055))
