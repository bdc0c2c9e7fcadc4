"""What a file says about itself, and that it is always the same file."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mjsim.core.artwork import Artwork, Caption, ImageFormat, Picture
from mjsim.core.ratio import Size
from mjsim.paint.easel import paint
from mjsim.paint.file import encode
from mjsim.paint.sight import look

BLANK = Image.new("RGB", (8, 8), "teal")
ANY = st.text(st.characters(exclude_categories=()), max_size=200)


def held_by_png(text):
    return "".join("\ufffd" if char == "\0" or "\ud800" <= char <= "\udfff" else char for char in text)


@given(ANY, ANY, ANY)
@settings(max_examples=120, deadline=None)
def test_png_holds_any_caption_in_its_text_chunks(job, prompt, parameters):
    """Losslessly but for NUL and lone surrogates, which UTF-8 text chunks cannot hold."""
    file = encode(BLANK, Caption(job, prompt, parameters), ImageFormat.PNG)
    text = Image.open(BytesIO(file)).text
    assert text["Software"] == "mjsim"
    assert (text["Job"], text["Description"]) == (held_by_png(job), held_by_png(prompt))
    assert text["Parameters"] == held_by_png(parameters)
    assert look(file)[0].prompt == held_by_png(prompt)


@given(ANY, ANY, ANY)
@settings(max_examples=120, deadline=None)
def test_webp_holds_any_caption_in_well_formed_xmp(job, prompt, parameters):
    """An XML parser reads it, and so do we; what XML cannot hold is replaced, the rest is as it was."""
    file = encode(BLANK, Caption(job, prompt, parameters), ImageFormat.WEBP)
    packet = Image.open(BytesIO(file)).info["xmp"]
    texts = {element.tag.rpartition("}")[2]: element.text or "" for element in ET.fromstring(packet).iter()}
    seen = look(file)[0].prompt
    assert texts["CreatorTool"] == "mjsim"
    assert texts["li"] == seen
    assert len(seen) == len(prompt)
    assert all(b in {a, "\ufffd"} for a, b in zip(prompt, seen, strict=True))
    assert [c for c in prompt if " " <= c <= "\ud7ff"] == [c for c in seen if " " <= c <= "\ud7ff"]
    assert (len(texts["identifier"]), len(texts["Label"])) == (len(job), len(parameters))


@pytest.mark.parametrize("image_format", list(ImageFormat))
@pytest.mark.parametrize("prompt", ["x" * 4000, "😀" * 4000, "<&]]>'\"{}\r\n\t", "\u202e\u2066 right to left", ""])
def test_prompts_come_back_from_the_file(image_format, prompt):
    """Long, astral, marked up, bidirectional or empty: `look` reads what was painted."""
    picture = Picture(Artwork(1, Size(96, 64)), 1)
    file = paint(picture, Caption("j", prompt, "--v 7"), image_format, ())
    assert look(file)[0].prompt == prompt


@pytest.mark.parametrize("image_format", list(ImageFormat))
def test_only_our_own_files_tell_a_prompt(image_format):
    """A description in anybody else's file is not taken for a prompt."""
    from PIL.PngImagePlugin import PngInfo

    chunks, file = PngInfo(), BytesIO()
    chunks.add_text("Software", "another program")
    chunks.add_text("Description", "not a prompt")
    xmp = (
        b"<x:xmpmeta><xmp:CreatorTool>other</xmp:CreatorTool><dc:description>not a prompt</dc:description></x:xmpmeta>"
    )
    more = {"pnginfo": chunks} if image_format is ImageFormat.PNG else {"xmp": xmp}
    BLANK.save(file, image_format.name, **more)
    assert look(file.getvalue())[0].prompt is None


def test_the_job_is_only_in_the_metadata():
    """Another job id and other flags give other bytes and the same pixels."""
    picture = Picture(Artwork(1, Size(96, 64)), 1)
    first, second = (
        paint(picture, Caption(job, "p", flags), ImageFormat.PNG, ()) for job, flags in (("a", "b"), ("c", "d"))
    )
    assert first != second
    assert Image.open(BytesIO(first)).tobytes() == Image.open(BytesIO(second)).tobytes()


DIGEST = """
import hashlib
from mjsim.core.artwork import *
from mjsim.core.ratio import Size
from mjsim.paint.easel import paint
found = hashlib.sha256()
for seed in range(10):
    picture = Picture(Artwork(seed, Size(128, 96), chaos=7, steps=(Step(2, 5),), tint=(0x336699,)), seed % 5)
    for image_format in ImageFormat:
        found.update(paint(picture, Caption("j", "determined", "--c 7"), image_format, ()))
print(found.hexdigest())
"""


def test_equal_pictures_are_equal_bytes_in_any_thread_and_process():
    """Neither hash seeds nor the order of work nor the thread matter."""
    found = {
        subprocess.run(
            [sys.executable, "-c", DIGEST], capture_output=True, text=True, check=True, env={"PYTHONHASHSEED": seed}
        ).stdout
        for seed in ("1", "2")
    }
    assert len(found) == 1
    pictures = [Picture(Artwork(seed, Size(128, 96)), 1) for seed in range(12)] * 3
    with ThreadPoolExecutor(4) as pool:
        files = list(pool.map(lambda p: paint(p, Caption("j", "in threads", ""), ImageFormat.PNG, ()), pictures))
    assert files == [paint(p, Caption("j", "in threads", ""), ImageFormat.PNG, ()) for p in pictures]
