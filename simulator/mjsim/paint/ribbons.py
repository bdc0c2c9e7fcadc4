"""Abstract: sheets of paper or silk that lie over each other, every edge casting a soft shadow."""

from math import pi, sin

from mjsim.paint.canvas import Canvas
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import cloud, contour


def ribbons(canvas: Canvas, fortune: Fortune) -> None:
    """Flowing sheets from light to dark, one of them in the accent's colours."""
    if upright := canvas.height > 2.2 * canvas.width or (
        canvas.width < 2.2 * canvas.height and fortune.chance("upright", 0.4)
    ):
        canvas.turn()
    width, height = canvas.width, canvas.height
    sheets = fortune.whole("sheets", 6, 8)
    dark_first = fortune.chance("dark", 0.4)
    canvas.wash([(0, 30 if dark_first else 245), (1, 60 if dark_first else 220)])
    bold = fortune.whole("bold", 1, sheets - 2)
    common = contour(fortune, "flow", 1.6 * max(1.0, (width / height) ** 0.8), 240, 0)
    swing = min(height * 0.26, width * 0.3)
    for sheet in range(sheets):
        place = (sheet + 0.75) / (sheets + 0.4)
        own = contour(fortune, f"sheet{sheet}", 1.8 * max(1.0, (width / height) ** 0.8), 240, 0)
        share = 0.55 + 0.25 * sin(pi * place)
        edge = [
            place * height - swing * (share * flow + (1 - share) * 0.8 * bend)
            for flow, bend in zip(common, own, strict=True)
        ]
        rank = place if dark_first else 1 - place
        tone = 36 + 206 * rank
        canvas.shadow(edge, swing * 0.42, 62)
        reach = min(1.0, 2.4 * swing / max(1.0, height - max(0.0, min(edge))))
        canvas.land(edge, [(0, tone + 26), (reach, tone - 34), (1, tone - 40)], accent=sheet == bold)
    canvas.haze(cloud(fortune, "light", 4, 4), 0.12)
    if upright:
        canvas.turn()
    if fortune.chance("mirror", 0.5):
        canvas.mirror()
