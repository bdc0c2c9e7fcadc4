"""The state as a whole: what it was started with, starting over, and taking it along as a data file."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from mjsim import spec
from mjsim.core.tenant import tenant_named
from mjsim.ports import Store
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_bounded, read_json
from mjsim.web.route import Call, Route

Reset = Callable[[str | None], Awaitable[None]]
"""Forgets what belongs to one tenant, or to all where the tenant is None."""

Standstill = Callable[[], AbstractAsyncContextManager[None]]
"""While it is entered nothing that belongs to the state is under way."""


class StateControl:
    """Handlers of `/_sim/info`, `/_sim/reset`, `/_sim/export` and `/_sim/import`."""

    def __init__(
        self, store: Store, resets: Sequence[Reset], standstill: Standstill, info: Callable[[], Mapping[str, Any]]
    ) -> None:
        self._store = store
        self._resets = resets
        self._standstill = standstill
        self._info = info

    def routes(self) -> list[Route]:
        """Where the state is."""
        return [
            Route("/_sim/info", {"GET": self.info}),
            Route("/_sim/reset", {"POST": self.reset}),
            Route("/_sim/export", {"GET": self.export}),
            Route("/_sim/import", {"POST": self.restore}),
        ]

    async def info(self, _call: Call) -> web.Response:
        """getInfo."""
        return plain_json(self._info())

    async def reset(self, call: Call) -> web.Response:
        """Reset."""
        body = await read_json(call.request, "Reset", spec.CONTROL) if call.request.can_read_body else {}
        tenant = tenant_named(body["tenant"]) if "tenant" in body else None
        jobs = await self._store.forget_tenant(tenant)
        await asyncio.gather(*(reset(tenant) for reset in self._resets))
        return plain_json({"jobs": jobs})

    async def export(self, _call: Call) -> web.Response:
        """exportState."""
        headers = {
            "Content-Type": "application/vnd.sqlite3",
            "Content-Disposition": 'attachment; filename="mjsim.db"',
        }
        return web.Response(body=await self._store.export(), headers=headers)

    async def restore(self, call: Call) -> web.Response:
        """importState."""
        data = await read_bounded(call.request)
        async with self._standstill():
            return plain_json({"jobs": await self._store.restore(data)})
