"""A video shows its picture, moves inside it, and is the same file each time; a watermark is seen on any ground."""

import io

import pytest
from PIL import Image, ImageChops, ImageStat

from mjsim.core.artwork import Artwork, Picture
from mjsim.core.film import Clip, Motion
from mjsim.core.ratio import Size
from mjsim.paint.film import RATE, film
from mjsim.paint.watermark import stamp

av = pytest.importorskip("av")

FRAME = Picture(Artwork(1, Size(64, 64)), 1)


SMALL = Size(96, 64)


def clip(size=SMALL, motion=Motion.HIGH, scenes=(7,)):
    return Clip(FRAME, size, motion, scenes)


def frames(data):
    with av.open(io.BytesIO(data)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


@pytest.mark.parametrize("size", [Size(96, 64), Size(104, 40), Size(16, 16)])
def test_every_frame_has_the_colours_of_its_picture_whatever_the_size(size):
    """No edge of nothing comes into view, and widths that are no multiple of the encoder's rows are whole."""
    shown = frames(film(clip(size), Image.new("RGB", (200, 120), (200, 60, 20))))
    assert len(shown) == 5 * RATE
    for frame in shown[::20]:
        assert frame.size == (size.width, size.height)
        assert all(high - low < 16 for low, high in frame.getextrema())
        assert all(abs(a - b) < 16 for a, b in zip(ImageStat.Stat(frame).mean, (200, 60, 20), strict=True))


def test_the_first_frame_is_the_picture_and_the_view_comes_close():
    picture = Image.linear_gradient("L").resize((96, 64)).convert("RGB")
    shown = frames(film(clip(), picture))
    assert max(ImageStat.Stat(ImageChops.difference(shown[0], picture)).mean) < 6
    low, high = shown[-1].convert("L").getextrema()
    assert high - low < 0.7 * 255


def test_equal_recipes_give_equal_bytes_and_other_scenes_others():
    picture = Image.linear_gradient("L").resize((96, 64))
    assert film(clip(), picture) == film(clip(), picture) != film(clip(scenes=(8,)), picture)


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_watermark_is_seen_on_any_ground(ground, mode):
    image = Image.new(mode, (400, 300), (ground,) * len(mode) if mode == "RGB" else ground)
    bare = image.copy()
    stamp(image, "mark")
    changed = ImageChops.difference(image, bare).convert("L").point(lambda level: 255 if level > 30 else 0)
    assert 0.005 < ImageStat.Stat(changed).mean[0] / 255 < 0.3


@pytest.mark.parametrize("text", ["", "   ", "\u200b", "x" * 5_000, "\U0001f600", "多"])
def test_any_text_can_be_a_watermark(text):
    image = Image.new("RGB", (64, 64))
    stamp(image, text)
    assert image.size == (64, 64)
