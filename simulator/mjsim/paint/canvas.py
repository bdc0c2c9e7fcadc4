"""A composition is drawn as lightness alone and coloured at the end, so soft edges run through the palette.

Tone 0 is the darkest colour of a ramp and 255 the lightest. Which of the two ramps colours a pixel is a plane
of its own with hard edges: the eye takes the softness of an edge from its lightness.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import ceil, floor, sqrt

from PIL import Image, ImageChops, ImageDraw

from mjsim.core.ratio import Size
from mjsim.paint.backdrop import COARSE, Backdrop
from mjsim.paint.palette import ENTRIES, MAIN
from mjsim.paint.relief import Point, Stops, below, gradient, nearness

_MAIN_ENTRY = [tone * (MAIN - 1) // 255 for tone in range(256)]
_ACCENT_ENTRY = [MAIN + tone * (ENTRIES - MAIN - 1) // 255 for tone in range(256)]
_STRIPE = 96
_HALF = [0] * 128 + [255] * 128


class Canvas:
    """The tone and the ramp of every pixel of one tile, and the few things that compositions draw."""

    def __init__(self, size: Size) -> None:
        self.width, self.height = size.width, size.height
        self.tone = Image.new("L", (self.width, self.height))
        self._accent: Image.Image | None = None

    @property
    def size(self) -> Size:
        """Width and height in pixels."""
        return Size(self.width, self.height)

    @property
    def short(self) -> int:
        """The shorter side in pixels: the measure for what must fit."""
        return min(self.width, self.height)

    @property
    def mean(self) -> float:
        """The side of a square of the same area: the measure for what should look the same at every ratio."""
        return sqrt(self.width * self.height)

    @property
    def stretch(self) -> float:
        """Width to height."""
        return self.width / self.height

    def lay(self, backdrop: Backdrop) -> None:
        """Put a ground under all that follows."""
        self.tone = backdrop.spread(self.size)

    def flood(self, stops: Stops, top: int) -> None:
        """Fill everything from the row `top` downwards with a gradient, in the main ramp."""
        area = (0, top, self.width, self.height)
        self.tone.paste(gradient(stops, self.width, self.height - top), area)
        if self._accent is not None:
            self._accent.paste(0, area)

    def shadow(self, line: Sequence[float], reach: float, strength: float) -> None:
        """Darken what lies within `reach` pixels above a line, most at the line itself."""
        top = max(0, floor(min(line) - reach))
        bottom = min(self.height, ceil(max(line)) + 1)
        if bottom - top < COARSE:
            return
        rows = range(top, bottom + 2 * COARSE, COARSE)
        field = nearness(line, (ceil(self.width / COARSE), len(rows)), rows, reach)
        patch = field.point([round(strength * (v / 255) ** 2) for v in range(256)])
        step = self.width / (len(line) - 1)
        # In narrow stripes the line rises and falls little, so little that is not shadow has to be enlarged.
        for left in range(0, self.width, _STRIPE):
            right = min(self.width, left + _STRIPE)
            heights = line[floor(left / step) : ceil(right / step) + 1]
            upper, lower = max(0, floor(min(heights) - reach)), min(self.height, ceil(max(heights)) + 1)
            if lower > upper:
                self._darken(patch, (left, upper, right, lower), top)

    def _darken(self, patch: Image.Image, area: tuple[int, int, int, int], top: int) -> None:
        left, upper, right, lower = area
        box = (left / COARSE, (upper - top) / COARSE, right / COARSE, (lower - top) / COARSE)
        soft = patch.resize((right - left, lower - upper), Image.Resampling.BILINEAR, box)
        self.tone.paste(ImageChops.subtract(self.tone.crop(area), soft), area)

    def land(self, line: Sequence[float], stops: Stops, accent: bool = False, until: float | None = None) -> None:
        """Fill what is below a line, whose heights are evenly spaced from edge to edge, by a gradient.

        The gradient reaches from the line's highest point to the lower edge of the canvas. Below the row
        `until` nothing is painted: that is about to be covered anyway.
        """
        top = max(0, floor(min(line)) - 1)
        end = self.height if until is None else min(self.height, ceil(until) + 1)
        valley = min(end, ceil(max(line)) + 1)
        if valley <= top:
            return
        fill = gradient(stops, self.width, self.height - top, end - top)
        mask = below(line, self.width, top, valley)
        self.tone.paste(fill.crop((0, 0, *mask.size)), (0, top), mask)
        self._colour(mask, (0, top), accent)
        if valley < end:
            rest = (0, valley, self.width, end)
            self.tone.paste(fill.crop((0, valley - top, self.width, end - top)), rest)
            if accent or self.has_accents:
                self.accents().paste(255 * accent, rest)

    def disc(self, x: float, y: float, radius: float, stops: Stops, accent: bool = False) -> None:
        """A disc with a vertical gradient from its top to its bottom."""
        side = 2 * ceil(radius) + 2
        self.ball((x, y), radius, gradient(stops, side, side), accent)

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

    def reflect(self, shore: int) -> None:
        """Mirror what is above the row `shore` into what is below it, darker with depth."""
        depth = min(self.height - shore, shore)
        above = self.tone.crop((0, shore - depth, self.width, shore)).transpose(Image.Transpose.FLIP_TOP_BOTTOM)
        dim = gradient([(0, 190), (1, 90)], self.width, depth)
        self.tone.paste(ImageChops.multiply(above, dim), (0, shore))

    @contextmanager
    def pen(self, top: float = 0, bottom: float | None = None) -> Iterator["Pen"]:
        """Draw flat shapes at twice the size between two rows; they become soft-edged when the block ends."""
        upper = min(self.height - 1, max(0, floor(top)))
        lower = self.height if bottom is None else min(self.height, max(upper + 1, ceil(bottom)))
        band = self.tone.crop((0, upper, self.width, lower))
        twice = band.resize((2 * self.width, 2 * (lower - upper)), Image.Resampling.NEAREST)
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

    @property
    def has_accents(self) -> bool:
        """Whether anything was ever drawn in the accent's ramp."""
        return self._accent is not None

    def accents(self) -> Image.Image:
        """The plane of ramps: 255 where the accent's colours the pixel, else 0."""
        if self._accent is None:
            self._accent = Image.new("L", (self.width, self.height))
        return self._accent

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

    def polygon(self, points: Sequence[Point], tone: float, accent: bool | None = False) -> None:
        """A filled shape; `accent` None leaves every pixel in the ramp that it is in."""
        self._draw.polygon(self._twice(points), fill=round(tone))
        if accent is not None and (accent or self._canvas.has_accents):
            ImageDraw.Draw(self._canvas.accents()).polygon(list(points), fill=255 * accent)

    def oval(self, middle: Point, half: Point, tone: float, accent: bool = False) -> None:
        """A filled ellipse with these half axes."""
        (x, y), (across, down) = middle, half
        corners = [(x - across, y - down), (x + across, y + down)]
        self._draw.ellipse(self._twice(corners), fill=round(tone))
        if accent or self._canvas.has_accents:
            ImageDraw.Draw(self._canvas.accents()).ellipse(corners, fill=255 * accent)

    def line(self, points: Sequence[Point], tone: float, width: float) -> None:
        """An open line that bends gently, in the ramp of what lies below it."""
        self._draw.line(self._twice(points), round(tone), max(1, round(2 * width)))

    def _twice(self, points: Sequence[Point]) -> list[Point]:
        return [(2 * x, 2 * (y - self._top)) for x, y in points]
