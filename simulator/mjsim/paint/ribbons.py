"""Abstract: sheets of paper or silk that lie over each other, every edge casting a soft shadow."""

from math import pi, sin

from mjsim.paint.canvas import Canvas
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import contour

_LONG = 2.2
"""From this ratio of the sides on, sheets lie along the longer one."""


def ribbons(canvas: Canvas, fortune: Fortune) -> None:
    """Flowing sheets from light to dark, one of them in the accent's colours."""
    upright = canvas.stretch < 1 / _LONG or (canvas.stretch < _LONG and fortune.chance("upright", 0.4))
    if upright:
        canvas.turn()
    width, height = canvas.width, canvas.height
    sheets = fortune.whole("sheets", 5, 6)
    dark_first = fortune.chance("dark", 0.4)
    canvas.flood([(0, 30), (1, 60)] if dark_first else [(0, 245), (1, 220)], 0)
    bold = fortune.whole("bold", 1, sheets - 2)
    common = contour(fortune, "flow", 1.6 * max(1.0, canvas.stretch**0.8), 240, 0)
    swing = min(height * 0.26, width * 0.3)
    edges = []
    for sheet in range(sheets):
        place = (sheet + 0.75) / (sheets + 0.4)
        own = contour(fortune, f"sheet{sheet}", 1.8 * max(1.0, canvas.stretch**0.8), 240, 0)
        share = 0.55 + 0.25 * sin(pi * place)
        bends = [share * flow + (1 - share) * 0.8 * bend for flow, bend in zip(common, own, strict=True)]
        edges.append([place * height - swing * bend for bend in bends])
    for sheet, edge in enumerate(edges):
        place = (sheet + 0.75) / (sheets + 0.4)
        tone = 36 + 206 * (place if dark_first else 1 - place)
        canvas.shadow(edge, swing * 0.34, 62)
        reach = min(1.0, 2.4 * swing / max(1.0, height - max(0.0, min(edge))))
        until = max(edges[sheet + 1]) if sheet + 1 < sheets else height
        canvas.land(edge, [(0, tone + 26), (reach, tone - 34), (1, tone - 40)], sheet == bold, until)
    if upright:
        canvas.turn()
    if fortune.chance("mirror", 0.5):
        canvas.mirror()
