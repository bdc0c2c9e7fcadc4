"""A blend is made of its inputs' own pixels: each has its part of every tile, and all shine through."""

from PIL import Image, ImageFilter, ImageOps

from mjsim.core.artwork import Artwork
from mjsim.paint.fortune import Fortune
from mjsim.paint.relief import cloud

_COARSE = 4
"""The mixing is done at a quarter of the size: the inputs are thumbnails and hold no finer detail."""


def mixed(artwork: Artwork, index: int, inputs: list[Image.Image]) -> Image.Image:
    """The tile in RGB and at full size; `inputs` are its sources in their order."""
    fortune = Fortune(artwork, index)
    size = artwork.size
    small = (max(1, size.width // _COARSE), max(1, size.height // _COARSE))
    first = fortune.whole("first", 0, len(inputs) - 1)
    weights = [0.7 + 0.6 * number for number in fortune.numbers("weight", len(inputs))]
    total, ground = 0.0, Image.new("RGB", small)
    for place, weight in enumerate(weights):
        which = (first + place) % len(inputs)
        layer = _covering(inputs[which], small, fortune, f"input{which}")
        total += weight
        # Each layer takes its share of what lies below it, so in the end all have theirs.
        ground.paste(layer, mask=_mask(fortune, f"mask{place}", small, weight / total) if place else None)
    return ground.resize((size.width, size.height), Image.Resampling.BICUBIC)


def _covering(image: Image.Image, size: tuple[int, int], fortune: Fortune, label: str) -> Image.Image:
    """The input cut to the tile's ratio, a little closer or further to one side in every tile."""
    centre = (fortune.between(f"{label}/x", 0.2, 0.8), fortune.between(f"{label}/y", 0.2, 0.8))
    zoom = fortune.between(f"{label}/zoom", 1, 1.3)
    wide = (max(size[0], round(size[0] * zoom)), max(size[1], round(size[1] * zoom)))
    larger = ImageOps.fit(image, wide, Image.Resampling.BICUBIC, centering=centre)
    left, top = round((wide[0] - size[0]) * centre[0]), round((wide[1] - size[1]) * centre[1])
    return larger.crop((left, top, left + size[0], top + size[1]))


def _mask(fortune: Fortune, label: str, size: tuple[int, int], share: float) -> Image.Image:
    """Soft islands that take `share` of the area, through which a little of what lies below always shines."""
    ratio = (size[0] / size[1]) ** 0.5
    knots = (max(3, min(12, round(3 * ratio))), max(3, min(12, round(3 / ratio))))
    # Equalized, every tone covers as much of the area, so a threshold is a share.
    field = ImageOps.equalize(cloud(fortune, label, *knots)).resize(size, Image.Resampling.BICUBIC)
    softness, veil = 0.55, 0.08
    table = [
        round(255 * (veil + (1 - 2 * veil) * min(1.0, max(0.0, (share - value / 255) / softness + 0.5))))
        for value in range(256)
    ]
    return field.filter(ImageFilter.GaussianBlur(min(size) / 24)).point(table)
