"""Plants: stems with leaves and buds before a great disc, like a printed herbal."""

from math import atan2, cos, pi, sin

from mjsim.core.value import Frozen
from mjsim.paint.backdrop import Backdrop
from mjsim.paint.canvas import Canvas, Pen
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import Point, cloud, interpolated


class Kind(Frozen):
    """How leaves stand: at every how many joints, in pairs or in turn, how long, slim, spread, tapering."""

    every: int
    paired: bool
    length: float
    slim: float
    spread: float
    taper: float


class Ink(Frozen):
    """A tone, in the accent's ramp or in the main one."""

    tone: float
    accent: bool


_KINDS = (
    Kind(2, True, 1, 0.3, 0.95, 0.65),
    Kind(2, True, 1, 0.18, 0.7, 0.45),
    Kind(1, False, 0.5, 0.5, 1.1, 0.6),
)
_SHARES = [share / 7 for share in range(8)]
_HALVES = [0.55 * sin(pi * share**0.8) for share in _SHARES]
"""How broad half a leaf is along its length, as a share of that and of how slim its kind is."""


def herbal(canvas: Canvas, fortune: Fortune) -> None:
    """A few stems that rise from the lower edge, light behind them."""
    width, height = canvas.width, canvas.height
    paper = Backdrop(canvas.size, [(0, fortune.between("sky", 215, 245)), (1, fortune.between("ground", 175, 225))])
    paper.haze(cloud(fortune, "paper", 5, 5), 0.1)
    canvas.lay(paper)
    size = canvas.short * fortune.between("disc/size", 0.24, 0.36)
    x, y = fortune.between("disc/x", 0.32, 0.68) * width, fortune.between("disc/y", 0.3, 0.5) * height
    if fortune.chance("disc/accent", 0.7):
        canvas.disc(x, y, size, [(0, 205), (1, 150)], accent=True)
    else:
        canvas.disc(x, y, size, [(0, 190), (1, 150)])
    stems = round(fortune.whole("stems", 4, 6) * min(5.0, max(1.0, canvas.stretch)))
    first = fortune.between("first", 0, 1)
    with canvas.pen() as pen:
        for stem in range(stems):
            # The golden ratio spreads any number of places evenly; the nearest stem is the darkest.
            place, near = (first + 0.618 * stem) % 1, stem / (stems - 1)
            _stem(pen, canvas, fortune.under(f"stem{stem}"), (0.08 + 0.84 * place) * width, 150 - 118 * near)


def _stem(pen: Pen, canvas: Canvas, fortune: Fortune, root: float, tone: float) -> None:
    kind = _KINDS[fortune.whole("kind", 0, len(_KINDS) - 1)]
    points = _grown(canvas, fortune, root)
    tall, joints = canvas.height - points[-1][1], len(points) - 1
    pen.line(points, tone, max(1.0, canvas.short * 0.0042))
    long = min(tall * 0.26, canvas.short * 0.2) * fortune.between("long", 0.7, 1.1)
    ink = Ink(tone, fortune.chance("accent", 0.3))
    for joint in range(3, joints, kind.every):
        before, here = points[joint - 1], points[joint]
        along = atan2(here[1] - before[1], here[0] - before[0])
        length = long * kind.length * (1.05 - kind.taper * joint / joints)
        sides = (-1, 1) if kind.paired else (1 - 2 * (joint % 2),)
        for side in sides:
            _leaf(pen, here, along + side * kind.spread, (length, kind.slim * length), ink)
    if fortune.chance("bud", 0.5):
        pen.oval(points[-1], (long * 0.16, long * 0.2), tone + 20, accent=True)
    else:
        _leaf(pen, points[-1], -pi / 2, (long * 0.5, kind.slim * long * 0.5), ink)


def _grown(canvas: Canvas, fortune: Fortune, root: float) -> list[Point]:
    """A winding line from below the lower edge upwards, with a point for every joint."""
    tall = min(canvas.height * fortune.between("tall", 0.45, 0.85), 9.0 * canvas.width)
    joints = max(24, round(24 * tall / (2.2 * canvas.short)))
    lean = [0.0, *[(number - 0.5) * 0.5 for number in fortune.numbers("lean", 3)]]
    reach = 0.6 * min(canvas.width, tall)
    bends = interpolated(lean, joints + 1)
    return [(root + bend * reach, canvas.height + 4 - tall * at / joints) for at, bend in enumerate(bends)]


def _leaf(pen: Pen, foot: Point, angle: float, extent: Point, ink: Ink) -> None:
    """A pointed leaf, so long and so broad, that droops; one half is lighter, which reads as a fold."""
    x, y = foot
    length, broad = extent
    along, across = cos(angle), sin(angle)
    spine = [(x + share * length * along, y + share * length * across + 0.1 * length * share**2) for share in _SHARES]
    rims = [
        [(x - side * half * across, y + side * half * along) for (x, y), half in zip(spine, _HALVES, strict=True)]
        for side in (-broad, broad)
    ]
    pen.polygon(rims[0] + rims[1][::-1], ink.tone, ink.accent)
    pen.polygon(spine + rims[1][::-1], min(255, ink.tone + 16), None)
