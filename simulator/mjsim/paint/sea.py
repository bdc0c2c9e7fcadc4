"""Seascapes: a low sun, the glitter below it, swell that grows towards the shore, islands and a sail."""

from mjsim.paint.backdrop import Backdrop
from mjsim.paint.canvas import Canvas
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import contour


def seascape(canvas: Canvas, fortune: Fortune) -> None:
    """Sky, sun, islands, glitter and waves."""
    width, height = canvas.width, canvas.height
    horizon = round(fortune.between("horizon", 0.42, 0.62) * height)
    light = fortune.between("light", 205, 240)
    x = fortune.between("sun/x", 0.22, 0.78) * width
    size = canvas.short * fortune.between("sun/size", 0.1, 0.19)
    accent = fortune.chance("sun/accent", 0.6)
    y = horizon - fortune.between("sun/y", -0.2, 1.5) * size
    backdrop = Backdrop(canvas.size, [(0, fortune.between("zenith", 80, 150)), (horizon / height, light), (1, light)])
    backdrop.glow(x, y, size * 6, 50)
    canvas.lay(backdrop)
    canvas.disc(x, y, size, [(0, 225), (1, 120)] if accent else [(0, 255), (1, 244)], accent)
    _clouds(canvas, fortune, horizon)
    _islands(canvas, fortune, horizon, light)
    canvas.flood([(0, light - 40), (0.3, light - 85), (1, 40)], horizon)
    _waves(canvas, fortune, horizon)
    _glitter(canvas, fortune, (x, horizon), size, accent)
    if fortune.chance("sail", 0.6):
        _sail(canvas, fortune, horizon)


def _clouds(canvas: Canvas, fortune: Fortune, horizon: int) -> None:
    count = 9
    across, down = fortune.numbers("cloud/x", count), fortune.numbers("cloud/y", count)
    long = fortune.numbers("cloud/long", count)
    with canvas.pen(0, horizon) as pen:
        for x, y, reach in zip(across, down, long, strict=True):
            level = horizon * (0.15 + 0.8 * y)
            half = canvas.width * (0.06 + 0.16 * reach)
            thick = canvas.short * (0.004 + 0.006 * reach)
            for shift, share in ((0.0, 1.0), (-0.35, 0.6), (0.4, 0.55)):
                middle = x * canvas.width + shift * half
                pen.oval((middle, level - thick * shift), (half * share, thick * (0.5 + share)), 150 + 80 * y)


def _islands(canvas: Canvas, fortune: Fortune, horizon: int, light: float) -> None:
    for side in ("left", "right"):
        if not fortune.chance(f"island/{side}", 0.6):
            continue
        line = contour(fortune, f"island/{side}", 3, 160, 0.5)
        reach = fortune.between(f"island/{side}/reach", 0.25, 0.5)
        rise = min(canvas.height * 0.14, canvas.width * 0.2)
        slope = [max(0.0, 1 - place / (len(line) * reach)) for place in range(len(line))]
        heights = [rise * fall * (1.1 + 0.6 * value) for value, fall in zip(line, slope, strict=True)]
        edge = [horizon + 4 - height if height else canvas.height + 9.0 for height in heights]
        tone = light - fortune.between(f"island/{side}/tone", 75, 130)
        canvas.land(
            edge if side == "left" else edge[::-1],
            [(0, tone), (0.25, tone + 30), (1, tone + 30)],
            until=horizon,
        )


def _glitter(canvas: Canvas, fortune: Fortune, sun: tuple[float, int], size: float, accent: bool) -> None:
    x, horizon = sun
    depth = canvas.height - horizon
    count = round(90 * min(3.0, max(1.0, depth / (6 * size))))
    places, shifts = fortune.numbers("glint/y", count), fortune.numbers("glint/x", count)
    widths = fortune.numbers("glint/width", count)
    with canvas.pen(horizon) as pen:
        for place, shift, wide in zip(places, shifts, widths, strict=True):
            near = place**1.5
            spread = size * (0.75 + 0.9 * near)
            half = size * (0.12 + 0.5 * wide) * (1 - 0.2 * near)
            middle = x + (shift + wide - 1) * spread
            thick = max(0.6, canvas.short * (0.0012 + 0.0026 * near))
            pen.oval((middle, horizon + 3 + near * depth * 0.97), (half, thick), 235 - 60 * near, accent)


def _waves(canvas: Canvas, fortune: Fortune, horizon: int) -> None:
    """Swell: rows of crests, the nearer the higher."""
    depth = canvas.height - horizon
    count = 7
    crests = []
    for layer in range(count):
        near = (layer + 1) / count
        waves = 9 * min(6.0, max(0.7, canvas.stretch)) * (1.15 - 0.75 * near)
        line = contour(fortune, f"wave{layer}", waves, 220, 0.12)
        rise = min(depth * 0.055, canvas.width * 0.06) * near
        middle = horizon + depth * (0.12 + 0.8 * near**1.25)
        crests.append([middle - rise * value for value in line])
    for layer, crest in enumerate(crests):
        tone = 150 - 105 * (layer + 1) / count
        reach = min(1.0, depth * 0.2 / max(1.0, canvas.height - min(crest)))
        until = max(crests[layer + 1]) if layer + 1 < count else canvas.height
        canvas.land(crest, [(0, tone + 16), (reach, tone - 16), (1, tone - 20)], until=until)


def _sail(canvas: Canvas, fortune: Fortune, horizon: int) -> None:
    x = fortune.between("sail/x", 0.15, 0.85) * canvas.width
    tall = canvas.short * fortune.between("sail/size", 0.07, 0.12)
    foot = horizon + (canvas.height - horizon) * fortune.between("sail/y", 0.06, 0.2)
    hull = [(-0.38, 0.04), (0.5, 0.04), (0.36, 0.16), (-0.26, 0.16)]
    with canvas.pen(foot - 2 * tall, foot + tall) as pen:
        pen.polygon([(x, foot - tall), (x, foot), (x + tall * 0.42, foot)], 250)
        pen.polygon([(x - tall * 0.05, foot - tall * 0.85), (x - tall * 0.05, foot), (x - tall * 0.3, foot)], 225)
        pen.polygon([(x + tall * dx, foot + tall * dy) for dx, dy in hull], 20)
