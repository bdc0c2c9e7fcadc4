"""The one place where the parts are put together: settings in, a running simulator out."""

import asyncio
import secrets
import sys
import time
from contextlib import suppress
from typing import Any, TextIO

from mjsim import __version__
from mjsim.admission import Admission
from mjsim.clock import LineClock, wall_clock
from mjsim.core.error import SettingsError
from mjsim.core.faultbook import FaultBook
from mjsim.core.instant import Instant
from mjsim.core.job import RETENTION, Job
from mjsim.core.world import World
from mjsim.courier import Courier, Dialect, DialectOf
from mjsim.direction import Direction
from mjsim.dispatcher import Dispatcher
from mjsim.fetch import HttpFetch
from mjsim.inbox import Inboxes
from mjsim.paint.painter import Painter
from mjsim.ports import Clock
from mjsim.sabotage import Sabotage
from mjsim.send.http import HttpSend
from mjsim.service import Service
from mjsim.settings import Settings
from mjsim.sight import Sight
from mjsim.store.sqlite import SqliteStore
from mjsim.tasks import Tasks
from mjsim.timekeeper import Timekeeper
from mjsim.web import health
from mjsim.web.access import Access
from mjsim.web.control.clock import ClockControl
from mjsim.web.control.credits import CreditsControl
from mjsim.web.control.faults import FaultsApi
from mjsim.web.control.inbox import InboxApi, instruct
from mjsim.web.control.jobs import JobsControl
from mjsim.web.control.journal import JournalControl
from mjsim.web.control.state import StateControl
from mjsim.web.control.webhooks import WebhooksApi
from mjsim.web.files import Files
from mjsim.web.guard import INBOX, Guard
from mjsim.web.journal import Journal
from mjsim.web.midjourney import MidjourneyApi
from mjsim.web.news import News
from mjsim.web.origin import Origin
from mjsim.web.reference import Reference
from mjsim.web.requestlog import RequestLog
from mjsim.web.route import Route
from mjsim.web.server import Listener
from mjsim.web.site import Site
from mjsim.web.stage import Stage
from mjsim.web.surface import Errors, Surface
from mjsim.web.tasks.api import TasksApi
from mjsim.web.tasks.callback import RETRIES, Callbacks
from mjsim.web.tasks.envelope import Envelopes
from mjsim.web.tasks.form import Forms
from mjsim.web.tasks.record import Records
from mjsim.web.tasks.videos import Videos
from mjsim.web.view import View


class Simulator:
    """A simulator in this event loop; `clock` and `request_log` are for tests. Start it once, stop it once."""

    def __init__(self, settings: Settings, clock: Clock | None = None, request_log: TextIO | None = sys.stderr) -> None:
        self.settings = settings
        self._store = SqliteStore(settings.data, wall_clock)
        try:
            self.seed = _seed(settings, self._store)
        except SettingsError:
            self._store.release()
            raise
        self._clock = clock or self._line(settings)
        self._world = _world(settings, self.seed)
        self._journal = Journal()
        self.faults = FaultBook(self.seed)
        self._inboxes = Inboxes(settings.secrets)
        self._set_the_scene()
        self._paint = Painter()
        self._fetch = HttpFetch(anywhere=settings.fetch == "any")
        self._send = HttpSend(anywhere=settings.allow_public_targets)
        self._origin = Origin(settings.public_base_url)
        self._view = View(self.seed)
        self._records = Records(self.seed, times_as_text=settings.task_rules == "lenient")
        self._envelopes = Envelopes(mirrored=settings.task_errors == "http")
        self.dispatcher = self._dispatcher()
        self._admission = Admission(self._world, self._store)
        sight = Sight(self.seed, self._store, self._paint, self._fetch)
        self._service = Service(self._world, self._clock, self._store, sight, self._admission)
        self._tasks = Tasks(self._world, self._clock, self._store, sight, self._service)
        self._timekeeper = Timekeeper(self._clock, self._store, self.dispatcher, settings.step)
        self._delivering: asyncio.Task[None] | None = None
        self._requests = RequestLog(request_log, as_json=settings.log_format == "json")
        self._listener: Listener | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen; from then on `url` is where. `SettingsError` says why that is not possible."""
        await self._store.note_line(self._clock.now(), self._clock.rate)
        stage = Stage(self.faults, self._service, self._clock.real_seconds)
        site = Site(self.routes(), self._surfaces(), self._timekeeper, self._journal, self._requests, stage)
        self._listener = Listener(site, self.settings.host, self.settings.port)
        port = await self._listener.start()
        self.url = self._origin.listening = f"http://{self.settings.reachable_host}:{port}"
        self._delivering = asyncio.create_task(self.dispatcher.run())

    async def kept(self) -> tuple[int, int]:
        """How many jobs the store holds, and how many of them have expired by now."""
        until = Instant(self._clock.now() - RETENTION)
        return await self._store.count(), await self._store.count_accepted_until(until)

    def routes(self) -> list[Route]:
        """Everything that is served."""
        tasks, direction = self._tasks, Direction(self._clock, self._store, self._admission)
        forms = Forms(strict=self.settings.task_rules == "strict")
        return [
            *MidjourneyApi(self._service, self._view, self._origin).routes(),
            *TasksApi(tasks, forms, self._records, self._origin).routes(),
            *Videos(tasks).routes(),
            *Files(self._service).routes(),
            *Reference(self.settings.ready_key).routes(),
            *WebhooksApi(self._store.outbox, self._clock).routes(),
            *InboxApi(self._inboxes).routes(),
            *health.routes(),
            *ClockControl(self._timekeeper, self.dispatcher, direction).routes(),
            *JobsControl(direction, self._view, self._records, self._origin).routes(),
            *CreditsControl(tasks).routes(),
            *JournalControl(self._journal).routes(),
            *FaultsApi(self.faults, self._clock, self._scenario()).routes(),
            *StateControl(self._store, [self._forget], self._info).routes(),
        ]

    def _surfaces(self) -> list[Surface]:
        settings = self.settings
        names = frozenset(filter(None, (settings.host.lower(), settings.public_host)))
        guard = Guard(settings.control_token, names)
        access = Access(settings.keys)
        return [
            Surface("midjourney", "/v1/", access.tenant),
            Surface("tasks", "/api/", access.tenant, errors=Errors(self._envelopes.refuse, self._envelopes.state)),
            Surface("inbox", INBOX, guard.admit, keyed=False, open=False),
            Surface("control", "/_sim/", guard.admit, keyed=False, open=False),
        ]

    async def _forget(self, tenant: str | None) -> None:
        """Let go of everything beside jobs that belongs to a tenant, or to all; what the start gave is given again."""
        await self.dispatcher.forget(tenant)
        await self._store.outbox.enable(tenant, None)
        self._journal.forget(tenant)
        self._inboxes.forget_tenant(tenant)
        self.faults.clear(tenant)
        if tenant is None:
            self._set_the_scene()

    def _set_the_scene(self) -> None:
        """Whatever the scenario file says beside settings."""
        if (scenario := self.settings.scenario) is None:
            return
        self.faults.add(scenario.faults, self._clock.now())
        for name, told in scenario.inbox.items():
            instruct(self._inboxes, name, {"answers": told})

    def _info(self) -> dict[str, Any]:
        return {
            "version": __version__,
            "url": self.url,
            "seed": self.seed,
            "key": self.settings.ready_key,
            "settings": self.settings.shown(),
        }

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

    def _scenario(self) -> dict[str, object]:
        """What is simulated, without its faults, as a scenario file has it."""
        scenario = self.settings.scenario
        inbox = {"inbox": scenario.inbox} if scenario and scenario.inbox else {}
        return {"settings": self.settings.world() | {"seed": self.seed}, **inbox}

    def _dispatcher(self) -> Dispatcher:
        outbox, sabotage = self._store.outbox, Sabotage(self.faults, self._clock)
        courier = Courier(self.seed, self._clock, outbox, self._send, self._dialects(), sabotage, time.time)
        return Dispatcher(self._clock, outbox, courier, time.time)

    def _dialects(self) -> DialectOf:
        """Each API tells of the jobs that were made through it."""
        settings, origin = self.settings, self._origin
        news = Dialect(News(self._view, origin).signed_with(settings.secrets), settings.retries)
        callbacks = Dialect(Callbacks(self._records, origin, settings.task_webhook_key).write, RETRIES)

        def dialect_of(job: Job) -> Dialect:
            return news if job.task is None else callbacks

        return dialect_of

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


def _seed(settings: Settings, store: SqliteStore) -> int:
    """The seed of the world: that of its data file once there is one, for addresses and ids stem from it."""
    wanted = secrets.randbelow(1 << 32) if settings.seed is None else settings.seed
    seed = int(store.fact("seed", str(wanted)))
    if settings.seed not in (None, seed):
        raise SettingsError(
            f"data file {settings.data} was made with seed {seed}, not {settings.seed}; leave --seed out, or use {seed}."
        )
    return seed
