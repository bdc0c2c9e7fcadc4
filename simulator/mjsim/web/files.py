"""The pictures of jobs, drawn when they are asked for: with a strong tag, conditional requests, and ranges."""

from functools import cache

from aiohttp import ETag, web

from mjsim import __version__
from mjsim.core.chance import digest
from mjsim.core.error import RangeNotSatisfiable
from mjsim.core.fault import IMAGES
from mjsim.service import File, Service
from mjsim.web.route import Call, Route

_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Accept-Ranges": "bytes",
    "Cache-Control": "public, max-age=86400, immutable",
    "X-Content-Type-Options": "nosniff",
}


class Files:
    """Serves files without a key, like the service: whoever knows the address may look."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """Where the files are."""
        return [Route("/files/{rest*}", {"GET": self.get}, IMAGES)]

    async def get(self, call: Call) -> web.Response:
        """One picture, whole or in part, or that it has not changed."""
        file = await self._service.file(call.request.path)
        tag = _tag(file)
        known = call.request.if_none_match or ()
        if any(etag.value in (tag, "*") for etag in known):
            return _tagged(web.Response(status=304, headers=_HEADERS), tag)
        data = await self._service.draw(file)
        part = _range(call.request, len(data), tag)
        if part is None:
            return _tagged(_file(data, file, 200), tag)
        if not part:
            raise RangeNotSatisfiable(f"Range: the file has {len(data)} bytes, none of them is in it.", len(data))
        answer = _file(data[part.start : part.stop], file, 206)
        answer.headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{len(data)}"
        return _tagged(answer, tag)


def _file(data: bytes, file: File, status: int) -> web.Response:
    return web.Response(body=data, status=status, headers={**_HEADERS, "Content-Type": file.image_format.content_type})


def _tagged(answer: web.Response, tag: str) -> web.Response:
    answer.etag = ETag(tag)
    return answer


def _tag(file: File) -> str:
    """Equal exactly for equal bytes: the recipe, the caption, the format, and what draws them."""
    drawn = repr((file.picture, file.missing)), repr(file.job.caption), file.image_format.value
    return digest(*drawn, *_tools()).hex()


@cache
def _tools() -> tuple[str, str]:
    from importlib.metadata import version

    return __version__, version("pillow")


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
