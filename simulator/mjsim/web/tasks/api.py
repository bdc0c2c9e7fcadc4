"""The six operations of the task API: from a request that obeys its document to a use case, and back."""

from mjsim.core.error import InvalidRequest
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.task import task_id
from mjsim.tasks import Tasks
from mjsim.web import http as web
from mjsim.web.origin import Origin
from mjsim.web.query import once
from mjsim.web.route import Call, Route
from mjsim.web.tasks.envelope import success
from mjsim.web.tasks.form import Forms
from mjsim.web.tasks.record import Records


class TasksApi:
    """Handlers of the task API."""

    def __init__(self, tasks: Tasks, forms: Forms, records: Records, origin: Origin) -> None:
        self._tasks = tasks
        self._forms = forms
        self._records = records
        self._origin = origin

    def routes(self) -> list[Route]:
        """Where the operations are."""
        return [
            Route("/api/v1/mj/generate", {"POST": self.generate}, "generateTask"),
            Route("/api/v1/mj/record-info", {"GET": self.record_info}, "getTask"),
            Route("/api/v1/mj/generateUpscale", {"POST": self.upscale}, "upscaleTask"),
            Route("/api/v1/mj/generateVary", {"POST": self.vary}, "varyTask"),
            Route("/api/v1/mj/generateVideoExtend", {"POST": self.extend_video}, "extendTask"),
            Route("/api/v1/chat/credit", {"GET": self.credit}, "getTaskCredits"),
        ]

    async def generate(self, call: Call) -> web.Response:
        """generateTask: pictures or videos."""
        order = await self._forms.order(call.request)
        return _created(await self._tasks.generate(call.tenant, order, call.directives))

    async def upscale(self, call: Call) -> web.Response:
        """upscaleTask."""
        sequel = await self._forms.upscale(call.request)
        return _created(await self._tasks.derive(call.tenant, sequel, call.directives))

    async def vary(self, call: Call) -> web.Response:
        """varyTask."""
        sequel = await self._forms.variation(call.request)
        return _created(await self._tasks.derive(call.tenant, sequel, call.directives))

    async def extend_video(self, call: Call) -> web.Response:
        """extendTask."""
        sequel = await self._forms.extension(call.request)
        return _created(await self._tasks.extend(call.tenant, sequel, call.directives))

    async def record_info(self, call: Call) -> web.Response:
        """getTask."""
        named = once(call.request.query, "taskId")
        if not named:
            raise InvalidRequest("taskId: is required.")
        now = self._tasks.now()
        job = await self._tasks.find(call.tenant, named, now)
        seen = Instant(now - (call.effect.stale or 0))
        return success(self._records.record(job, seen, self._origin.of(call.request)))

    async def credit(self, call: Call) -> web.Response:
        """getTaskCredits."""
        return success(await self._tasks.credits(call.tenant))


def _created(job: Job) -> web.Response:
    return success({"taskId": task_id(job.id)})
