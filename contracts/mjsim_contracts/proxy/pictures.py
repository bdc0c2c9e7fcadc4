"""The origin of pictures: true ones of the right size and type, each drawn once for all runs.

A picture that is alike from an earlier run stands in for one that was never drawn: no client can tell, and
none waits for the painter.
"""

from collections.abc import Hashable, Iterable
from dataclasses import replace
from urllib.parse import urlsplit

from mjsim_contracts.proxy.upstream import Asked, Server
from mjsim_contracts.proxy.wire import Written

_CONDITIONS = frozenset({"range", "if-none-match", "if-range"})


class Pictures:
    """Draws through the simulator what was not drawn before."""

    def __init__(self, upstream: Server) -> None:
        self._upstream = upstream
        self._kinds: dict[str, Hashable] = {}
        self._drawn: dict[tuple[str, Hashable], Written] = {}

    def learn(self, shown: Iterable[tuple[str, Hashable]]) -> None:
        """Know the addresses that are being shown, each with what is equal for pictures that are alike."""
        for url, kind in shown:
            self._kinds[_stem(urlsplit(url).path)] = kind

    async def answer(self, asked: Asked) -> Written:
        """The picture; the simulator's own answer where anything else is asked for."""
        # A key that came along is the client's mistake, and none of the simulator's business.
        bare = replace(asked, headers=tuple(pair for pair in asked.headers if pair[0].lower() != "authorization"))
        known = self._kinds.get(_stem(asked.target))
        if known is None or asked.method != "GET" or _CONDITIONS & asked.lower().keys():
            return await self._upstream.answer(bare)
        kind = asked.target.rpartition(".")[2], known
        if kind not in self._drawn:
            drawn = await self._upstream.answer(bare)
            if drawn.status != 200:
                return drawn
            self._drawn[kind] = drawn
        return self._drawn[kind]


def _stem(path: str) -> str:
    return path.rpartition(".")[0]
