"""What a picture file says of itself in its first bytes: its media type and its size in pixels."""

from struct import unpack_from


def sniff(content: bytes) -> tuple[str, int, int] | None:
    """Media type, width and height of a PNG or WebP file; None for anything else, or one that breaks off."""
    if content[:8] == b"\x89PNG\r\n\x1a\n" and content[12:16] == b"IHDR" and len(content) >= 24:
        width, height = unpack_from(">II", content, 16)
        return "image/png", width, height
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP" and len(content) >= 30:
        return _webp(content)
    return None


def _webp(content: bytes) -> tuple[str, int, int] | None:
    kind = content[12:16]
    if kind == b"VP8X":
        width = int.from_bytes(content[24:27], "little") + 1
        return "image/webp", width, int.from_bytes(content[27:30], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[21:25], "little")
        return "image/webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = unpack_from("<HH", content, 26)
        return "image/webp", width & 0x3FFF, height & 0x3FFF
    return None
