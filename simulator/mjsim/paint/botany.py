"""Plants: stems with leaves and buds before a great disc, like a printed herbal."""

from math import atan2, cos, pi, sin

from mjsim.paint.canvas import Canvas, Pen, Point
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import cloud, interpolated


def herbal(canvas: Canvas, fortune: Fortune) -> None:
    """A few stems that rise from the lower edge, light behind them."""
    width, height = canvas.width, canvas.height
    canvas.wash([(0, fortune.between("sky", 215, 245)), (1, fortune.between("ground", 175, 225))])
    canvas.haze(cloud(fortune, "paper", 5, 5), 0.1)
    size = canvas.short * fortune.between("disc/size", 0.24, 0.36)
    x, y = fortune.between("disc/x", 0.32, 0.68) * width, fortune.between("disc/y", 0.3, 0.5) * height
    if fortune.chance("disc/accent", 0.7):
        canvas.disc(x, y, size, [(0, 205), (1, 150)], accent=True)
    else:
        canvas.disc(x, y, size, [(0, 190), (1, 150)])
    stems = round(fortune.whole("stems", 4, 6) * min(5.0, max(1.0, width / height)))
    with canvas.pen() as pen:
        for stem in range(stems):
            near = stem / max(1, stems - 1)
            _stem(pen, canvas, fortune, f"stem{stem}", (stem * 0.618 + fortune.between("first", 0, 1)) % 1, 150 - 118 * near)


def _stem(pen: Pen, canvas: Canvas, fortune: Fortune, label: str, place: float, tone: float) -> None:
    width, height = canvas.width, canvas.height
    root = (0.08 + 0.84 * place) * width
    tall = min(height * fortune.between(f"{label}/tall", 0.45, 0.85), 3.2 * width)
    lean = [0.0, *[(number - 0.5) * 0.5 for number in fortune.numbers(f"{label}/lean", 3)]]
    bends = interpolated(lean, 25)
    reach = min(width, tall)
    points = [(root + bend * reach * 0.6, height + 4 - tall * at / 24) for at, bend in enumerate(bends)]
    pen.line(points, tone, max(1.0, canvas.short * 0.0042))
    kind = fortune.whole(f"{label}/kind", 0, 2)
    long = min(tall * 0.26, canvas.short * 0.2) * fortune.between(f"{label}/long", 0.7, 1.1)
    accent = fortune.chance(f"{label}/accent", 0.3)
    for joint in range(3, 24, (2, 2, 1)[kind]):
        before, here = points[joint - 1], points[joint]
        along = atan2(here[1] - before[1], here[0] - before[0])
        length = long * (1.05 - joint / 24 * (0.65, 0.45, 0.6)[kind])
        slim = (0.3, 0.18, 0.5)[kind]
        for side in (-1, 1):
            if kind == 2 and joint % 2 == (side > 0):
                continue
            _leaf(pen, here, along + side * (0.95, 0.7, 1.1)[kind], length * (1, 1, 0.5)[kind], slim, (tone, accent))
    tip = points[-1]
    if fortune.chance(f"{label}/bud", 0.5):
        pen.oval(*tip, long * 0.16, long * 0.2, tone + 20, accent=True)
    else:
        _leaf(pen, tip, -pi / 2, long * 0.5, (0.3, 0.18, 0.5)[kind], (tone, accent))


def _leaf(pen: Pen, foot: Point, angle: float, length: float, slim: float, ink: tuple[float, bool]) -> None:
    """A pointed leaf with its far half a little lighter, which reads as a fold."""
    tone, accent = ink
    shares = [share / 10 for share in range(11)]
    halves = [slim * length * sin(pi * share**0.8) * 0.55 for share in shares]
    droop = [0.10 * length * share**2 for share in shares]

    def place(share: float, off: float, fall: float) -> Point:
        x, y = share * length, off
        return foot[0] + x * cos(angle) - y * sin(angle), foot[1] + x * sin(angle) + y * cos(angle) + fall

    spine = [place(share, 0, fall) for share, fall in zip(shares, droop, strict=True)]
    for side, lighter in ((-1, 0), (1, 16)):
        rim = [place(s, side * half, fall) for s, half, fall in zip(shares, halves, droop, strict=True)]
        pen.polygon(spine + rim[::-1], min(255, tone + lighter), accent)
