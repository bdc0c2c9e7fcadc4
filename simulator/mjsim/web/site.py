"""Every request takes the same way: surface, key, route, handler; and every way out is an answer of the contract."""

import logging
import time
from collections.abc import Awaitable, Sequence

from mjsim.core.error import InternalError, Refused
from mjsim.core.instant import Instant
from mjsim.timekeeper import Timekeeper
from mjsim.web import http as web
from mjsim.web.answer import preflight
from mjsim.web.entry import LARGEST_BODY, Exchange
from mjsim.web.journal import Journal
from mjsim.web.requestlog import RequestLog
from mjsim.web.route import Call, Route
from mjsim.web.stage import Stage
from mjsim.web.surface import Surface, Surfaces

log = logging.getLogger("mjsim")


class Site:
    """The one handler of the server."""

    def __init__(
        self,
        surfaces: Sequence[Surface],
        timekeeper: Timekeeper,
        journal: Journal,
        requests: RequestLog,
        stage: Stage,
    ) -> None:
        self._surfaces = Surfaces(surfaces)
        self._timekeeper = timekeeper
        self._journal = journal
        self._requests = requests
        self._stage = stage

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """The answer to a request, whatever it is."""
        start = time.perf_counter()
        surface = self._surfaces.of(request.path)
        tenant, at = "", None
        answer: web.StreamResponse
        try:
            if request.method != "OPTIONS" or not surface.open:
                tenant = surface.admit(request)
            if surface.keyed and self._timekeeper.step:
                await self._timekeeper.tick()
            at = self._timekeeper.now()
            answer = await self._route(request, tenant, surface)
        except Refused as refused:
            if isinstance(refused, InternalError):
                log.error("%s %s: %s", request.method, request.path, refused)  # noqa: TRY400 - it says what is the matter
            answer = surface.errors.refusal(refused, self._timekeeper.real_seconds)
        except Exception:
            log.exception("%s %s ended in an error of mjsim's own", request.method, request.path)
            failed = InternalError("mjsim failed; its log says why.")
            answer = surface.errors.refusal(failed, self._timekeeper.real_seconds)
        if not surface.open:
            answer.headers.popall("Access-Control-Allow-Origin", None)
        seconds = time.perf_counter() - start
        self._keep(request, answer, surface, tenant, self._timekeeper.now() if at is None else at, seconds)
        self._requests.add(request, answer.status, tenant, seconds)
        return answer

    def _route(self, request: web.Request, tenant: str, surface: Surface) -> Awaitable[web.StreamResponse]:
        route, places = self._surfaces.find(surface, request.path)
        if request.method == "OPTIONS":
            return _preflight(request, route)
        handler, call = route.handler(request.method), Call(request, tenant, places)
        if not route.operation:
            return handler(call)
        return self._stage.perform(handler, call, route.operation, surface.errors)

    def _keep(
        self,
        request: web.Request,
        answer: web.StreamResponse,
        surface: Surface,
        tenant: str,
        at: Instant,
        seconds: float,
    ) -> None:
        """Note the exchange in the journal, unless it is one that only reads the stage."""
        if not surface.open and request.method in {"GET", "HEAD", "OPTIONS"}:
            return
        body = getattr(answer, "body", None)
        self._journal.add(
            Exchange(
                self._journal.next_number(),
                at,
                time.time(),
                seconds,
                surface.name,
                tenant,
                request.method,
                _target(request),
                request.raw_headers,
                (request.known_body or b"")[:LARGEST_BODY],
                answer.status,
                body[:LARGEST_BODY] if isinstance(body, bytes) else b"",
                request.strikes,
                request.in_vain,
                answer,
            )
        )


def _target(request: web.Request) -> str:
    """The path and the query as they were sent; in the form that yarl gives them where they are no plain text or path."""
    sent = request.raw_path
    return sent if sent.isascii() and sent.startswith("/") else request.path_qs


async def _preflight(request: web.Request, route: Route) -> web.StreamResponse:
    return preflight(request, route.allowed)
