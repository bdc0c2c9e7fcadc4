"""A picture leaves as PNG or WebP without loss, or as JPEG, and carries its job as text that can be read back."""

import re
from io import BytesIO
from xml.sax.saxutils import escape, unescape

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from mjsim.core.artwork import Caption, ImageFormat

SOFTWARE = "mjsim"
_QUALITY = 88
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

# Not allowed in XML 1.0 even as a reference; surrogates and NUL are among them.
_UNFIT_FOR_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_UNFIT_FOR_PNG = re.compile("[\0\ud800-\udfff]")

# XML readers make a line feed of a carriage return unless it is written as a reference.
_REFERENCES = {"\r": "&#13;"}

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about=""
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreatorTool>{software}</xmp:CreatorTool><dc:identifier>{job}</dc:identifier>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{prompt}</rdf:li></rdf:Alt></dc:description>
<xmp:Label>{parameters}</xmp:Label>
</rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""
_OWN_PACKET = re.compile(
    f"<xmp:CreatorTool>{SOFTWARE}</xmp:CreatorTool>"
    r'.{0,500}<dc:description><rdf:Alt><rdf:li xml:lang="x-default">([^<]*)</rdf:li>',
    re.DOTALL,
)


def encode(image: Image.Image, caption: Caption, image_format: ImageFormat) -> bytes:
    """The file of an image in mode P or RGB, without loss but for JPEG, with the caption in its metadata.

    PNG holds the caption in text chunks, the others in an XMP packet; characters that the format cannot hold (NUL,
    lone surrogates, in XML most control characters) become U+FFFD.
    """
    file = BytesIO()
    if image_format is ImageFormat.PNG:
        # Level 1: a few smooth colours hardly get smaller beyond it, but slower.
        image.save(file, "PNG", compress_level=1, pnginfo=_chunks(caption))
    elif image_format is ImageFormat.JPEG:
        image.convert("RGB").save(file, "JPEG", quality=_QUALITY, xmp=_packet(caption))
    else:
        # Method 0: each level above takes many times as long for a tenth of the size.
        image.convert("RGB").save(file, "WEBP", lossless=True, quality=0, method=0, xmp=_packet(caption))
    return file.getvalue()


def prompt_of(info: dict[str | tuple[int, int], object]) -> str | None:
    """The prompt that one of our own files says it shows, from Pillow's `info`; None for other files."""
    if info.get("Software") == SOFTWARE and isinstance(prompt := info.get("Description"), str):
        return str(prompt)
    if isinstance(packet := info.get("xmp"), bytes) and (own := _OWN_PACKET.search(packet.decode(errors="replace"))):
        return unescape(own[1], {reference: text for text, reference in _REFERENCES.items()})
    return None


def _chunks(caption: Caption) -> PngInfo:
    chunks = PngInfo()
    chunks.add_text("Software", SOFTWARE)
    for key, text in (
        ("Job", caption.job_id),
        ("Description", caption.prompt),
        ("Parameters", caption.parameters),
    ):
        chunks.add_itxt(key, _UNFIT_FOR_PNG.sub(REPLACEMENT, text))
    return chunks


def _packet(caption: Caption) -> bytes:
    return _PACKET.format(
        software=SOFTWARE,
        job=_xml(caption.job_id),
        prompt=_xml(caption.prompt),
        parameters=_xml(caption.parameters),
    ).encode()


def _xml(text: str) -> str:
    return escape(_UNFIT_FOR_XML.sub(REPLACEMENT, text), _REFERENCES)
