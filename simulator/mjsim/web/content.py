"""A file that is made when it is asked for: with a strong tag, conditional requests, and ranges."""

from collections.abc import Awaitable, Callable

from aiohttp import ETag

from mjsim.core.error import RangeNotSatisfiable
from mjsim.core.value import Frozen
from mjsim.web import http as web

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Accept-Ranges": "bytes",
    "Cache-Control": "public, max-age=86400, immutable",
    "X-Content-Type-Options": "nosniff",
}


class Content(Frozen):
    """A file: its MIME type, a tag that is equal exactly for equal bytes, and what makes them."""

    content_type: str
    tag: str
    make: Callable[[], Awaitable[bytes]]


async def serve(request: web.BaseRequest, content: Content) -> web.Response:
    """The file, whole or in part, or that it has not changed, for which it is not made."""
    tag = content.tag
    known = request.if_none_match or ()
    if any(etag.value in (tag, "*") for etag in known):
        return _tagged(web.Response(status=304, headers=_HEADERS), tag)
    data = await content.make()
    headers = {**_HEADERS, "Content-Type": content.content_type}
    part = _range(request, len(data), tag)
    if part is None:
        return _tagged(web.Response(body=data, headers=headers), tag)
    if not part:
        raise RangeNotSatisfiable(f"Range: the file has {len(data)} bytes, none of them is in it.", len(data))
    answer = web.Response(body=data[part.start : part.stop], status=206, headers=headers)
    answer.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
    return _tagged(answer, tag)


def _tagged(answer: web.Response, tag: str) -> web.Response:
    answer.etag = ETag(tag)
    return answer


def _range(request: web.BaseRequest, length: int, tag: str) -> range | None:
    """The bytes that are asked for; None for all of them, an empty range where there are none such.

    `If-Range` with another tag asks for the whole file. A header that cannot be read is passed over, as HTTP wants it.
    """
    # Ranges are defined for GET alone; HEAD tells about the whole file.
    if request.method != "GET" or "Range" not in request.headers:
        return None
    if request.headers.get("If-Range", f'"{tag}"') != f'"{tag}"':
        return None
    try:
        asked = request.http_range
    except ValueError:
        return None
    if asked.start >= length or (asked.start == 0 and "=-" in request.headers["Range"]):
        return range(0)
    return range(length)[asked]
