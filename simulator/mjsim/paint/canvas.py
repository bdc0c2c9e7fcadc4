"""A composition is drawn as lightness alone and coloured at the very end, so every soft edge runs through the palette.

Tone 0 is the darkest colour of a ramp and 255 the lightest. Which of the two ramps colours a pixel is a plane of its
own with hard edges: the eye takes the softness of an edge from its lightness.
"""

from array import array
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil, floor

from PIL import Image, ImageChops, ImageDraw, ImageMath

from mjsim.core.ratio import Size
from mjsim.paint.palette import ENTRIES, MAIN

Point = tuple[float, float]
Stops = Sequence[tuple[float, float]]
"""Pairs of position in [0, 1] and tone, in rising order of position."""

_MAIN_ENTRY = [tone * (MAIN - 1) // 255 for tone in range(256)]
_ACCENT_ENTRY = [MAIN + tone * (ENTRIES - MAIN - 1) // 255 for tone in range(256)]
_RIM = 181
"""What Pillow's radial gradient has reached at the middle of its sides; its corners are darker."""
_COARSE = 4
"""Soft shadows are computed for every fourth pixel."""
_HALF = [0] * 128 + [255] * 128


class Canvas:
    """The tone and the ramp of every pixel of one tile, and the few things that compositions draw."""

    def __init__(self, size: Size) -> None:
        self.width, self.height = size.width, size.height
        self.tone = Image.new("L", (self.width, self.height))
        self._accent: Image.Image | None = None

    @property
    def short(self) -> int:
        """The shorter side in pixels: the measure for what must fit."""
        return min(self.width, self.height)

    def wash(self, stops: Stops, top: int = 0, bottom: int | None = None) -> None:
        """Fill the rows from `top` to `bottom` (the lower edge) with a vertical gradient."""
        bottom = self.height if bottom is None else bottom
        if bottom > top:
            self.tone.paste(column(stops, bottom - top).resize((self.width, bottom - top), _NEAREST), (0, top))

    def glow(self, x: float, y: float, radius: float, strength: float, flat: float = 1) -> None:
        """Lighten the surroundings of a point, fading out at `radius`; `flat` below 1 squeezes it vertically."""
        across, down = radius, radius * flat
        left, upper = max(0, floor(x - across)), max(0, floor(y - down))
        right, lower = min(self.width, ceil(x + across)), min(self.height, ceil(y + down))
        if right <= left or lower <= upper:
            return
        light = Image.radial_gradient("L").point([round(strength * max(0, 1 - v / _RIM) ** 2) for v in range(256)])
        box = tuple(
            min(256.0, max(0.0, 128 + 128 * offset))
            for offset in ((left - x) / across, (upper - y) / down, (right - x) / across, (lower - y) / down)
        )
        patch = light.resize((right - left, lower - upper), Image.Resampling.BILINEAR, box=box)
        area = (left, upper, right, lower)
        self.tone.paste(ImageChops.add(self.tone.crop(area), patch), area)

    def haze(self, field: Image.Image, strength: float) -> None:
        """Lighten and darken by a small field of tones around 128, stretched over the canvas."""
        table = [round(128 + (v - 128) * strength) for v in range(256)]
        wide = field.point(table).resize((self.width, self.height), Image.Resampling.BILINEAR)
        self.tone = ImageChops.add(self.tone, wide, 1, -128)

    def land(self, line: Sequence[float], stops: Stops, accent: bool = False) -> None:
        """Fill everything below a line, whose heights in pixels are evenly spaced from edge to edge, by a gradient."""
        top = max(0, floor(min(line)) - 1)
        valley = min(self.height, ceil(max(line)) + 1)
        if top >= self.height or valley <= 0:
            return
        fill = column(stops, self.height - top).resize((self.width, self.height - top), _NEAREST)
        if valley > top:
            mask = _below(line, self.width, top, valley)
            self.tone.paste(fill.crop((0, 0, self.width, valley - top)), (0, top), mask)
            self._colour(mask, (0, top), accent)
        if valley < self.height:
            rest = (0, valley, self.width, self.height)
            self.tone.paste(fill.crop((0, valley - top, self.width, self.height - top)), rest)
            self._colour(Image.new("L", (self.width, self.height - valley), 255), (0, valley), accent)

    def shadow(self, line: Sequence[float], reach: float, strength: float) -> None:
        """Darken what lies within `reach` pixels above a line, most at the line itself."""
        top = max(0, floor(min(line) - reach))
        bottom = min(self.height, ceil(max(line)) + 1)
        if bottom - top < _COARSE:
            return
        small = (self.width // _COARSE + 1, (bottom - top) // _COARSE + 1)
        area = (0, top, self.width, bottom)
        patch = _nearness(line, small, top, reach).point([round(strength * (v / 255) ** 2) for v in range(256)])
        soft = patch.resize((self.width, bottom - top), Image.Resampling.BILINEAR)
        self.tone.paste(ImageChops.subtract(self.tone.crop(area), soft), area)

    def disc(self, x: float, y: float, radius: float, stops: Stops, accent: bool = False) -> None:
        """A disc with a vertical gradient from its top to its bottom."""
        side = 2 * ceil(radius) + 2
        self.ball((x, y), radius, column(stops, side).resize((side, side), _NEAREST), accent)

    def ball(self, middle: Point, radius: float, surface: Image.Image, accent: bool = False) -> None:
        """A disc cut out of a square of tones, which is at least as wide as the disc."""
        side = surface.width
        left, upper = floor(middle[0] - side / 2), floor(middle[1] - side / 2)
        mask = Image.new("L", (2 * side, 2 * side))
        across, down = 2 * (middle[0] - left), 2 * (middle[1] - upper)
        box = (across - 2 * radius, down - 2 * radius, across + 2 * radius, down + 2 * radius)
        ImageDraw.Draw(mask).ellipse(box, fill=255)
        mask = mask.reduce(2)
        self.tone.paste(surface, (left, upper), mask)
        self._colour(mask, (left, upper), accent)

    def flood(self, top: int) -> None:
        """Take everything from the row `top` downwards back to the main ramp."""
        if self._accent is not None:
            self._accent.paste(0, (0, top, self.width, self.height))

    def reflect(self, shore: int) -> None:
        """Mirror what is above the row `shore` into what is below it, darker with depth."""
        depth = min(self.height - shore, shore)
        above = self.tone.crop((0, shore - depth, self.width, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        dim = column([(0, 190), (1, 90)], depth).resize(above.size, _NEAREST)
        self.tone.paste(ImageChops.multiply(above, dim), (0, shore))

    @contextmanager
    def pen(self, top: float = 0, bottom: float | None = None) -> Iterator["Pen"]:
        """Draw flat shapes at twice the size between two rows; they become soft-edged when the block ends."""
        upper = min(self.height - 1, max(0, floor(top)))
        lower = self.height if bottom is None else min(self.height, max(upper + 1, ceil(bottom)))
        band = self.tone.crop((0, upper, self.width, lower))
        twice = band.resize((2 * self.width, 2 * (lower - upper)), _NEAREST)
        yield Pen(self, twice, upper)
        self.tone.paste(twice.reduce(2), (0, upper))

    def mirror(self) -> None:
        """Swap left and right."""
        self._transpose(Image.Transpose.FLIP_LEFT_RIGHT)

    def turn(self) -> None:
        """Swap the axes, so what was the left edge becomes the top."""
        self._transpose(Image.Transpose.TRANSPOSE)
        self.width, self.height = self.height, self.width

    def enlarge(self) -> None:
        """Double both sides."""
        self.width, self.height = 2 * self.width, 2 * self.height
        self.tone = self.tone.resize((self.width, self.height), Image.Resampling.BICUBIC)
        if self._accent is not None:
            self._accent = self._accent.resize((self.width, self.height), Image.Resampling.BILINEAR).point(_HALF)

    def coloured(self, entries: bytes) -> Image.Image:
        """The picture in mode P."""
        image = self.tone.point(_MAIN_ENTRY)
        if self._accent is not None:
            image.paste(self.tone.point(_ACCENT_ENTRY), mask=self._accent)
        image.putpalette(entries)
        return image

    def accents(self) -> Image.Image:
        """The plane of ramps: 255 where the accent's colours the pixel, else 0."""
        if self._accent is None:
            self._accent = Image.new("L", (self.width, self.height))
        return self._accent

    @property
    def has_accents(self) -> bool:
        """Whether anything was ever drawn in the accent's ramp."""
        return self._accent is not None

    def _colour(self, mask: Image.Image, at: tuple[int, int], accent: bool) -> None:
        if accent or self.has_accents:
            box = (*at, at[0] + mask.width, at[1] + mask.height)
            self.accents().paste(255 if accent else 0, box, mask.point(_HALF))

    def _transpose(self, how: Image.Transpose) -> None:
        self.tone = self.tone.transpose(how)
        if self._accent is not None:
            self._accent = self._accent.transpose(how)


class Pen:
    """Flat shapes in the canvas's own coordinates."""

    def __init__(self, canvas: Canvas, twice: Image.Image, top: int) -> None:
        self._canvas = canvas
        self._top = top
        self._draw = ImageDraw.Draw(twice)

    def polygon(self, points: Sequence[Point], tone: float, accent: bool = False) -> None:
        """A filled shape."""
        self._draw.polygon(self._twice(points), fill=round(tone))
        if accent or self._canvas.has_accents:
            ImageDraw.Draw(self._canvas.accents()).polygon(list(points), fill=255 * accent)

    def oval(self, x: float, y: float, across: float, down: float, tone: float, accent: bool = False) -> None:
        """A filled ellipse with these half axes."""
        self._draw.ellipse(self._twice([(x - across, y - down), (x + across, y + down)]), fill=round(tone))
        if accent or self._canvas.has_accents:
            box = (x - across, y - down, x + across, y + down)
            ImageDraw.Draw(self._canvas.accents()).ellipse(box, fill=255 * accent)

    def line(self, points: Sequence[Point], tone: float, width: float) -> None:
        """An open line with rounded joints, in the ramp of what lies below it."""
        self._draw.line(self._twice(points), round(tone), max(1, round(2 * width)), joint="curve")

    def _twice(self, points: Sequence[Point]) -> list[Point]:
        return [(2 * x, 2 * (y - self._top)) for x, y in points]


def column(stops: Stops, height: int) -> Image.Image:
    """A strip one pixel wide that runs through the stops from its top to its bottom."""
    tones = bytearray()
    edges = [(0.0, stops[0][1]), *stops, (1.0, stops[-1][1])]
    for (above, upper), (below, lower) in zip(edges, edges[1:], strict=False):
        start, end = len(tones), round(below * height)
        span = max(1e-9, (below - above) * height)
        slope = (lower - upper) / span
        base = upper - slope * above * height
        tones += bytes([min(255, max(0, round(base + slope * (row + 0.5)))) for row in range(start, end)])
    return Image.frombytes("L", (1, height), bytes(tones))


def _nearness(line: Sequence[float], size: tuple[int, int], top: int, reach: float) -> Image.Image:
    """A small field that rises from 0, `reach` above the line, to 255 at the line and below it."""
    heights = Image.frombytes("F", (len(line), 1), array("f", line).tobytes()).resize((size[0], 1))
    rows = Image.frombytes("F", (1, size[1]), array("f", [top + _COARSE * row for row in range(size[1])]).tobytes())
    field = ImageMath.lambda_eval(
        lambda planes: (planes["rows"] - planes["heights"] + reach) * (255 / reach),
        rows=rows.resize(size),
        heights=heights.resize(size),
    )
    return Image.Image.convert(field, "L")


def _below(line: Sequence[float], width: int, top: int, bottom: int) -> Image.Image:
    """A mask of what lies below the line between two rows."""
    twice = Image.new("L", (2 * width, 2 * (bottom - top)))
    step = 2 * width / (len(line) - 1)
    points = [(place * step, 2 * (y - top)) for place, y in enumerate(line)]
    corners = [(2.0 * width, 2.0 * (bottom - top)), (0.0, 2.0 * (bottom - top))]
    ImageDraw.Draw(twice).polygon(points + corners, fill=255)
    return twice.reduce(2)


_NEAREST = Image.Resampling.NEAREST
