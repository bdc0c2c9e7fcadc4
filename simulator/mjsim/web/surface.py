"""Routes come in surfaces: what is below one prefix asks the same of its callers and is readable by the same pages."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

from mjsim.core.error import Refused
from mjsim.web.answer import RealSeconds, refusal


@dataclass(frozen=True, slots=True)
class Surface:
    """The routes below `prefix`. `admit` gives the tenant of a request, or refuses it before anything else is looked at.

    `keyed` surfaces belong to an API that is simulated, and ask for a key; `open` ones may be read by any web page.
    `refuse` makes the answer to a request that is refused.
    """

    name: str
    prefix: str
    admit: Callable[[web.BaseRequest], str]
    keyed: bool = True
    open: bool = True
    refuse: Callable[[Refused, RealSeconds], web.Response] = refusal


def _everybody(_request: web.BaseRequest) -> str:
    return ""


_GROUND = Surface("files", "/", _everybody, keyed=False)


class Surfaces:
    """Finds the surface of a path; what belongs to no other is open to everybody."""

    def __init__(self, surfaces: Sequence[Surface]) -> None:
        self._surfaces = tuple(surfaces)

    def of(self, path: str) -> Surface:
        """The surface to which a path belongs."""
        for surface in self._surfaces:
            if path.startswith(surface.prefix):
                return surface
        return _GROUND
