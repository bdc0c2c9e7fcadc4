"""Night skies: an aurora over a lake, and planets with their rings."""

from math import cos, pi, sin
from typing import Any

from PIL import Image, ImageChops, ImageFilter, ImageMath

from mjsim.core.ratio import Size
from mjsim.paint.backdrop import Backdrop
from mjsim.paint.canvas import Canvas
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import Point, column_of, contour, interpolated, row_of

_VEIL = 256
"""An aurora is computed in a field of so many pixels each way."""
_INNER = 2
"""So many moons run on a ring, the others outside."""
_FEWEST = 2
"""Fewer far planets than this are none: the picture is not that long."""


def aurora(canvas: Canvas, fortune: Fortune) -> None:
    """Curtains of light over dark mountains, and both once more in the water."""
    width, height = canvas.width, canvas.height
    shore = round(fortune.between("shore", 0.68, 0.8) * height)
    sky = Size(width, shore)
    backdrop = Backdrop(sky, [(0, 14), (0.7, 62), (1, 100)])
    for veil in range(fortune.whole("veils", 2, 3)):
        backdrop.shine(_curtain(fortune, f"veil{veil}", width / shore))
    canvas.tone.paste(backdrop.spread(sky), (0, 0))
    _stars(canvas, fortune, 130, shore)
    for layer in range(2):
        waves = (3.5 - layer) * min(6.0, max(0.7, canvas.stretch**0.8))
        line = contour(fortune, f"range{layer}", waves, 300, 0.75)
        rise = min(height * (0.13 - 0.045 * layer), width * 0.3)
        edge = [shore - rise * (0.75 + 0.65 * value) for value in line]
        tone = 40 - 26 * layer
        foot = min(1.0, 2 * rise / max(1.0, height - min(edge)))
        canvas.land(edge, [(0, tone), (foot, tone + 16), (1, tone + 16)], until=shore)
    canvas.reflect(shore)


def _curtain(fortune: Fortune, label: str, stretch: float) -> Image.Image:
    """One veil: rays of drawn strength rise from a winding line and fade upwards."""
    across, down = round(_VEIL * min(4.0, max(1.0, stretch))), _VEIL
    path = contour(fortune, label, 2.4 * across / _VEIL, across, 0.2)
    rays = interpolated(fortune.numbers(f"{label}/rays", 60 * across // _VEIL), across)
    swells = interpolated(fortune.numbers(f"{label}/swells", 7 * across // _VEIL), across)
    foot = fortune.between(f"{label}/foot", 0.5, 0.85) * down
    tall = fortune.between(f"{label}/tall", 0.4, 0.8) * down
    bend = 0.16 * down * min(1.0, 0.3 + stretch)
    strengths = [
        175 * min(1.0, max(0.0, (0.2 + 0.8 * ray) * (1.5 * swell - 0.1)))
        for ray, swell in zip(rays, swells, strict=True)
    ]
    field: Image.Image = ImageMath.lambda_eval(
        _rays,
        foot=row_of([foot + bend * value for value in path]).resize((across, down)),
        tall=row_of([tall * (0.55 + 0.45 * ray) for ray in rays]).resize((across, down)),
        strength=row_of(strengths).resize((across, down)),
        row=column_of(range(down)).resize((across, down)),
    )
    return field.filter(ImageFilter.GaussianBlur(2.2))


def _rays(planes: dict[str, Any]) -> Any:
    """Brightest at the foot, fading to nothing at the tip, dark below the foot."""
    height = (planes["foot"] - planes["row"]) / planes["tall"]
    fading = planes["max"](1 - height, 0)
    return planes["convert"](
        fading * fading * planes["strength"] * planes["min"](planes["max"](height * 400, 0), 1), "L"
    )


def _stars(canvas: Canvas, fortune: Fortune, count: int, bottom: float) -> None:
    """Small points of light above the row `bottom`."""
    across, down, sizes = (fortune.numbers(f"star/{part}", count) for part in ("x", "y", "size"))
    with canvas.pen(0, bottom) as pen:
        for x, y, size in zip(across, down, sizes, strict=True):
            radius = canvas.mean * (0.0006 + 0.0016 * size**4)
            pen.oval((x * canvas.width, y * bottom), (radius, radius), 120 + 130 * size)


def orbits(canvas: Canvas, fortune: Fortune) -> None:
    """A great planet, its rings and moons before a field of stars."""
    width, height = canvas.width, canvas.height
    middle = fortune.between("x", 0.3, 0.7) * width, fortune.between("y", 0.38, 0.62) * height
    size = canvas.short * fortune.between("size", 0.2, 0.28)
    backdrop = Backdrop(canvas.size, [(0, 18), (0.6, 52), (1, 96)])
    backdrop.glow(*middle, size * 4, 60)
    canvas.lay(backdrop)
    _stars(canvas, fortune, 150, height)
    _others(canvas, fortune)
    shape = fortune.between("tilt", -0.6, 0.6), fortune.between("flat", 0.16, 0.34)
    rings = [(size * (1.45 + 0.27 * ring), number) for ring, number in enumerate(fortune.numbers("ring", 5))]
    _rings(canvas, middle, shape, rings, pi)
    _planet(canvas, fortune, middle, size)
    _rings(canvas, middle, shape, rings, 0)
    for moon in range(fortune.whole("moons", 2, 4)):
        far = rings[moon][0] if moon < _INNER else 2.9 * size
        x, y = _on_orbit(middle, far, shape, fortune.between(f"moon{moon}", 0, 2 * pi))
        radius = size * fortune.between(f"moon{moon}/size", 0.06, 0.16)
        canvas.disc(x, y, radius, [(0, 235), (1, 110)], accent=moon % 2 == 0)


def _others(canvas: Canvas, fortune: Fortune) -> None:
    """Far planets in a row, where the picture is so long that one alone would be lost in it."""
    count = round(max(canvas.width, canvas.height) / canvas.short / 1.5) - 1
    if count < _FEWEST:
        return
    shifts, sizes = fortune.numbers("other/shift", count), fortune.numbers("other/size", count)
    for other, (shift, size) in enumerate(zip(shifts, sizes, strict=True)):
        along, across = (other + 0.2 + 0.6 * shift) / count, 0.2 + 0.6 * (shift * 7 % 1)
        x, y = (along, across) if canvas.stretch > 1 else (across, along)
        radius = canvas.short * (0.03 + 0.1 * size**2)
        canvas.disc(x * canvas.width, y * canvas.height, radius, [(0, 225), (1, 90)], accent=other % 3 == 1)


def _planet(canvas: Canvas, fortune: Fortune, middle: Point, size: float) -> None:
    """A disc with bands of weather and a night side."""
    side = 2 * round(size) + 4
    square = (_VEIL, _VEIL)
    tones = [150 + 90 * (number - 0.4) for number in fortune.numbers("bands", 12)]
    strip = bytes(min(255, max(0, round(tone))) for tone in interpolated(tones, _VEIL))
    bands = Image.frombytes("L", (1, _VEIL), strip).resize(square)
    bands = bands.rotate(fortune.between("bands/tilt", -25, 25), Image.Resampling.BILINEAR, fillcolor=150)
    lit = fortune.between("light", 0.6, 1.1) * pi
    night = Image.radial_gradient("L").point([round(min(150, max(0, v - 62) * 1.35)) for v in range(256)])
    # The day is centred off the disc's own centre; what lies beyond the gradient is night.
    scale, left, upper = 190 / _VEIL, 33 + 62 * cos(lit), 33 - 62 * sin(lit)
    matrix = (scale, 0, left, 0, scale, upper)
    shade = night.transform(square, Image.Transform.AFFINE, matrix, Image.Resampling.BILINEAR, fillcolor=150)
    surface = ImageChops.subtract(bands, shade).resize((side, side), Image.Resampling.BILINEAR)
    canvas.ball(middle, size, surface, fortune.chance("accent", 0.55))


def _rings(canvas: Canvas, middle: Point, shape: Point, rings: list[Point], first: float) -> None:
    """Half of every ring, from an angle on; a ring is its radius and how bright and broad it is."""
    angles = [first + pi * step / 90 for step in range(91)]
    arcs = [[_on_orbit(middle, far, shape, angle) for angle in angles] for far, _ in rings]
    rows = [y for _, y in arcs[-1]]
    margin = 0.02 * canvas.short
    with canvas.pen(min(rows) - margin, max(rows) + margin) as pen:
        for arc, (_, number) in zip(arcs, rings, strict=True):
            pen.line(arc, 130 + 110 * number, canvas.short * (0.0012 + 0.009 * number**2))


def _on_orbit(middle: Point, far: float, shape: Point, angle: float) -> Point:
    tilt, flat = shape
    x, y = far * cos(angle), far * flat * sin(angle)
    return middle[0] + x * cos(tilt) - y * sin(tilt), middle[1] + x * sin(tilt) + y * cos(tilt)
