"""The control API, put together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from mjsim import __version__
from mjsim.assembly.parts import Parts
from mjsim.assembly.tasks import TaskParts
from mjsim.direction import Direction
from mjsim.dispatcher import Dispatcher
from mjsim.inbox import Inboxes
from mjsim.timekeeper import Timekeeper
from mjsim.web.control.clock import ClockControl
from mjsim.web.control.credits import CreditsControl
from mjsim.web.control.faults import FaultsApi
from mjsim.web.control.inbox import InboxApi, instruct
from mjsim.web.control.jobs import JobsControl
from mjsim.web.control.journal import JournalControl
from mjsim.web.control.state import StateControl
from mjsim.web.control.webhooks import WebhooksApi
from mjsim.web.route import Route


class ControlParts:
    """What the control API alone works with is the inboxes; everything else is there without it."""

    def __init__(self, parts: Parts, tasks: TaskParts, timekeeper: Timekeeper, dispatcher: Dispatcher) -> None:
        self._parts = parts
        self._tasks = tasks
        self._timekeeper = timekeeper
        self._dispatcher = dispatcher
        self._inboxes = Inboxes(parts.settings.secrets)

    def routes(self) -> list[Route]:
        """Its operations."""
        parts, tasks = self._parts, self._tasks
        direction = Direction(parts.clock, parts.store, parts.admission)
        return [
            *WebhooksApi(parts.store.outbox, parts.clock).routes(),
            *InboxApi(self._inboxes).routes(),
            *ClockControl(self._timekeeper, self._dispatcher, direction).routes(),
            *JobsControl(direction, parts.view, tasks.records, parts.origin).routes(),
            *CreditsControl(tasks.tasks).routes(),
            *JournalControl(parts.journal).routes(),
            *FaultsApi(parts.faults, parts.clock, self._scenario()).routes(),
            *StateControl(parts.store, [self._forget], self._between_worlds, self._info).routes(),
        ]

    def set_the_scene(self) -> None:
        """Whatever the scenario file says beside settings."""
        if (scenario := self._parts.settings.scenario) is None:
            return
        self._parts.faults.add(scenario.faults, self._parts.clock.now())
        for name, told in scenario.inbox.items():
            instruct(self._inboxes, name, {"answers": told})

    async def _forget(self, tenant: str | None) -> None:
        """Let go of everything beside jobs that belongs to a tenant, or to all; what the start gave is given again."""
        parts = self._parts
        await self._dispatcher.forget(tenant)
        await parts.store.outbox.enable(tenant, None)
        parts.journal.forget(tenant)
        self._inboxes.forget_tenant(tenant)
        parts.faults.clear(tenant)
        self._reset(tenant)
        if tenant is None:
            self.set_the_scene()

    @asynccontextmanager
    async def _between_worlds(self) -> AsyncIterator[None]:
        """Another world comes in here: nothing of this one goes on in it."""
        async with self._dispatcher.grounded():
            yield
            self._reset(None)

    def _reset(self, tenant: str | None) -> None:
        for reset in self._parts.resets:
            reset(tenant)

    def _info(self) -> dict[str, Any]:
        settings = self._parts.settings
        return {
            "version": __version__,
            "url": self._parts.origin.listening,
            "seed": self._parts.world.seed,
            "key": settings.ready_key,
            "settings": settings.shown(),
        }

    def _scenario(self) -> dict[str, object]:
        """What is simulated, without its faults, as a scenario file has it."""
        settings, scenario = self._parts.settings, self._parts.settings.scenario
        inbox = {"inbox": scenario.inbox} if scenario and scenario.inbox else {}
        return {"settings": settings.world() | {"seed": self._parts.world.seed}, **inbox}
