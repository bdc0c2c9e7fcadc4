"""The videos of tasks, made when they are asked for."""

from functools import cache, partial

from mjsim import __version__
from mjsim.core.chance import digest
from mjsim.core.fault import IMAGES
from mjsim.core.film import CONTENT_TYPE
from mjsim.tasks import Showing, Tasks
from mjsim.web import http as web
from mjsim.web.content import Content, serve
from mjsim.web.route import Call, Route


class Videos:
    """Serves videos without a key, as pictures are."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def routes(self) -> list[Route]:
        """Where the videos are; to be looked for before other files."""
        return [Route("/files/{token}/m/{name}.mp4", {"GET": self.get}, IMAGES)]

    async def get(self, call: Call) -> web.Response:
        """One video."""
        showing = await self._tasks.showing(call.request.path)
        make = partial(self._tasks.project, showing)
        return await serve(call.request, Content(CONTENT_TYPE, _tag(showing), make))


def _tag(showing: Showing) -> str:
    """The recipe, the caption, and what draws and encodes them."""
    return digest(repr((showing.clip, showing.missing)), repr(showing.job.caption), *_tools()).hex()


@cache
def _tools() -> tuple[str, ...]:
    from importlib.metadata import version

    return __version__, version("pillow"), version("av")
