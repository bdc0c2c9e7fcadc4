"""Every operation of the API takes place here: what a request asks of its own answer, and what faults do to it, is decided
before its handler is called, and done around it; where there is neither, the handler is all there is.
"""

import asyncio
from collections.abc import Awaitable, Mapping
from functools import cache, partial
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from mjsim import spec
from mjsim.core.chance import digest
from mjsim.core.directive import NONE, SIM, Directives
from mjsim.core.error import Refused
from mjsim.core.fault import CREATING, IMAGES, Connection, Delay, Effect, Fixed, parts_at
from mjsim.core.faultbook import FaultBook
from mjsim.core.faultentry import Occasion
from mjsim.core.task import job_id_of
from mjsim.core.value import changed
from mjsim.service import Service
from mjsim.web import http as web
from mjsim.web.answer import RealSeconds
from mjsim.web.body import read_bounded
from mjsim.web.request import Strike
from mjsim.web.route import Call, Handler
from mjsim.web.strike import (
    PREFER,
    fields_of,
    heard,
    note,
    note_undone,
    possible,
    preferences_of,
    preferred,
    preferred_in_vain,
    said_in,
)
from mjsim.web.substitute import altered, restated, substitute
from mjsim.web.surface import Errors
from mjsim.web.wire import dripping, ended, truncated

if TYPE_CHECKING:
    from mjsim.core.preference import Preferences

LONGEST_PROMPT = 4_000
"""How many characters of a prompt faults look at and remember: no longer one is accepted."""


class Stage:
    """`real_seconds` says how long a client that is refused has to wait."""

    def __init__(self, book: FaultBook, service: Service, real_seconds: RealSeconds) -> None:
        self._book = book
        self._service = service
        self._real_seconds = real_seconds

    def perform(self, handler: Handler, call: Call, operation: str, errors: Errors) -> Awaitable[web.StreamResponse]:
        """The answer of the handler, with all that is to happen to it; its API tells `errors` so."""
        creating = operation in CREATING
        if self._book or PREFER in call.request.headers:
            return self._perform(partial(heard, handler) if creating else handler, call, operation, errors)
        return heard(handler, call) if creating else handler(call)

    async def _perform(self, handler: Handler, call: Call, operation: str, errors: Errors) -> web.StreamResponse:
        asked = preferences_of(call.request)
        own = asked.effect.only(parts_at(operation))
        directives = asked.directives if operation in CREATING else NONE
        effect, strikes = own, preferred(own)
        if self._book:
            effect, found = await self._struck(call, operation, own, directives)
            strikes += found
            directives = directives.over(Directives(effect.job))
        acted = changed(call, effect=effect, directives=directives)
        answer = await self._act(handler, acted, asked, operation, errors)
        note(call.request, _off_contract(strikes, answer.status, operation), preferred_in_vain(asked, operation))
        return answer

    async def _struck(
        self, call: Call, operation: str, own: Effect, directives: Directives
    ) -> tuple[Effect, list[Strike]]:
        """All that is to happen: what the request asked for, then what faults do."""
        occasion = await self._occasion(call, operation)
        fate = directives.fate or said_in(occasion.prompt).fate
        claimed = own if fate is None else changed(own, job=fate)
        fired = self._book.strike(occasion, self._service.now(), claimed)
        effect = own
        for one in fired:
            effect = effect.over(one.effect)
        return effect, [Strike(one.fault, one.effect.parts, one.reason) for one in fired]

    async def _occasion(self, call: Call, operation: str) -> Occasion:
        """What a fault may look at. The body is read here, once for all."""
        request = call.request
        if operation == IMAGES:
            return await self._occasion_of_file(request.path)
        fields: Mapping[str, Any] = {}
        body = b""
        if operation in CREATING:
            body = await read_bounded(request)
            fields = await fields_of(body)
        prompt, job_id = fields.get("prompt"), _job_named(call, fields)
        return Occasion(
            operation,
            call.tenant,
            digest(request.method, request.path_qs, blake2b(body, digest_size=16).hexdigest()).hex(),
            job_id,
            prompt[:LONGEST_PROMPT] if isinstance(prompt, str) else None,
        )

    async def _occasion_of_file(self, path: str) -> Occasion:
        """A file is read without a key: it is its job that tells whose it is."""
        job = await self._service.owner(path)
        if job is None:
            return Occasion(IMAGES, "", digest("GET", path).hex())
        age = self._service.now() - job.timeline.settled
        return Occasion(IMAGES, job.tenant, digest("GET", path).hex(), job.id, job.work.prompt, age)

    async def _act(
        self, handler: Handler, call: Call, asked: "Preferences", operation: str, errors: Errors
    ) -> web.StreamResponse:
        """Call the handler, unless another answer stands for it, and do to the answer what is to be done; it acknowledges
        what was asked and done.
        """
        effect = call.effect
        await _wait(effect.latency)
        if effect.connection is Connection.RESET:
            await note_undone(call, operation)
            return ended(web.Response(), Connection.RESET, call.request)
        wanted = effect.response
        if wanted is not None and not wanted.keeps_body and not wanted.afterwards:
            await note_undone(call, operation)
            answer = substitute(wanted, errors.state)
        else:
            truth = await self._truth(handler, call, errors)
            if not isinstance(truth, web.Response):
                return truth
            if wanted is None:
                answer = truth
            else:
                answer = restated(truth, wanted) if wanted.keeps_body else substitute(wanted, errors.state)
        answer = altered(answer, effect)
        if applied := _applied(asked, operation, call.request):
            answer.headers["Preference-Applied"] = applied
        await _wait(effect.first_byte)
        return _sent(answer, effect, call.request)

    async def _truth(self, handler: Handler, call: Call, errors: Errors) -> web.StreamResponse:
        try:
            return await handler(call)
        except Refused as refused:
            return errors.refusal(refused, self._real_seconds)


def _off_contract(strikes: list[Strike], status: int, operation: str) -> list[Strike]:
    """The strikes; those that have made a status which the operation does not document are marked."""
    foreign = status not in _documented().get(operation, frozenset({status}))
    return [one._replace(off_contract=foreign and "response" in one.parts) for one in strikes]


async def _wait(delay: Delay | None) -> None:
    if isinstance(delay, Fixed):
        await asyncio.sleep(delay.milliseconds / 1000)


def _sent(answer: web.Response, effect: Effect, request: web.Request) -> web.Response:
    """The answer as it goes over the wire."""
    if effect.connection not in (None, Connection.CLOSE):
        return ended(answer, effect.connection, request)
    if effect.drip is not None:
        return dripping(answer, effect.drip, 1.0 if effect.truncate is None else effect.truncate, request)
    if effect.truncate is not None:
        return truncated(answer, effect.truncate, request)
    return answer if effect.connection is None else ended(answer, effect.connection, request)


def _applied(asked: "Preferences", operation: str, request: web.Request) -> str:
    """The preferences that are honoured, as RFC 7240 has them acknowledged; those that mean nothing here are not, and those
    for a job only where something came of them.
    """
    here = possible(operation)
    if not any(strike.fault == PREFER for strike in request.strikes):
        here -= {SIM}
    return ", ".join(shown for shown, part in asked.understood.items() if part in here)


def _job_named(call: Call, fields: Mapping[str, Any]) -> str | None:
    """The id of the job that a request is about, in its canonical form; None where it names none."""
    named = call.places.get("jobId", fields.get("job_id"))
    if isinstance(named, str):
        return named.lower()
    task = fields.get("taskId", call.request.query.get("taskId"))
    return job_id_of(task) if isinstance(task, str) else None


@cache
def _documented() -> Mapping[str, frozenset[int]]:
    """The statuses that the published contract and the document of the task API have, by operation."""
    paths = [path for name in (spec.PUBLISHED, spec.TASKS) for path in spec.document(name)["paths"].values()]
    operations = [operation for path in paths for operation in path.values() if isinstance(operation, dict)]
    return {one["operationId"]: frozenset(map(int, one["responses"])) for one in operations if "operationId" in one}
