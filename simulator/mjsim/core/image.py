"""Where a picture that a client sends comes from, and the rules about which sources count."""

import binascii
from hashlib import blake2b
from ipaddress import ip_address
from urllib.parse import urlsplit

from mjsim.core.artwork import Artwork, Picture
from mjsim.core.chance import digest
from mjsim.core.error import ImageInaccessible, InvalidImage
from mjsim.core.ratio import Size
from mjsim.core.value import Frozen

LIMIT = 32 * 1024 * 1024
"""The largest picture that is read, in bytes."""

_STAND_IN = Size(256, 256)


class ImageInput(Frozen):
    """A picture as a client names it: by `url` or as the bytes of `data`; `field` is where it stood in the request."""

    field: str
    url: str | None = None
    data: bytes | None = None


def decode_base64(text: str, field: str) -> bytes:
    """The bytes that the text stands for; `InvalidImage` where it is no Base64 or holds nothing."""
    if text.startswith("data:"):
        raise InvalidImage(f"{field}: is a data: URL; send only the Base64 text after its comma.")
    try:
        # Even the strict mode lets padding pass where none is due.
        if len(text) % 4 or text.endswith("==="):
            raise binascii.Error("padding")
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidImage(f"{field}: is no Base64 text (RFC 4648, with padding, without line breaks).") from error
    if not data:
        raise InvalidImage(f"{field}: is empty.")
    return data


def decode_data_url(url: str, field: str) -> bytes:
    """The bytes that a `data:` URL holds."""
    head, comma, body = url.partition(",")
    if not comma or not head.lower().endswith(";base64"):
        raise InvalidImage(f"{field}: a data: URL has to read data:<type>;base64,<data>.")
    return decode_base64(body, field)


def host_of(url: str, field: str) -> str:
    """The host of an http or https URL in lower case; `ImageInaccessible` where there is none or it cannot exist."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ImageInaccessible(f"{field}: is no URL that can be read ({error}).") from error
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme.lower() not in {"http", "https"} or not host:
        raise ImageInaccessible(f"{field}: only http, https and data URLs can be read.")
    if host == "invalid" or host.endswith(".invalid"):
        raise ImageInaccessible(f"{field}: the image at {url[:200]!r} cannot be reached.")
    return host


def is_loopback(host: str) -> bool:
    """Whether the host is this machine by its very name."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def content_name(data: bytes) -> str:
    """The name of a picture that was read: equal for equal bytes."""
    return f"data:{blake2b(data, digest_size=16).hexdigest()}"


def stand_in_name(url: str) -> str:
    """The name of the picture that stands for one on a host that is not contacted."""
    return f"url:{digest(url, size=16).hex()}"


def is_stand_in(name: str) -> bool:
    """Whether the name is that of a stand-in."""
    return name.startswith("url:")


def stand_in(name: str) -> Picture:
    """The picture for a name of which nothing else is known: always the same one."""
    return Picture(Artwork(int.from_bytes(digest("stand-in", name), "big"), _STAND_IN), index=1)
