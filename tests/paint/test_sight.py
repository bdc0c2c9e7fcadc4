"""Whatever is looked at, the answer is what it shows or a sentence that says why not."""

import struct
import zlib
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mjsim.core.artwork import Observation
from mjsim.core.error import InvalidImage
from mjsim.core.ratio import Size
from mjsim.paint.sight import THUMBNAIL, look

FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP")


def saved(image, image_format="PNG", **more):
    file = BytesIO()
    image.save(file, image_format, **more)
    return file.getvalue()


def halves(first, second, size=(120, 80)):
    image = Image.new("RGB", size, first)
    image.paste(second, (0, 0, size[0] // 4, size[1]))
    return image


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, *extra):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + b"".join(extra)
        + chunk(b"IDAT", zlib.compress(b"\0" * 999))
        + chunk(b"IEND", b"")
    )


def refusal(data):
    with pytest.raises(InvalidImage) as caught:
        look(data)
    text = str(caught.value)
    assert text.startswith("the data is ")
    assert text.endswith(".")
    return text


@pytest.mark.parametrize("image_format", FORMATS)
def test_size_and_colours_are_seen_in_every_format(image_format):
    """Three quarters teal, one quarter orange, whatever the file is."""
    seen, thumbnail = look(saved(halves((0, 128, 128), (255, 128, 0)), image_format))
    assert seen.size == Size(120, 80)
    (first, share), (second, rest) = seen.colours[:2]
    assert abs(share - 0.75) < 0.06
    assert abs(rest - 0.25) < 0.06
    assert all(abs(a - b) < 12 for a, b in zip(first.to_bytes(3), (0, 128, 128), strict=True))
    assert all(abs(a - b) < 12 for a, b in zip(second.to_bytes(3), (255, 128, 0), strict=True))
    assert Image.open(BytesIO(thumbnail)).size == (120, 80)


def test_light_contrast_and_colour_are_measured_from_0_to_1():
    """Black, white, half of each, and pure red lie where they must."""
    black, white, both, red = (
        look(saved(image))[0]
        for image in (
            Image.new("L", (64, 64), 0),
            Image.new("L", (64, 64), 255),
            Image.linear_gradient("L").point(lambda v: 255 * (v > 127)),
            Image.new("RGB", (64, 64), "red"),
        )
    )
    assert (black.brightness, black.contrast, black.saturation) == (0, 0, 0)
    assert (white.brightness, white.contrast, white.saturation) == (1, 0, 0)
    assert both.contrast == pytest.approx(1, abs=0.01)
    assert both.brightness == pytest.approx(0.5, abs=0.01)
    assert red.saturation == 1
    assert red.colours == ((0xFF0000, 1.0),)


@pytest.mark.parametrize("image_format", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_size_and_thumbnail_follow_the_orientation(image_format, orientation):
    """A picture that was taken sideways is seen upright, as Pillow's own transposition has it."""
    from PIL import ImageOps

    image = halves("white", "black", (80, 40))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = saved(image, image_format, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(BytesIO(data)))
    seen, thumbnail = look(data)
    assert (seen.size.width, seen.size.height) == upright.size
    shown = Image.open(BytesIO(thumbnail)).convert("L")
    for place in ((0.05, 0.5), (0.95, 0.5), (0.5, 0.05), (0.5, 0.95)):
        at = (int(place[0] * shown.width), int(place[1] * shown.height))
        assert abs(shown.getpixel(at) - upright.convert("L").getpixel(at)) < 40


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_are_seen_as_white(mode):
    """Nothing on white paper is white, not black."""
    image = Image.new("RGBA", (40, 40), (0, 0, 0, 0)).convert(mode)
    assert look(saved(image, transparency=0) if mode == "P" else saved(image))[0].colours == ((0xFFFFFF, 1.0),)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_mode_of_png_can_be_seen(mode):
    """Also sixteen bits of grey, which keep their lightness."""
    image = Image.new("I;16", (50, 20), 0xC000) if mode == "I;16" else Image.new("L", (50, 20), 255).convert(mode)
    seen = look(saved(image))[0]
    assert seen.brightness == pytest.approx(0.75 if mode == "I;16" else 1, abs=0.01)


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1), (31, 17), (257, 3), (2000, 1000)])
def test_a_thumbnail_is_at_most_256_wide_and_high_and_never_enlarged(size):
    """It keeps the ratio as well as whole pixels can."""
    thumbnail = Image.open(BytesIO(look(saved(Image.new("RGB", size, "olive")))[1]))
    assert thumbnail.mode == "RGB"
    assert max(thumbnail.size) == min(THUMBNAIL, max(size))
    assert min(thumbnail.size) == max(1, round(min(size) * min(1, THUMBNAIL / max(size))))
    assert thumbnail.format == ("PNG" if max(size) <= 32 else "WEBP")


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "CMYK"])
def test_large_pictures_are_reduced_in_every_mode(mode):
    """Above the sizes from which shortcuts are taken."""
    image = Image.new("L", (3000, 2200), 255).convert(mode)
    data = saved(image, "JPEG" if mode == "CMYK" else "PNG")
    seen, thumbnail = look(data)
    assert seen.size == Size(3000, 2200)
    assert seen.brightness > 0.98
    assert Image.open(BytesIO(thumbnail)).size == (256, 188)


@pytest.mark.parametrize("image_format", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_seen(image_format):
    """However many follow."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "lime", "blue")]
    data = saved(frames[0], image_format, save_all=True, append_images=frames[1:], duration=50)
    assert look(data)[0].colours[0][0] >> 16 > 200


def test_what_is_no_picture_is_refused_with_a_sentence():
    """It names what would be read."""
    for data in (
        b"hello",
        b"<svg/>",
        b"\0" * 64,
        saved(Image.new("L", (9, 9)), "TIFF"),
        saved(Image.new("L", (9, 9)), "ICO"),
    ):
        assert "not a picture that can be read (PNG, JPEG, WebP, GIF, BMP)" in refusal(data)
    assert "empty" in refusal(b"")


def test_huge_pictures_are_refused_by_their_declared_size():
    """Size and limit are named, and nothing is decoded: the data is not there."""
    vp8x = b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + (59_999).to_bytes(3, "little") * 2
    gif = b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"," + struct.pack("<4HB", 0, 0, 60_000, 60_000, 0)
    bmp = b"BM" + b"\0" * 12 + struct.pack("<Iii", 40, 60_000, -60_000) + b"\0" * 40
    jpeg = bytearray(saved(Image.new("L", (8, 8)), "JPEG"))
    at = jpeg.index(b"\xff\xc0")
    jpeg[at + 5 : at + 9] = struct.pack(">HH", 60_000, 60_000)
    for data in (png(60_000, 60_000), vp8x, gif, bmp, bytes(jpeg)):
        text = refusal(data)
        assert "60000 by 60000" in text
        assert "40 megapixels" in text
    assert "40 megapixels" in refusal(png(6_400, 6_300))


def test_a_size_that_is_told_twice_must_be_the_same():
    """Or a small one, where the size usually stands, would open the door for a large one behind it."""
    decoy = chunk(b"tEXt", struct.pack(">II", 8, 8) + b"Note\0")
    whole = png(1_000, 1_000)
    assert "twice" in refusal(whole[:8] + decoy + whole[8:])


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_truncated_picture_is_refused(image_format):
    """Wherever it ends."""
    data = saved(Image.radial_gradient("L").convert("RGB"), image_format)
    for share in (0.001, 0.01, 0.1, 0.5, 0.9):
        refusal(data[: max(2, int(len(data) * share))])


def test_text_that_unpacks_to_megabytes_is_refused():
    """A small file must not fill the memory."""
    chunks = PngInfo()
    chunks.add_text("Comment", "a" * 3_000_000, zip=True)
    assert "too large" in refusal(saved(Image.new("L", (9, 9)), pnginfo=chunks))


def test_a_file_of_countless_parts_is_refused():
    """It would only keep us busy."""
    countless = chunk(b"zzZz", b"") * 100_001
    assert "parts" in refusal(png(8, 8, countless))
    jpeg = saved(Image.new("L", (8, 8)), "JPEG")
    assert "parts" in refusal(jpeg[:2] + b"\xff\xfe\0\2" * 100_001 + jpeg[2:])
    assert "parts" in refusal(b"GIF89a" + struct.pack("<HHBBB", 9, 9, 0, 0, 0) + b"!\xfe" + b"\1a" * 100_001)


def test_pictures_without_pixels_are_refused():
    """A side of zero has nothing to show."""
    assert "both sides" in refusal(png(0, 5))


def test_broken_metadata_does_not_spoil_a_picture():
    """Broken EXIF and broken animations, of which Pillow warns, are left out: warnings are errors here."""
    image = Image.new("RGB", (64, 64), "navy")
    for exif in (b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40):
        for image_format in ("JPEG", "PNG", "WEBP"):
            assert look(saved(image, image_format, exif=exif))[0].size == Size(64, 64)
    whole = saved(image)
    animated = whole[:33] + chunk(b"acTL", b"\0" * 8) + whole[33:]
    assert look(animated)[0].size == Size(64, 64)


@given(
    st.sampled_from(FORMATS),
    st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6)), max_size=5),
    st.floats(0, 1),
)
@settings(max_examples=250)
def test_damaged_pictures_are_seen_or_refused_and_nothing_else(image_format, damages, length):
    """No exception but `InvalidImage`, no warning, and values in their ranges."""
    data = bytearray(SAMPLES[image_format])
    for place, noise in damages:
        at = int(place * len(data))
        data[at : at + len(noise)] = noise
    check(bytes(data[: max(1, int(len(data) * (0.2 + length)))]))


@given(
    st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF89a", b"BM", b"RIFF\0\0\0\0WEBP", b"RIFF\0\0\0\0WEBPVP8X"]
    ),
    st.binary(max_size=200),
)
@settings(max_examples=250)
def test_random_bytes_are_seen_or_refused_and_nothing_else(start, rest):
    """The first bytes of every format included."""
    check(start + rest)


def check(data):
    try:
        seen, thumbnail = look(data)
    except InvalidImage:
        refusal(data)
        return
    assert isinstance(seen, Observation)
    assert 1 <= len(seen.colours) <= 6
    assert sum(share for _, share in seen.colours) == pytest.approx(1)
    assert all(0 <= value <= 1 for value in (seen.brightness, seen.contrast, seen.saturation))
    assert [share for _, share in seen.colours] == sorted((share for _, share in seen.colours), reverse=True)
    Image.open(BytesIO(thumbnail)).load()


SAMPLES = {
    image_format: saved(Image.radial_gradient("L").resize((48, 32)).convert("RGB"), image_format)
    for image_format in FORMATS
}
