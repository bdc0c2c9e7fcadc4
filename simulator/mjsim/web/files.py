"""The pictures of jobs, drawn when they are asked for."""

from functools import cache, partial

from mjsim import __version__
from mjsim.core.chance import digest
from mjsim.core.fault import IMAGES
from mjsim.service import File, Service
from mjsim.web import http as web
from mjsim.web.content import Content, serve
from mjsim.web.route import Call, Route


class Files:
    """Serves files without a key, like the service: whoever knows the address may look."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def routes(self) -> list[Route]:
        """Where the files are."""
        return [Route("/files/{rest*}", {"GET": self.get}, IMAGES)]

    async def get(self, call: Call) -> web.Response:
        """One picture."""
        file = await self._service.file(call.request.path)
        draw = partial(self._service.draw, file)
        return await serve(call.request, Content(file.image_format.content_type, _tag(file), draw))


def _tag(file: File) -> str:
    """The recipe, the caption, the format, and what draws them."""
    drawn = repr((file.picture, file.missing)), repr(file.job.caption), file.image_format.value
    return digest(*drawn, *_tools()).hex()


@cache
def _tools() -> tuple[str, str]:
    from importlib.metadata import version

    return __version__, version("pillow")
