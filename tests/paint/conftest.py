"""What the tests of pictures share: small recipes, and files turned back into pixels."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from mjsim.core.artwork import Artwork, Caption, ImageFormat, Picture
from mjsim.core.ratio import Size
from mjsim.paint.easel import paint

CAPTION = Caption("5a1c", "a quiet valley at first light", "--ar 1:1")


@pytest.fixture
def pixels() -> Callable[..., Image.Image]:
    """Renders a picture and decodes its file to RGB."""

    def render(
        artwork: Artwork,
        index: int,
        *,
        doubled: bool = False,
        prompt: str = CAPTION.prompt,
        image_format: ImageFormat = ImageFormat.PNG,
        inputs: tuple[bytes, ...] = (),
    ) -> Image.Image:
        caption = Caption(CAPTION.job_id, prompt, CAPTION.parameters)
        file = paint(Picture(artwork, index, doubled), caption, image_format, inputs)
        return Image.open(BytesIO(file)).convert("RGB")

    return render


@pytest.fixture
def recipe() -> Callable[..., Artwork]:
    """A recipe of a size that is quick to draw."""

    def make(seed: int = 1, width: int = 192, height: int = 192, **more: object) -> Artwork:
        return Artwork(seed, Size(width, height), **more)

    return make


@pytest.fixture
def distance() -> Callable[[Image.Image, Image.Image], float]:
    """How far two pictures of one size lie apart on average, in levels of 255."""

    def measure(first: Image.Image, second: Image.Image) -> float:
        from PIL import ImageChops, ImageStat

        return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3

    return measure
