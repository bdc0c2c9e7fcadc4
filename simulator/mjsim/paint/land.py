"""Landscapes: mountain ridges in mist, and dunes with their lee sides in shadow."""

from mjsim.paint.canvas import Canvas, Pen
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import cloud, contour


def ridges(canvas: Canvas, fortune: Fortune) -> None:
    """Ranges behind ranges under a sun or moon, each paler than the one before it."""
    width, height = canvas.width, canvas.height
    horizon = fortune.between("horizon", 0.38, 0.58) * height
    haze = fortune.between("haze", 185, 215)
    zenith = fortune.between("zenith", 95, 165)
    canvas.wash([(0, zenith), (horizon / height, haze + 22), (1, haze)])
    canvas.haze(cloud(fortune, "sky", 5, 5), 0.09)
    sun(canvas, fortune, horizon)
    layers = fortune.whole("layers", 5, 7)
    rise = min(height * 0.2, width * 0.3)
    rough = fortune.between("rough", 0.2, 0.85)
    waves = fortune.between("waves", 2, 4) * min(6.0, max(0.6, (width / height) ** 0.7))
    for layer in range(layers):
        near = (layer + 1) / layers
        middle = horizon + (height * 1.02 - horizon) * (layer / layers) ** 1.15
        line = contour(fortune, f"ridge{layer}", waves * (1.25 - 0.5 * near), 320, rough * (0.7 + 0.3 * near))
        edge = [middle - rise * (0.75 - 0.25 * near) * value for value in line]
        tone = haze * (1 - near) ** 0.8 * 0.9 + 8
        foot = tone + (haze - tone) * (0.62 - 0.4 * near)
        canvas.land(edge, [(0, tone), (min(1.0, 2.2 * rise / max(1.0, height - min(edge))), foot), (1, foot)])
        if layer == layers - 1 and fortune.chance("trees", 0.6):
            with canvas.pen(min(edge) - canvas.short * 0.15) as pen:
                _trees(pen, canvas, fortune, edge, tone)


def sun(canvas: Canvas, fortune: Fortune, horizon: float) -> None:
    """A sun or moon over the horizon and the light around it."""
    x = fortune.between("sun/x", 0.2, 0.8) * canvas.width
    size = canvas.short * fortune.between("sun/size", 0.06, 0.13)
    y = horizon - fortune.between("sun/y", 0.3, 2.6) * size - 0.02 * canvas.height
    canvas.glow(x, y, size * 5.5, 62)
    if fortune.chance("sun/accent", 0.6):
        canvas.disc(x, y, size, [(0, 215), (1, 130)], accent=True)
    else:
        canvas.disc(x, y, size, [(0, 255), (1, 238)])


def _trees(pen: Pen, canvas: Canvas, fortune: Fortune, edge: list[float], tone: float) -> None:
    """Firs along the nearest ridge, in groves."""
    count = round(70 * max(1.0, canvas.width / 1024))
    places = fortune.numbers("tree/x", count)
    sizes = fortune.numbers("tree/size", count)
    groves = contour(fortune, "grove", 4, count, 0.3)
    for place, size, grove in zip(sorted(places), sizes, groves, strict=True):
        tall = canvas.short * (0.03 + 0.05 * size) * (1 + 0.8 * grove)
        if tall < canvas.short * 0.02:
            continue
        x = place * canvas.width
        foot = edge[min(len(edge) - 1, int(place * len(edge)))] + tall * 0.12
        for tier in range(4):
            top = foot - tall * (1 - tier * 0.2)
            half = tall * (0.07 + 0.05 * tier)
            low = top + tall * 0.36
            pen.polygon([(x, top), (x + half, low), (x - half, low)], tone)


def dunes(canvas: Canvas, fortune: Fortune) -> None:
    """Smooth crests whose lee sides lie in shadow, under a plain sky."""
    width, height = canvas.width, canvas.height
    horizon = fortune.between("horizon", 0.3, 0.5) * height
    canvas.wash([(0, fortune.between("zenith", 110, 180)), (horizon / height, 232), (1, 220)])
    sun(canvas, fortune, horizon)
    layers = fortune.whole("layers", 4, 6)
    rise = min(height * 0.17, width * 0.22)
    waves = fortune.between("waves", 1.3, 2.3) * min(6.0, max(0.8, (width / height) ** 0.7))
    for layer in range(layers):
        near = layer / (layers - 1)
        middle = horizon + (height - horizon) * (0.06 + 0.86 * near**1.2)
        line = contour(fortune, f"dune{layer}", waves * (1.7 - 0.9 * near), 256, 0)
        edge = [middle - rise * (0.4 + 0.8 * near) * value for value in line]
        lit = 214 - 84 * near
        canvas.land(edge, [(0, lit), (min(1.0, 2.5 * rise / (height - min(edge))), lit - 40), (1, lit - 60)])
        _shade(canvas, edge, rise * (0.5 + near), lit - 62 - 22 * near)


def _shade(canvas: Canvas, edge: list[float], reach: float, tone: float) -> None:
    """The lee sides: a crescent below every stretch of the crest that falls to the right."""
    step = canvas.width / (len(edge) - 1)
    last = len(edge) - 1
    with canvas.pen(min(edge), max(edge) + 3 * reach) as pen:
        start = 0
        for place in range(1, len(edge)):
            if edge[place] > edge[place - 1] and place < last:
                continue
            drop = edge[place - 1] - edge[start]
            if drop > reach * 0.12:
                run = range(start, place + (place == last))
                # At the edges of the picture a crescent is cut off, not narrowed to a tip.
                first, end = 0.35 if start == 0 else 0.0, 0.7 if place == last else 1.0
                shares = [first + (end - first) * at / (len(run) - 1) for at in range(len(run))]
                # The crescent hangs deepest before its middle and thins out towards the valley.
                depths = [drop * 2.6 * share**0.8 * (1 - share) ** 1.3 for share in shares]
                upper = [(at * step, edge[at]) for at in run]
                lower = [(x - depth * 0.35, y + depth) for (x, y), depth in zip(upper, depths, strict=True)]
                pen.polygon(upper + lower[::-1], tone)
            start = place
