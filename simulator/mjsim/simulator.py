"""The one place where the parts are put together: settings in, a running simulator out.

What the first answer of the published API does not need is made when it is first asked for: see `mjsim.assembly`.
"""

import asyncio
import secrets
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from mjsim.admission import Admission
from mjsim.assembly.parts import Parts
from mjsim.clock import LineClock, wall_clock
from mjsim.core.delivery import Delivery, Sent
from mjsim.core.error import SettingsError
from mjsim.core.faultbook import FaultBook
from mjsim.core.instant import Instant
from mjsim.core.job import RETENTION, Job
from mjsim.core.world import World
from mjsim.dispatcher import Dispatcher
from mjsim.fetch import HttpFetch
from mjsim.paint.painter import Painter
from mjsim.ports import Clock
from mjsim.send.http import HttpSend
from mjsim.service import Service
from mjsim.settings import Settings
from mjsim.sight import Sight
from mjsim.store.embedded import EmbeddedStore
from mjsim.store.opening import open_store
from mjsim.timekeeper import Timekeeper
from mjsim.web import health
from mjsim.web.access import Access
from mjsim.web.guard import HEALTH, INBOX, Guard
from mjsim.web.journal import Journal
from mjsim.web.midjourney import MidjourneyApi
from mjsim.web.origin import Origin
from mjsim.web.requestlog import RequestLog
from mjsim.web.route import Route, RouteTable
from mjsim.web.server import Listener
from mjsim.web.site import Site
from mjsim.web.stage import Stage
from mjsim.web.surface import Errors, Surface, Surfaces, everybody
from mjsim.web.tasks.envelope import Envelopes
from mjsim.web.view import View

if TYPE_CHECKING:
    from mjsim.assembly.control import ControlParts
    from mjsim.assembly.tasks import TaskParts
    from mjsim.courier import Courier


class Simulator:
    """A simulator in this event loop; `clock` and `request_log` are for tests. Start it once, stop it once."""

    def __init__(self, settings: Settings, clock: Clock | None = None, request_log: TextIO | None = sys.stderr) -> None:
        self.settings = settings
        self._store = open_store(settings.data, wall_clock)
        try:
            self.seed = _seed(settings, self._store)
        except SettingsError:
            self._store.release()
            raise
        self._clock = clock or self._line(settings)
        self._paint = Painter()
        self._fetch = HttpFetch(anywhere=settings.fetch == "any")
        self._send = HttpSend(anywhere=settings.allow_public_targets)
        self._parts = self._made()
        self.dispatcher = Dispatcher(self._clock, self._store.outbox, self._deliver, time.time)
        self._timekeeper = Timekeeper(self._clock, self._store, self.dispatcher, settings.step)
        self._delivering: asyncio.Task[None] | None = None
        self._requests = RequestLog(request_log, as_json=settings.log_format == "json")
        self._listener: Listener | None = None
        self.url = ""
        if settings.scenario is not None:
            self._control.set_the_scene()

    def _made(self) -> Parts:
        world = _world(self.settings, self.seed)
        admission = Admission(world, self._store)
        sight = Sight(self.seed, self._store, self._paint, self._fetch)
        return Parts(
            settings=self.settings,
            world=world,
            clock=self._clock,
            store=self._store,
            faults=FaultBook(self.seed),
            journal=Journal(),
            origin=Origin(self.settings.public_base_url),
            view=View(self.seed),
            admission=admission,
            sight=sight,
            service=Service(world, self._clock, self._store, sight, admission),
            resets=[],
        )

    async def start(self) -> None:
        """Listen; from then on `url` is where. `SettingsError` says why that is not possible."""
        parts = self._parts
        await self._store.note_line(self._clock.now(), self._clock.rate)
        stage = Stage(parts.faults, parts.service, self._clock.real_seconds)
        site = Site(self._surfaces(), self._timekeeper, parts.journal, self._requests, stage)
        self._listener = Listener(site, self.settings.host, self.settings.port)
        port = await self._listener.start()
        self.url = parts.origin.listening = f"http://{self.settings.reachable_host}:{port}"
        self._delivering = asyncio.create_task(self.dispatcher.run())

    async def kept(self) -> tuple[int, int]:
        """How many jobs the store holds, and how many of them have expired by now."""
        until = Instant(self._clock.now() - RETENTION)
        return await self._store.count(), await self._store.count_accepted_until(until)

    def routes(self) -> list[Route]:
        """Everything that is served."""
        return Surfaces(self._surfaces()).routes

    def _surfaces(self) -> list[Surface]:
        settings, parts = self.settings, self._parts
        access = Access(settings.keys)
        api = MidjourneyApi(parts.service, parts.view, parts.origin)
        envelopes = Envelopes(mirrored=settings.task_errors == "http")
        errors = Errors(envelopes.refuse, envelopes.state)
        return [
            Surface("midjourney", "/v1/", access.tenant, RouteTable(api.routes)),
            Surface("tasks", "/api/", access.tenant, RouteTable(self._task_routes), errors=errors),
            *self._control_surfaces(),
            Surface("files", "/", everybody, RouteTable(self._open_routes), keyed=False),
        ]

    def _control_surfaces(self) -> list[Surface]:
        """Probes and inboxes are admitted by rules of their own, and a probe needs nothing else."""
        settings = self.settings
        names = frozenset(filter(None, (settings.host.lower(), settings.public_host)))
        admit = Guard(settings.control_token, names).admit
        table = RouteTable(self._control_routes)
        return [
            Surface("control", HEALTH, admit, RouteTable(health.routes), keyed=False, open=False),
            Surface("inbox", INBOX, admit, table, keyed=False, open=False),
            Surface("control", "/_sim/", admit, table, keyed=False, open=False),
        ]

    def _task_routes(self) -> list[Route]:
        return self._tasks.routes()

    def _control_routes(self) -> list[Route]:
        return self._control.routes()

    def _open_routes(self) -> list[Route]:
        from mjsim.assembly.ground import open_routes

        return open_routes(self._parts, self._tasks)

    @cached_property
    def _tasks(self) -> "TaskParts":
        from mjsim.assembly.tasks import TaskParts

        return TaskParts(self._parts)

    @cached_property
    def _control(self) -> "ControlParts":
        from mjsim.assembly.control import ControlParts

        return ControlParts(self._parts, self._tasks, self._timekeeper, self.dispatcher)

    @cached_property
    def _courier(self) -> "Courier":
        from mjsim.assembly.delivery import courier

        return courier(self._parts, self._send, lambda: self._tasks.dialect)

    async def _deliver(self, delivery: Delivery, job: Job) -> Sequence[Sent]:
        return await self._courier.deliver(delivery, job)

    async def stop(self) -> None:
        """Stop at once: open requests get a second, everything acknowledged is kept, and what is not delivered too."""
        if self._listener is not None:
            await self._listener.stop()
        if self._delivering is not None:
            self._delivering.cancel()
            with suppress(asyncio.CancelledError):
                await self._delivering
        await self.dispatcher.stop()
        await self._send.close()
        self._requests.flush()
        await self._fetch.close()
        self._paint.close()
        await self._store.note_line(self._clock.now(), self._clock.rate)
        await self._store.close()

    def _line(self, settings: Settings) -> LineClock:
        """Time goes on from where the data file left it, and never back."""
        start = wall_clock() if settings.time_start is None else settings.time_start
        return LineClock(max(start, self._store.reached(wall_clock())), settings.time_rate)


def _world(settings: Settings, seed: int) -> World:
    return World(
        seed=seed,
        pace=settings.spans,
        failure_rate=settings.failure_rate,
        slots=settings.slots,
        rate_limit=settings.limit,
        max_jobs=settings.max_jobs,
        task_limit=settings.task_limit,
        credits=settings.credits,
    )


def _seed(settings: Settings, store: EmbeddedStore) -> int:
    """The seed of the world: that of its data file once there is one, for addresses and ids stem from it."""
    wanted = secrets.randbelow(1 << 32) if settings.seed is None else settings.seed
    seed = int(store.fact("seed", str(wanted)))
    if settings.seed not in (None, seed):
        raise SettingsError(
            f"data file {settings.data} was made with seed {seed}, not {settings.seed}; leave --seed out, or use {seed}."
        )
    return seed
