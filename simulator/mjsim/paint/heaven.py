"""Night skies: an aurora over a lake, and planets with their rings."""

from math import cos, pi, sin

from PIL import Image, ImageChops, ImageFilter

from mjsim.paint.canvas import Canvas, Point
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import contour, interpolated


def aurora(canvas: Canvas, fortune: Fortune) -> None:
    """Curtains of light over dark mountains, and both once more in the water."""
    width, height = canvas.width, canvas.height
    shore = round(fortune.between("shore", 0.68, 0.8) * height)
    canvas.wash([(0, 14), (0.7, 62), (1, 100)], 0, shore)
    stars(canvas, fortune, 130, shore)
    for veil in range(fortune.whole("veils", 2, 3)):
        _curtain(canvas, fortune, f"veil{veil}", shore)
    for layer in range(2):
        waves = (3.5 - layer) * min(6.0, max(0.7, (width / height) ** 0.8))
        line = contour(fortune, f"range{layer}", waves, 300, 0.75)
        rise = min(height * (0.13 - 0.045 * layer), width * 0.3)
        edge = [shore - rise * (0.75 + 0.65 * value) for value in line]
        tone = 40 - 26 * layer
        canvas.land(edge, [(0, tone), (min(1.0, 2 * rise / max(1.0, height - min(edge))), tone + 16), (1, tone + 16)])
    canvas.reflect(shore)


def _curtain(canvas: Canvas, fortune: Fortune, label: str, shore: int) -> None:
    """One veil: rays of drawn strength rise from a winding line and fade upwards."""
    across, down = 256, 256
    path = contour(fortune, label, 2.4, across, 0.2)
    rays = interpolated(fortune.numbers(f"{label}/rays", 60), across)
    swells = interpolated(fortune.numbers(f"{label}/swells", 7), across)
    foot = fortune.between(f"{label}/foot", 0.5, 0.85) * down
    tall = fortune.between(f"{label}/tall", 0.4, 0.8) * down
    ray = Image.linear_gradient("L").resize((1, 256)).point([round(255 * (v / 255) ** 2.2) for v in range(256)])
    field = Image.new("L", (across, down))
    for x, (bend, fine, swell) in enumerate(zip(path, rays, swells, strict=True)):
        long = max(2, round(tall * (0.55 + 0.45 * fine)))
        strength = min(1.0, max(0.0, (0.2 + 0.8 * fine) * (1.5 * swell - 0.1)))
        beam = ray.resize((1, long)).point([round(v * strength) for v in range(256)])
        field.paste(beam, (x, round(foot + bend * down * 0.16) - long))
    soft = field.filter(ImageFilter.GaussianBlur(2.2)).point([round(v * 0.68) for v in range(256)])
    light = soft.resize((canvas.width, shore), Image.Resampling.BICUBIC)
    area = (0, 0, canvas.width, shore)
    canvas.tone.paste(ImageChops.screen(canvas.tone.crop(area), light), area)


def stars(canvas: Canvas, fortune: Fortune, count: int, bottom: float) -> None:
    """Small points of light above the row `bottom`."""
    across, down, sizes = (fortune.numbers(f"star/{part}", count) for part in ("x", "y", "size"))
    with canvas.pen() as pen:
        for x, y, size in zip(across, down, sizes, strict=True):
            radius = canvas.short * (0.0006 + 0.0016 * size**4)
            pen.oval(x * canvas.width, y * bottom, radius, radius, 120 + 130 * size)


def orbits(canvas: Canvas, fortune: Fortune) -> None:
    """A great planet, its rings and moons before a field of stars."""
    width, height = canvas.width, canvas.height
    canvas.wash([(0, 18), (0.6, 52), (1, 96)])
    stars(canvas, fortune, 150, height)
    x, y = fortune.between("x", 0.3, 0.7) * width, fortune.between("y", 0.38, 0.62) * height
    size = canvas.short * fortune.between("size", 0.2, 0.28)
    canvas.glow(x, y, size * 3.4, 60)
    tilt, flat = fortune.between("tilt", -0.6, 0.6), fortune.between("flat", 0.16, 0.34)
    rings = [(1.45 + 0.27 * ring, number) for ring, number in enumerate(fortune.numbers("ring", 5))]
    _rings(canvas, (x, y), size, (tilt, flat), rings, (pi, 2 * pi))
    _planet(canvas, fortune, (x, y), size)
    _rings(canvas, (x, y), size, (tilt, flat), rings, (0, pi))
    for moon in range(fortune.whole("moons", 2, 4)):
        far = rings[moon % len(rings)][0] if moon < 2 else 2.9
        angle = fortune.between(f"moon{moon}", 0, 2 * pi)
        at_x, at_y = _on_orbit((x, y), size * far, (tilt, flat), angle)
        radius = size * fortune.between(f"moon{moon}/size", 0.06, 0.16)
        canvas.disc(at_x, at_y, radius, [(0, 235), (1, 110)], accent=moon % 2 == 0)


def _planet(canvas: Canvas, fortune: Fortune, middle: tuple[float, float], size: float) -> None:
    """A disc with bands of weather and a night side."""
    side = 2 * round(size) + 4
    tones = [150 + 90 * (number - 0.4) for number in fortune.numbers("bands", 12)]
    strip = bytes(min(255, max(0, round(tone))) for tone in interpolated(tones, 128))
    bands = Image.frombytes("L", (1, 128), strip).resize((side, side), Image.Resampling.BICUBIC)
    bands = bands.rotate(fortune.between("bands/tilt", -25, 25), Image.Resampling.BILINEAR, fillcolor=150)
    lit = fortune.between("light", 0.6, 1.1) * pi
    night = Image.radial_gradient("L").point([round(min(150, max(0, v - 62) * 1.35)) for v in range(256)])
    at = (128 + 62 * cos(lit), 128 + 62 * sin(lit) * -1)
    shade = night.transform(
        (side, side), Image.Transform.AFFINE, (190 / side, 0, at[0] - 128 + 33, 0, 190 / side, at[1] - 128 + 33),
        Image.Resampling.BILINEAR, fillcolor=150,
    )  # fmt: skip
    canvas.ball(middle, size, ImageChops.subtract(bands, shade), fortune.chance("accent", 0.55))


def _rings(
    canvas: Canvas, middle: Point, size: float, shape: Point, rings: list[Point], arc: tuple[float, float]
) -> None:
    """The stretch of every ring between two angles; a ring is its distance in radii and how bright and broad it is."""
    steps = 90
    angles = [arc[0] + (arc[1] - arc[0]) * step / steps for step in range(steps + 1)]
    with canvas.pen() as pen:
        for far, number in rings:
            points = [_on_orbit(middle, size * far, shape, angle) for angle in angles]
            pen.line(points, 130 + 110 * number, canvas.short * (0.0012 + 0.009 * number**2))


def _on_orbit(middle: tuple[float, float], far: float, shape: tuple[float, float], angle: float) -> tuple[float, float]:
    tilt, flat = shape
    x, y = far * cos(angle), far * flat * sin(angle)
    return middle[0] + x * cos(tilt) - y * sin(tilt), middle[1] + x * sin(tilt) + y * cos(tilt)
