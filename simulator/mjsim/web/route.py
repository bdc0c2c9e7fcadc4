"""Routes are a table, which is made when the first of them is looked for."""

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property

from mjsim.core.directive import NONE, Directives
from mjsim.core.error import MethodNotAllowed
from mjsim.core.fault import NOTHING, Effect
from mjsim.core.value import Frozen
from mjsim.web import http as web


class Call(Frozen):
    """A request on its way to its handler. `tenant` is empty where no key is asked for."""

    request: web.Request
    tenant: str
    places: Mapping[str, str]
    """What stood in the places of the path, by name."""
    effect: Effect = NOTHING
    """What a fault, or the request itself, wants of the handler."""
    directives: Directives = NONE
    """What shall become of the job that it makes."""


Handler = Callable[[Call], Awaitable[web.StreamResponse]]


class Route(Frozen):
    """A path, in which `{name}` stands for one segment and `{name*}` for the rest, and its handlers by method.

    `operation` is the name by which a fault strikes it; none can where that is empty.
    """

    path: str
    handlers: Mapping[str, Handler]
    operation: str = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """The methods that work here; HEAD works wherever GET does."""
        return (*self.handlers, *(("HEAD",) if "GET" in self.handlers else ()), "OPTIONS")

    def handler(self, method: str) -> Handler:
        """What answers this method; `MethodNotAllowed` where nothing does."""
        found = self.handlers.get("GET" if method == "HEAD" else method)
        if found is None:
            raise MethodNotAllowed(f"{method} is not possible here; {_listed(self.handlers)} is.", self.allowed)
        return found


class RouteTable:
    """Finds the route of a path among those that `make` gives, which is called when the first one is looked for."""

    def __init__(self, make: Callable[[], list[Route]]) -> None:
        self._make = make

    @cached_property
    def routes(self) -> list[Route]:
        """All of them."""
        return self._make()

    @cached_property
    def _exact(self) -> Mapping[str, Route]:
        return {route.path: route for route in self.routes if "{" not in route.path}

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], Route]]:
        return [(_pattern(route.path), route) for route in self.routes if "{" in route.path]

    def find(self, path: str) -> tuple[Route, Mapping[str, str]] | None:
        """The route and what stands in its places; None where there is none."""
        if (route := self._exact.get(path)) is not None:
            return route, {}
        for pattern, candidate in self._patterns:
            if match := pattern.fullmatch(path):
                return candidate, match.groupdict()
        return None


def _pattern(path: str) -> re.Pattern[str]:
    whole = re.escape(path).replace(r"\{", "{").replace(r"\}", "}").replace(r"\*", "*")
    return re.compile(re.sub(r"\{(\w+)(\*?)\}", lambda m: f"(?P<{m[1]}>{'.+' if m[2] else '[^/]+'})", whole))


def _listed(methods: Mapping[str, Handler]) -> str:
    return " or ".join(methods)
