"""Before Pillow sees a file, its format and size are known and bounded, and what is no picture is taken out.

What is taken out is what Pillow warns about (broken EXIF, broken animations) or spends memory on; one still
picture is all that is looked at.
"""

import re
import struct
from collections.abc import Iterator

from mjsim.core.error import InvalidImage
from mjsim.core.ratio import Size
from mjsim.core.value import Frozen

LIMIT = 40_000_000
"""Pictures of more pixels are refused before anything is decoded."""

FORMATS = "PNG, JPEG, WebP, GIF, BMP"

_PNG = b"\x89PNG\r\n\x1a\n"
_UNNEEDED_IN_PNG = {b"acTL", b"fcTL", b"fdAT", b"eXIf", b"iCCP"}
_EXIF, _SCAN = 0xE1, 0xDA
# JFIF (E0) and Adobe (EE) say how colours are stored; the others are profiles, previews and notes.
_APPLICATION = set(range(0xE1, 0xF0)) - {0xEE}
_XMP = b"http://ns.adobe.com/xap/1.0/\0"
_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_ORIENTATION, _SHORT = 0x0112, 3
_OLD_BMP = 12
_GIF_FRAME, _GIF_EXTENSION = 0x2C, 0x21
_MARKER = re.compile(rb"\xff[^\x00\xff]", re.DOTALL)

_PARTS = 100_000
"""A file of more chunks, segments or blocks is built to keep us busy, not to be looked at."""
_TOO_MANY = f"the data is a picture of more than {_PARTS} parts; such files are not read."


class Container(Frozen):
    """A still picture's file: its format, its size as stored, and how EXIF says to turn it (1 to 8)."""

    format: str
    size: Size
    data: bytes
    orientation: int = 1


def unwrap(data: bytes) -> Container:
    """What the file declares; `InvalidImage` where it is none of the formats, cut off early, or too large."""
    if not data:
        raise InvalidImage("the data is empty; a picture was expected.")
    try:
        found = _unwrap(data)
    except (struct.error, IndexError):
        raise InvalidImage("the data is a picture that ends before its size is told.") from None
    size = found.size
    if size.width < 1 or size.height < 1:
        raise InvalidImage(f"the data is a picture of {size.width} by {size.height} pixels; both sides start at 1.")
    if size.width * size.height > LIMIT:
        shown, limit = f"{size.width} by {size.height}", f"{LIMIT // 1_000_000} megapixels"
        raise InvalidImage(f"the data is a picture of {shown} pixels; more than {limit} are not read.")
    return found


def _unwrap(data: bytes) -> Container:
    if data.startswith(_PNG):
        return _png(data)
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return Container("GIF", _gif_size(data), data)
    if data.startswith(b"BM"):
        return Container("BMP", _bmp_size(data), data)
    raise InvalidImage(f"the data is not a picture that can be read ({FORMATS}).")


def _png(data: bytes) -> Container:
    kept = bytearray(_PNG)
    orientation, at = 1, len(_PNG)
    for _ in range(_PARTS):
        if at >= len(data):
            break
        length, kind = struct.unpack_from(">I4s", data, at)
        if kind == b"eXIf":
            orientation = _orientation(data[at + 8 : at + 8 + length])
        if kind not in _UNNEEDED_IN_PNG:
            kept += data[at : at + 12 + length]
        at += 12 + length
    else:
        raise InvalidImage(_TOO_MANY)
    return Container("PNG", Size(*struct.unpack_from(">II", data, 16)), bytes(kept), orientation)


def _jpeg(data: bytes) -> Container:
    kept = bytearray(data[:2])
    size, orientation = None, 1
    for marker, start, end in _segments(data):
        if marker == _SCAN:
            kept += data[start:]
            break
        if marker in _FRAMES:
            height, width = struct.unpack_from(">HH", data, start + 5)
            size = size or Size(width, height)
        if marker == _EXIF and data[start + 4 : start + 10] == b"Exif\0\0":
            orientation = _orientation(data[start + 10 : end])
        if marker not in _APPLICATION or data.startswith(_XMP, start + 4):
            kept += data[start:end]
    if size is None:
        raise InvalidImage("the data is a JPEG without a frame; nothing is in it to be seen.")
    return Container("JPEG", size, bytes(kept), orientation)


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Marker, start and end of every segment up to the first scan."""
    at = 2
    for _ in range(_PARTS):
        found = _MARKER.search(data, at)
        if found is None:
            return
        start, marker = found.end() - 2, data[found.end() - 1]
        at = start + 2 if marker in _ALONE else start + 2 + struct.unpack_from(">H", data, start + 2)[0]
        yield marker, start, at
    raise InvalidImage(_TOO_MANY)


def _webp(data: bytes) -> Container:
    kind = data[12:16]
    if kind == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return Container("WEBP", Size(width, height), data, _orientation(_riff_chunk(data, b"EXIF")))


def _riff_chunk(data: bytes, wanted: bytes) -> bytes:
    at = 12
    for _ in range(_PARTS):
        if at + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        if kind == wanted:
            return data[at + 8 : at + 8 + length].removeprefix(b"Exif\0\0")
        at += 8 + length + length % 2
    return b""


def _gif_size(data: bytes) -> Size:
    """The screen, or its first frame where that is larger: for so much is decoded."""
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    at = 13 + (3 * 2 ** ((flags & 7) + 1) if flags & 0x80 else 0)
    for _ in range(_PARTS):
        if data[at] == _GIF_FRAME:
            left, top, across, down = struct.unpack_from("<4H", data, at + 1)
            return Size(max(width, left + across), max(height, top + down))
        # An extension, and after it its blocks, each with its length; the last is empty.
        at += 2 if data[at] == _GIF_EXTENSION else 1 + data[at]
    raise InvalidImage(_TOO_MANY)


def _bmp_size(data: bytes) -> Size:
    (header,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH" if header == _OLD_BMP else "<ii", data, 18)
    return Size(abs(width), abs(height))


def _orientation(exif: bytes) -> int:
    """The orientation of an EXIF block, 1 where it is absent or broken."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return 1
    try:
        (first,) = struct.unpack_from(order + "I", exif, 4)
        (count,) = struct.unpack_from(order + "H", exif, first)
        for entry in range(first + 2, first + 2 + 12 * count, 12):
            tag, kind, _, value = struct.unpack_from(order + "HHIH", exif, entry)
            if tag == _ORIENTATION and kind == _SHORT and value in range(1, 9):
                return int(value)
    except struct.error:
        pass
    return 1
