"""Every tile says its number, what it was asked to show, and its true size, small and readable on any ground."""

import unicodedata
from functools import lru_cache
from threading import Lock
from typing import cast

from PIL import Image, ImageDraw, ImageFont, ImageStat

from mjsim.paint.relief import gradient

ELLIPSIS = "…"
REPLACEMENT = "·"
"""Stands for a character that Pillow's own font has no glyph for."""
EXCERPT = 200
"""No line holds more characters, so no more of a prompt are looked at."""

# Close enough to be read, where a compatibility decomposition gives nothing.
_SPELT = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L"}
    | {"\N{EN DASH}": "-", "\N{EM DASH}": "-", "\N{HYPHEN}": "-", "\N{MINUS SIGN}": "-", "\N{BULLET}": "·"}
    | {"\N{MULTIPLICATION SIGN}": "x", "„": '"', "\N{SINGLE LOW-9 QUOTATION MARK}": "'"}
)
_DROPPED = {"Cc", "Cf", "Cs", "Mn", "Me"}
_BRIGHT = 140

# Pillow's fonts keep state while they measure and draw, and several threads letter at once.
lettering = Lock()


def letter(image: Image.Image, index: int, prompt: str, scale: int = 1) -> None:
    """Write into the lower edge of a tile in mode L (tones) or RGB; what does not fit is left out or cut.

    The size that it says is of the finished picture, each side `scale` times that of `image`.
    """
    width, height = image.size
    size = min(22, max(11, round(min(width, height) * 0.0165)))
    tall = min(height, 3 * size)
    area = (0, height - tall, width, height)
    ground = image.crop(area)
    light = ImageStat.Stat(ground.convert("L")).mean[0] < _BRIGHT
    back, front = (0, 255) if light else (255, 0)
    # A veil of the opposite lightness keeps the letters readable where the ground is mixed.
    veil = gradient([(0, 0), (1, 96)], width, tall)
    image.paste((back,) * len(image.getbands()), area, veil)
    excerpt = legible(prompt)
    with lettering:
        ink = _line((width, tall), size, (str(index), excerpt, str(scale * width), str(scale * height)))
    image.paste((front,) * len(image.getbands()), area, ink)


def legible(prompt: str) -> str:
    """The start of a prompt in characters that the font has, on one line."""
    found: list[str] = []
    for char in unicodedata.normalize("NFKD", prompt[:EXCERPT].translate(_SPELT)):
        if char.isspace():
            found.append(" ")
        elif unicodedata.category(char) not in _DROPPED:
            found.append(char if _has(char) else REPLACEMENT)
    return " ".join("".join(found).split())


def _line(area: tuple[int, int], size: int, texts: tuple[str, str, str, str]) -> Image.Image:
    """A mask of the line: number and excerpt at the left, width by height at the right."""
    index, excerpt, across, down = texts
    font = sized_font(size)
    mask = Image.new("L", area)
    draw = ImageDraw.Draw(mask)
    left, right = round(1.2 * size), area[0] - round(1.2 * size)
    base = area[1] - round(1.1 * size)
    draw.text((left, base), index, fill=255, font=font, anchor="ls")
    left += round(font.getlength(index) + 0.9 * size)
    start = round(right - font.getlength(across) - size - font.getlength(down))
    if start > left:
        draw.text((start, base), across, fill=210, font=font, anchor="ls")
        cross = start + font.getlength(across) + size / 2 + 1
        draw.text((start + font.getlength(across) + size, base), down, fill=210, font=font, anchor="ls")
        sign = _times(size)
        mask.paste(sign, (round(cross - sign.width / 2), round(base - 0.34 * size - sign.height / 2)))
        right = start - size
    draw.text((left, base), _cut(excerpt, font, min(right - left, 46 * size)), fill=225, font=font, anchor="ls")
    return mask


def _cut(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    """As much of the text as fits, with an ellipsis where something is missing."""
    if font.getlength(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if font.getlength(text[:middle].rstrip() + ELLIPSIS) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + ELLIPSIS if low else ""


@lru_cache(maxsize=32)
def sized_font(size: int) -> ImageFont.FreeTypeFont:
    """The font at a size in pixels; measure and draw while `lettering` is held."""
    # Asked for a size, Pillow gives its scalable font.
    return cast("ImageFont.FreeTypeFont", ImageFont.load_default(size))


@lru_cache(maxsize=32)
def _times(size: int) -> Image.Image:
    """The sign of multiplication, which the font lacks: its plus, turned."""
    font = sized_font(round(1.3 * size))
    box = font.getbbox("+", anchor="ls")
    plus = Image.new("L", (round(box[2] - box[0]), round(box[3] - box[1])))
    ImageDraw.Draw(plus).text((-box[0], -box[1]), "+", fill=210, font=font, anchor="ls")
    return plus.rotate(45, Image.Resampling.BICUBIC, expand=True)


@lru_cache(maxsize=4096)
def _has(char: str) -> bool:
    with lettering:
        glyph, missing = (sized_font(16).getmask(each) for each in (char, "\U000fffff"))
    return glyph.size != missing.size or bytes(glyph) != bytes(missing)
