"""Routes come in surfaces: what is below one prefix asks the same of its callers and is readable by the same pages."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from mjsim.core.error import Refused
from mjsim.core.value import Frozen
from mjsim.web import http as web
from mjsim.web.answer import RealSeconds, refusal
from mjsim.web.substitute import State, stated


class Errors(NamedTuple):
    """How an API tells errors: one that was raised, and one that is wanted of a status."""

    refusal: Callable[[Refused, RealSeconds], web.Response]
    state: State


PUBLISHED = Errors(refusal, stated)


class Surface(Frozen):
    """The routes below `prefix`. `admit` gives the tenant of a request, or refuses it before anything else is looked at.

    `keyed` surfaces belong to an API that is simulated, and ask for a key; `open` ones may be read by any web page.
    """

    name: str
    prefix: str
    admit: Callable[[web.BaseRequest], str]
    keyed: bool = True
    open: bool = True
    errors: Errors = PUBLISHED


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
