"""Landscapes: mountain ridges in mist, and dunes with their lee sides in shadow."""

from mjsim.paint.backdrop import Backdrop
from mjsim.paint.canvas import Canvas
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import Stops, cloud, contour


def ridges(canvas: Canvas, fortune: Fortune) -> None:
    """Ranges behind ranges under a sun or moon, each paler than the one before it."""
    width, height = canvas.width, canvas.height
    horizon = fortune.between("horizon", 0.38, 0.58) * height
    haze = fortune.between("haze", 185, 215)
    _sky(
        canvas,
        fortune,
        horizon,
        [(0, fortune.between("zenith", 95, 165)), (horizon / height, haze + 22), (1, haze)],
    )
    layers = _layers(canvas, fortune.whole("layers", 5, 7))
    rise = min(height * 0.2, width * 0.3)
    rough = fortune.between("rough", 0.2, 0.85)
    waves = fortune.between("waves", 2, 4) * min(6.0, max(0.6, canvas.stretch**0.7))
    edges = []
    for layer in range(layers):
        near = (layer + 1) / layers
        middle = horizon + (height * 1.02 - horizon) * (layer / layers) ** 1.15
        line = contour(fortune, f"ridge{layer}", waves * (1.25 - 0.5 * near), 320, rough * (0.7 + 0.3 * near))
        edges.append([middle - rise * (0.75 - 0.25 * near) * value for value in line])
    for layer, edge in enumerate(edges):
        near = (layer + 1) / layers
        tone = haze * (1 - near) ** 0.8 * 0.9 + 8
        foot = tone + (haze - tone) * (0.62 - 0.4 * near)
        mist = min(1.0, 2.2 * rise / max(1.0, height - min(edge)))
        until = max(edges[layer + 1]) if layer + 1 < layers else height
        canvas.land(edge, [(0, tone), (mist, foot), (1, foot)], until=until)
    if fortune.chance("trees", 0.6):
        _trees(canvas, fortune, edges[-1], 8)


def dunes(canvas: Canvas, fortune: Fortune) -> None:
    """Smooth crests whose lee sides lie in shadow, under a plain sky."""
    width, height = canvas.width, canvas.height
    horizon = fortune.between("horizon", 0.3, 0.5) * height
    _sky(
        canvas,
        fortune,
        horizon,
        [(0, fortune.between("zenith", 110, 180)), (horizon / height, 232), (1, 220)],
    )
    layers = _layers(canvas, fortune.whole("layers", 4, 6))
    rise = min(height * 0.17, width * 0.22)
    waves = fortune.between("waves", 1.3, 2.3) * min(6.0, max(0.8, canvas.stretch**0.7))
    edges = []
    for layer in range(layers):
        near = layer / (layers - 1)
        middle = horizon + (height - horizon) * (0.06 + 0.86 * near**1.2)
        line = contour(fortune, f"dune{layer}", waves * (1.7 - 0.9 * near), 256, 0)
        edges.append([middle - rise * (0.4 + 0.8 * near) * value for value in line])
    for layer, edge in enumerate(edges):
        near = layer / (layers - 1)
        lit = 214 - 84 * near
        slope = min(1.0, 2.5 * rise / max(1.0, height - min(edge)))
        until = max(edges[layer + 1]) if layer + 1 < layers else height
        canvas.land(edge, [(0, lit), (slope, lit - 40), (1, lit - 60)], until=until)
        _shade(canvas, edge, min(until, max(edge) + 2 * rise), lit - 62 - 22 * near)


def _layers(canvas: Canvas, usual: int) -> int:
    """More of them where the picture is far higher than wide, or they would lie too far apart."""
    return round(usual * min(3.0, max(1.0, 0.25 / canvas.stretch)))


def _sky(canvas: Canvas, fortune: Fortune, horizon: float, stops: Stops) -> None:
    """A gradient with a little haze, a sun or moon over the horizon, and the light around it."""
    x = fortune.between("sun/x", 0.2, 0.8) * canvas.width
    size = canvas.short * fortune.between("sun/size", 0.06, 0.13)
    y = horizon - fortune.between("sun/y", 0.3, 2.6) * size - 0.02 * canvas.height
    backdrop = Backdrop(canvas.size, stops)
    backdrop.haze(cloud(fortune, "sky", 5, 5), 0.09)
    backdrop.glow(x, y, size * 8, 62)
    canvas.lay(backdrop)
    if fortune.chance("sun/accent", 0.6):
        canvas.disc(x, y, size, [(0, 215), (1, 130)], accent=True)
    else:
        canvas.disc(x, y, size, [(0, 255), (1, 238)])


def _trees(canvas: Canvas, fortune: Fortune, edge: list[float], tone: float) -> None:
    """Firs along the nearest ridge, in groves."""
    count = round(70 * max(1.0, canvas.width / 1024))
    places, sizes = fortune.numbers("tree/x", count), fortune.numbers("tree/size", count)
    groves = contour(fortune, "grove", 4, count, 0.3)
    with canvas.pen(min(edge) - canvas.short * 0.15) as pen:
        for place, size, grove in zip(sorted(places), sizes, groves, strict=True):
            tall = canvas.short * (0.03 + 0.05 * size) * (1 + 0.8 * grove)
            if tall < canvas.short * 0.02:
                continue
            x = place * canvas.width
            foot = edge[int(place * len(edge))] + tall * 0.12
            for tier in range(4):
                top = foot - tall * (1 - tier * 0.2)
                half = tall * (0.07 + 0.05 * tier)
                pen.polygon([(x, top), (x + half, top + tall * 0.36), (x - half, top + tall * 0.36)], tone)


def _shade(canvas: Canvas, edge: list[float], until: float, tone: float) -> None:
    """The lee sides: a crescent below every stretch of the crest that falls by more than a ripple."""
    last = len(edge) - 1
    ripple = 0.1 * (max(edge) - min(edge))
    with canvas.pen(min(edge), until) as pen:
        start = 0
        for place in range(1, len(edge)):
            if edge[place] > edge[place - 1] and place < last:
                continue
            if edge[place - 1] - edge[start] > ripple:
                pen.polygon(_crescent(edge, start, place, canvas.width / last), tone)
            start = place


def _crescent(edge: list[float], start: int, end: int, step: float) -> list[tuple[float, float]]:
    """A shape that hangs from a stretch of the crest, deepest before its middle, thin in the valley."""
    cut = end == len(edge) - 1
    run = range(start, end + cut)
    # At the edges of the picture a crescent is cut off, not narrowed to a tip.
    first, final = 0.35 if start == 0 else 0.0, 0.7 if cut else 1.0
    shares = [first + (final - first) * at / (len(run) - 1) for at in range(len(run))]
    drop = edge[end - 1] - edge[start]
    depths = [drop * 2.6 * share**0.8 * (1 - share) ** 1.3 for share in shares]
    lower = [(at * step - depth * 0.35, edge[at] + depth) for at, depth in zip(run, depths, strict=True)]
    if cut:
        lower.append((run[-1] * step + 2, lower[-1][1]))
    return [(at * step, edge[at]) for at in run] + lower[::-1]
