"""The six operations of the task API: from a request that obeys its document to a use case, and back."""

import re
from collections.abc import Awaitable, Callable

from aiohttp import web

from mjsim.core.error import InvalidRequest
from mjsim.core.job import Job
from mjsim.core.order import Sequel
from mjsim.core.task import task_id
from mjsim.tasks import Tasks
from mjsim.web.origin import Origin
from mjsim.web.query import once
from mjsim.web.route import Call, Handler, Route
from mjsim.web.tasks.envelope import MEANINGS, Envelopes, success
from mjsim.web.tasks.form import Forms
from mjsim.web.tasks.record import Records

_WISH = re.compile(r"\bcode=([0-9]{3})\b", re.ASCII)


class TasksApi:
    """Handlers of the task API."""

    def __init__(self, tasks: Tasks, forms: Forms, records: Records, envelopes: Envelopes, origin: Origin) -> None:
        self._tasks = tasks
        self._forms = forms
        self._records = records
        self._envelopes = envelopes
        self._origin = origin

    def routes(self) -> list[Route]:
        """Where the operations are."""
        handlers: dict[str, tuple[str, Handler]] = {
            "/api/v1/mj/generate": ("POST", self.generate),
            "/api/v1/mj/record-info": ("GET", self.record_info),
            "/api/v1/mj/generateUpscale": ("POST", self.upscale),
            "/api/v1/mj/generateVary": ("POST", self.vary),
            "/api/v1/mj/generateVideoExtend": ("POST", self.extend_video),
            "/api/v1/chat/credit": ("GET", self.credit),
        }
        return [Route(path, {method: self._unless_wished(handle)}) for path, (method, handle) in handlers.items()]

    async def generate(self, call: Call) -> web.Response:
        """generateImage: pictures or videos."""
        order = await self._forms.order(call.request)
        return _created(await self._tasks.generate(call.tenant, order))

    async def upscale(self, call: Call) -> web.Response:
        """upscaleImage."""
        return await self._derived(call, self._forms.upscale)

    async def vary(self, call: Call) -> web.Response:
        """varyImage."""
        return await self._derived(call, self._forms.variation)

    async def extend_video(self, call: Call) -> web.Response:
        """extendVideo."""
        sequel = await self._forms.extension(call.request)
        return _created(await self._tasks.extend(call.tenant, sequel))

    async def record_info(self, call: Call) -> web.Response:
        """getRecordInfo."""
        named = once(call.request.query, "taskId")
        if not named:
            raise InvalidRequest("taskId: is required.")
        now = self._tasks.now()
        job = await self._tasks.find(call.tenant, named, now)
        return success(self._records.record(job, now, self._origin.of(call.request)))

    async def credit(self, call: Call) -> web.Response:
        """getCredits."""
        return success(await self._tasks.credits(call.tenant))

    async def _derived(self, call: Call, read: Callable[[web.BaseRequest], Awaitable[Sequel]]) -> web.Response:
        return _created(await self._tasks.derive(call.tenant, await read(call.request)))

    def _unless_wished(self, handle: Handler) -> Handler:
        """The handler, unless the request asks to be refused with a code: `Prefer: code=455`."""

        async def answer(call: Call) -> web.StreamResponse:
            wish = _WISH.search(call.request.headers.get("Prefer", ""))
            code = int(wish[1]) if wish else 0
            return self._envelopes.error(code, MEANINGS[code]) if code in MEANINGS else await handle(call)

        return answer


def _created(job: Job) -> web.Response:
    return success({"taskId": task_id(job.id)})
