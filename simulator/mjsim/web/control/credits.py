"""The credits of tenants over HTTP: what the task API has left to spend, and what it is to have."""

from mjsim import spec
from mjsim.core.tenant import tenant_named
from mjsim.tasks import Tasks
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_json
from mjsim.web.route import Call, Route


class CreditsControl:
    """Handlers of `/_sim/tenants/{tenant}/credits`."""

    def __init__(self, tasks: Tasks) -> None:
        self._tasks = tasks

    def routes(self) -> list[Route]:
        """Where the credits are."""
        return [Route("/_sim/tenants/{tenant}/credits", {"GET": self.get, "PUT": self.set})]

    async def get(self, call: Call) -> web.Response:
        """getCredits."""
        tenant = tenant_named(call.places["tenant"])
        return plain_json({"tenant": tenant, "credits": await self._tasks.credits(tenant)})

    async def set(self, call: Call) -> web.Response:
        """setCredits."""
        body = await read_json(call.request, "Credits", spec.CONTROL)
        await self._tasks.grant(tenant_named(call.places["tenant"]), int(body["credits"]))
        return await self.get(call)
