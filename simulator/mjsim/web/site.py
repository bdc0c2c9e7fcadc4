"""Every request takes the same way: key, route, handler; and every way out is an answer of the contract."""

import logging
import time
from collections.abc import Sequence

from aiohttp import web

from mjsim.core.error import Refused
from mjsim.web.access import Access
from mjsim.web.answer import RealSeconds, error_answer, preflight, refusal
from mjsim.web.requestlog import RequestLog
from mjsim.web.route import Call, Route, RouteTable
from mjsim.web.stage import Stage

log = logging.getLogger("mjsim")

API = "/v1/"
"""Below this prefix a key is asked for before anything else."""

CONTROL = "/_sim/"
"""What is below this prefix no foreign web page may read or use."""


class Site:
    """The one handler of the server."""

    def __init__(
        self,
        routes: Sequence[Route],
        access: Access,
        real_seconds: RealSeconds,
        requests: RequestLog,
        stage: Stage,
    ) -> None:
        self._table = RouteTable(list(routes))
        self._access = access
        self._real_seconds = real_seconds
        self._requests = requests
        self._stage = stage

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer to a request, whatever it is."""
        start = time.perf_counter()
        tenant = ""
        answer: web.StreamResponse
        try:
            if request.path.startswith(API) and request.method != "OPTIONS":
                tenant = self._access.tenant(request)
            answer = await self._route(request, tenant)
        except Refused as refused:
            answer = refusal(refused, self._real_seconds)
        except Exception:
            log.exception("%s %s ended in an error of mjsim's own", request.method, request.path)
            answer = error_answer(500, "internal_error", "mjsim failed; its log says why.")
        if request.path.startswith(CONTROL):
            answer.headers.popall("Access-Control-Allow-Origin", None)
        self._requests.add(request, answer.status, tenant, time.perf_counter() - start)
        return answer

    async def _route(self, request: web.BaseRequest, tenant: str) -> web.StreamResponse:
        route, places = self._table.find(request.path)
        if request.method == "OPTIONS":
            return preflight(request, route.allowed)
        handler, call = route.handler(request.method), Call(request, tenant, places)
        return await (self._stage.perform(handler, call, route.operation) if route.operation else handler(call))
