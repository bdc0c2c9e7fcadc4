"""The journal by HTTP: read, waited for, and forgotten."""

import base64
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from mjsim import spec
from mjsim.core.instant import rfc3339
from mjsim.core.tenant import tenant_named
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_json
from mjsim.web.control.parameters import only, read_limit, read_tenant, read_text
from mjsim.web.entry import Entry, shown
from mjsim.web.journal import Journal, Match
from mjsim.web.query import whole
from mjsim.web.route import Call, Route

_PATIENCE = 10.0
"""How many real seconds are waited where the request does not say."""


class JournalControl:
    """Handlers of `/_sim/journal`."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def routes(self) -> list[Route]:
        """Where the journal is."""
        return [
            Route("/_sim/journal", {"GET": self.read, "DELETE": self.clear}),
            Route("/_sim/journal/wait", {"POST": self.wait}),
        ]

    async def read(self, call: Call) -> web.Response:
        """readJournal."""
        query = only(call.request.query, "tenant", "method", "path", "status", "after", "limit")
        wanted: dict[str, Any] = {name: read_text(query, name) for name in ("method", "path")}
        if "status" in query:
            wanted["status"] = whole(query, "status", default=0, least=100, most=599)
        wanted["after"] = whole(query, "after", default=0, least=0, most=None)
        match = _match(wanted, read_tenant(query))
        # The latest of those that match, shown in the order in which they came.
        found = list(self._journal.find(match))[-read_limit(query) :]
        return plain_json({"data": [_entry(entry) for entry in found], "reached": bool(found)})

    async def clear(self, call: Call) -> web.Response:
        """clearJournal."""
        self._journal.forget(read_tenant(only(call.request.query, "tenant")))
        return web.Response(status=204)

    async def wait(self, call: Call) -> web.Response:
        """waitForExchanges."""
        body = await read_json(call.request, "JournalWait", spec.CONTROL)
        tenant = tenant_named(body["tenant"]) if "tenant" in body else None
        count = int(body.get("count", 1))
        found = await self._journal.wait(_match(body, tenant), count, float(body.get("timeout_seconds", _PATIENCE)))
        return plain_json({"data": [_entry(entry) for entry in found], "reached": len(found) >= count})


def _match(wanted: Mapping[str, Any], tenant: str | None) -> Match:
    """Whether an entry is one of those that are wanted; what is not named is not asked for."""
    method, path, status = wanted.get("method"), wanted.get("path"), wanted.get("status")
    after = wanted.get("after", 0)

    def match(entry: Entry) -> bool:
        return (
            entry.number > after
            and (tenant is None or entry.tenant == tenant)
            and (method is None or entry.method == method.upper())
            and (status is None or entry.status == status)
            and (path is None or fnmatchcase(entry.path, path))
        )

    return match


def _entry(entry: Entry) -> dict[str, Any]:
    document: dict[str, Any] = {
        "number": entry.number,
        "at": rfc3339(entry.at),
        "time": round(entry.time, 3),
        "seconds": round(entry.seconds, 6),
        "surface": entry.surface,
        "method": entry.method,
        "target": entry.target,
        "request_headers": shown(entry.request_headers),
        "request_body": _body(entry.request_body),
        "status": entry.status,
        "headers": shown(entry.headers),
        "body": _body(entry.body),
        "faults": [strike._asdict() for strike in entry.faults],
    }
    if entry.tenant:
        document["tenant"] = entry.tenant
    if entry.in_vain:
        document["near_misses"] = [vain._asdict() for vain in entry.in_vain]
    return document


def _body(body: bytes) -> dict[str, str]:
    try:
        return {"text": body.decode()}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}
