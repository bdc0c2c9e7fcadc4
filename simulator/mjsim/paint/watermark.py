"""A watermark stands across a picture, large enough to be seen at a glance and faint enough to leave the picture to see."""

from PIL import Image, ImageDraw

from mjsim.paint.lettering import EXCERPT, legible, lettering, sized_font

_SHARE = 0.8
"""How much of the picture's width the text takes, where that leaves it as high as letters may be."""
_TALLEST = 0.14
_INK, _EDGE = 150, 90


def stamp(image: Image.Image, text: str) -> None:
    """Write the text across the middle of a picture in mode L or RGB, light with a dark edge: any ground shows it."""
    words = legible(text[:EXCERPT])
    if not words:
        return
    width, height = image.size
    with lettering:
        size = max(10, min(round(_TALLEST * height), round(100 * _SHARE * width / sized_font(100).getlength(words))))
        ink, edge = (_mask(image.size, words, size, stroke) for stroke in (0, max(1, size // 24)))
    bands = len(image.getbands())
    image.paste((0,) * bands, (0, 0, width, height), edge.point(lambda tone: tone * _EDGE // 255))
    image.paste((255,) * bands, (0, 0, width, height), ink.point(lambda tone: tone * _INK // 255))


def _mask(area: tuple[int, int], words: str, size: int, stroke: int) -> Image.Image:
    mask = Image.new("L", area)
    middle = (area[0] / 2, area[1] / 2)
    ImageDraw.Draw(mask).text(middle, words, fill=255, font=sized_font(size), anchor="mm", stroke_width=stroke)
    return mask
