"""Routes come in surfaces: what is below one prefix asks the same of its callers, is readable by the same pages, and is put
together for the first request that comes there. What is nowhere is answered with what the caller probably meant.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from mjsim.core.error import NotFound, Refused
from mjsim.core.guess import nearest
from mjsim.core.value import Frozen
from mjsim.web import http as web
from mjsim.web.answer import RealSeconds, refusal
from mjsim.web.route import Route, RouteTable
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
    admit: Callable[[web.Request], str]
    table: RouteTable
    keyed: bool = True
    open: bool = True
    errors: Errors = PUBLISHED


def everybody(_request: web.Request) -> str:
    """Admits whoever asks, for no tenant."""
    return ""


class Surfaces:
    """Finds the surface of a path, the first whose prefix it has; what belongs to no other belongs to the last."""

    def __init__(self, surfaces: Sequence[Surface]) -> None:
        self._surfaces = tuple(surfaces)

    @property
    def routes(self) -> list[Route]:
        """Those of all surfaces, each once."""
        tables = dict.fromkeys(surface.table for surface in self._surfaces)
        return [route for table in tables for route in table.routes]

    def of(self, path: str) -> Surface:
        """The surface to which a path belongs."""
        for surface in self._surfaces:
            if path.startswith(surface.prefix):
                return surface
        return self._surfaces[-1]

    def find(self, surface: Surface, path: str) -> tuple[Route, Mapping[str, str]]:
        """The route on this surface and what stands in its places; `NotFound` where there is none."""
        if (found := surface.table.find(path)) is None:
            raise NotFound(f"There is nothing at {path[:100]!r}.{self._hint(path)}")
        return found

    def _hint(self, path: str) -> str:
        """The nearest path that exists: often a slash too many, a prefix too few, or a letter wrong."""
        known = [route.path for route in self.routes]
        bare = path.rstrip("/").lower()
        guesses = (*(guess for guess in (bare, f"/v1{bare}") if guess in known), nearest(bare[:200], known, 0.75))
        return f" Did you mean {guesses[0]}?" if guesses[0] and guesses[0] != path else ""
