"""The origin of pictures: true ones of the right size and type, each drawn once for all runs.

A picture of the same name and size from an earlier run stands in for one that was never drawn: no client can tell, and
none waits for the painter.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.exchange import inside
from mjsim_contracts.proxy.upstream import Asked, Server
from mjsim_contracts.proxy.wire import Written

_CONDITIONS = frozenset({"range", "if-none-match", "if-range"})


class Pictures:
    """Draws through the simulator what was not drawn before."""

    def __init__(self, upstream: Server) -> None:
        self._upstream = upstream
        self._sizes: dict[str, tuple[int, int]] = {}
        self._drawn: dict[tuple[str, int, int], Written] = {}

    def learn(self, job: Mapping[str, Any]) -> None:
        """Know the pictures of a job that is being shown."""
        for image in inside(job, "result", "images") or ():
            self._sizes[_stem(urlsplit(image["url"]).path)] = image["width"], image["height"]

    async def answer(self, asked: Asked) -> Written:
        """The picture; the simulator's own answer where anything else is asked for."""
        # A key that came along is the client's mistake, and none of the simulator's business.
        bare = replace(asked, headers=tuple(pair for pair in asked.headers if pair[0].lower() != "authorization"))
        size = self._sizes.get(_stem(asked.target))
        if size is None or asked.method != "GET" or _CONDITIONS & asked.lower().keys():
            return await self._upstream.answer(bare)
        kind = asked.target.rpartition("/")[2], *size
        if kind not in self._drawn:
            drawn = await self._upstream.answer(bare)
            if drawn.status != 200:
                return drawn
            self._drawn[kind] = drawn
        return self._drawn[kind]


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
