"""Jobs by HTTP for whoever directs them: all tenants' jobs, their past and plan, and what is to become of them."""

from collections.abc import Awaitable, Callable
from typing import Any

from mjsim import spec
from mjsim.core.instant import HORIZON, Instant, rfc3339
from mjsim.core.job import Job
from mjsim.core.timeline import Failure, Moment
from mjsim.direction import Directed, Direction
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_json
from mjsim.web.control.parameters import only, read_job_id, read_limit, read_tenant
from mjsim.web.origin import Origin
from mjsim.web.route import Call, Handler, Route
from mjsim.web.tasks.record import Records
from mjsim.web.view import View

_USUAL = Failure("internal_error", "The job was made to fail.")


class JobsControl:
    """Handlers of `/_sim/jobs`."""

    def __init__(self, direction: Direction, view: View, records: Records, origin: Origin) -> None:
        self._direction = direction
        self._view = view
        self._records = records
        self._origin = origin

    def routes(self) -> list[Route]:
        """Where the jobs are."""
        direction = self._direction
        verbs = {
            "hold": direction.hold,
            "release": direction.release,
            "step": direction.step,
            "complete": direction.complete,
            "cancel": direction.cancel,
        }
        return [
            Route("/_sim/jobs", {"GET": self.list}),
            Route("/_sim/jobs/{jobId}", {"GET": self._handler(direction.look)}),
            Route("/_sim/jobs/{jobId}/fail", {"POST": self.fail}),
            *(Route(f"/_sim/jobs/{{jobId}}/{name}", {"POST": self._handler(verb)}) for name, verb in verbs.items()),
        ]

    async def list(self, call: Call) -> web.Response:
        """listAllJobs."""
        query = only(call.request.query, "tenant", "limit")
        jobs, now = await self._direction.latest(read_tenant(query), read_limit(query))
        return plain_json({"data": [self._shown(Directed(job, now), call) for job in jobs]})

    async def fail(self, call: Call) -> web.Response:
        """failJob."""
        failure = _USUAL
        if call.request.can_read_body:
            body = await read_json(call.request, "Failure", spec.CONTROL)
            failure = Failure(body["code"], body.get("message", _USUAL.message))
        return plain_json(self._shown(await self._direction.fail(read_job_id(call), failure), call))

    def _handler(self, verb: Callable[[str], Awaitable[Directed]]) -> Handler:
        async def handle(call: Call) -> web.Response:
            return plain_json(self._shown(await verb(read_job_id(call)), call))

        return handle

    def _shown(self, directed: Directed, call: Call) -> dict[str, Any]:
        job, now, origin = directed.job, directed.now, self._origin.of(call.request)
        shown = {
            "tenant": job.tenant,
            "held": job.held,
            "job": self._view.job(job, now, origin),
            "past": [_moment(moment) for moment in job.timeline.until(now)],
            "plan": _plan(job, now),
        }
        if job.task is not None:
            shown["task"] = self._records.record(job, now, origin)
        if job.webhook is not None:
            shown["webhook"] = {"url": job.webhook.url, "type": job.webhook.type}
        return shown


def _plan(job: Job, now: Instant) -> list[dict[str, Any]]:
    """What is going to happen by itself."""
    return [_moment(moment) for moment in job.timeline.after(now) if moment.instant < HORIZON]


def _moment(moment: Moment) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "at": rfc3339(moment.instant),
        "status": moment.status,
        "progress": moment.progress,
    }
    if moment.failure is not None:
        shown["error"] = {"code": moment.failure.code, "message": moment.failure.message}
    return shown
