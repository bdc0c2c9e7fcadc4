"""What has no sharp edges is painted at a quarter of the size, at a sixteenth of the cost, and enlarged."""

from math import ceil, floor

from PIL import Image, ImageChops

from mjsim.core.ratio import Size
from mjsim.paint.relief import Stops, gradient

COARSE = 4
_RIM = 181
"""What Pillow's radial gradient has reached at the middle of its sides; only its corners are darker."""


class Backdrop:
    """A soft ground of tones; all coordinates are those of the canvas that it is made for."""

    def __init__(self, size: Size, stops: Stops) -> None:
        self._across, self._down = ceil(size.width / COARSE), ceil(size.height / COARSE)
        self.tone = gradient(stops, self._across, self._down).copy()

    def glow(self, x: float, y: float, radius: float, strength: float) -> None:
        """Lighten the surroundings of a point, fading out at `radius`."""
        x, y, radius = x / COARSE, y / COARSE, radius / COARSE
        left, upper = max(0, floor(x - radius)), max(0, floor(y - radius))
        right, lower = min(self._across, ceil(x + radius)), min(self._down, ceil(y + radius))
        if right <= left or lower <= upper:
            return
        light = Image.radial_gradient("L").point([round(strength * max(0, 1 - v / _RIM) ** 2) for v in range(256)])
        first, second, third, fourth = (
            min(256.0, max(0.0, 128 + 128 * offset / radius)) for offset in (left - x, upper - y, right - x, lower - y)
        )
        patch = light.resize((right - left, lower - upper), Image.Resampling.BILINEAR, (first, second, third, fourth))
        area = (left, upper, right, lower)
        self.tone.paste(ImageChops.add(self.tone.crop(area), patch), area)

    def haze(self, field: Image.Image, strength: float) -> None:
        """Lighten and darken by a small field of tones around 128, stretched over the whole."""
        table = [round(128 + (v - 128) * strength) for v in range(256)]
        wide = field.resize(self.tone.size, Image.Resampling.BICUBIC).point(table)
        self.tone = ImageChops.add(self.tone, wide, 1, -128)

    def shine(self, light: Image.Image) -> None:
        """Add a light, from 0 to 255, stretched over the whole; nothing becomes brighter than white."""
        self.tone = ImageChops.screen(self.tone, light.resize(self.tone.size, Image.Resampling.BICUBIC))

    def spread(self, size: Size) -> Image.Image:
        """The ground at the size of the canvas."""
        box = (0, 0, size.width / COARSE, size.height / COARSE)
        return self.tone.resize((size.width, size.height), Image.Resampling.BILINEAR, box)
