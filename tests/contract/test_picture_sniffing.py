"""The first bytes of a picture tell its type and its size, in every form of both formats."""

import io

import pytest
from PIL import Image

from mjsim_contracts.server.picture import sniff


def saved(form, **options):
    file = io.BytesIO()
    Image.new(options.pop("mode", "RGB"), (300, 17), 40).save(file, form, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (saved("PNG"), "image/png"),
        (saved("WEBP", lossless=True), "image/webp"),
        (saved("WEBP", quality=50), "image/webp"),
        (saved("WEBP", quality=50, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0"), "image/webp"),
    ],
    ids=["png", "webp lossless", "webp lossy", "webp extended"],
)
def test_what_a_library_wrote_is_read(content, media_type):
    assert sniff(content) == (media_type, 300, 17)


@pytest.mark.parametrize(
    "content", [b"", b"<html>", saved("JPEG"), saved("PNG")[:20], saved("WEBP")[:25], b"RIFF????WEBPVP9 " + b"\0" * 20]
)
def test_anything_else_is_no_picture(content):
    assert sniff(content) is None
