"""The one place where the parts are put together: settings in, a running simulator out."""

import secrets
import sys
from functools import partial
from typing import TextIO

from mjsim.clock import LineClock, wall_clock
from mjsim.core.error import SettingsError
from mjsim.core.faultbook import FaultBook
from mjsim.core.world import World
from mjsim.fetch import HttpFetch
from mjsim.paint.painter import Painter
from mjsim.ports import Clock
from mjsim.service import Service
from mjsim.settings import Settings
from mjsim.sight import Sight
from mjsim.store.sqlite import SqliteStore
from mjsim.web import health
from mjsim.web.access import Access
from mjsim.web.answer import refusal
from mjsim.web.faults import FaultsApi
from mjsim.web.files import Files
from mjsim.web.midjourney import MidjourneyApi
from mjsim.web.origin import Origin
from mjsim.web.reference import Reference
from mjsim.web.requestlog import RequestLog
from mjsim.web.server import Listener
from mjsim.web.site import Site
from mjsim.web.stage import Stage
from mjsim.web.view import View


class Simulator:
    """A simulator in this event loop; `clock` and `request_log` are for tests. Start it once, stop it once."""

    def __init__(self, settings: Settings, clock: Clock | None = None, request_log: TextIO | None = sys.stderr) -> None:
        self.settings = settings
        self._store = SqliteStore(settings.data)
        try:
            self.seed = _seed(settings, self._store)
        except SettingsError:
            self._store.release()
            raise
        self.faults = FaultBook(self.seed)
        self._clock = clock or LineClock(max(wall_clock(), self._store.latest()))
        if settings.scenario is not None:
            self.faults.add(settings.scenario.faults, self._clock.now())
        self._paint = Painter()
        self._fetch = HttpFetch(anywhere=settings.fetch == "any")
        self._requests = RequestLog(request_log, as_json=settings.log_format == "json")
        self._listener: Listener | None = None
        self.url = ""

    async def start(self) -> None:
        """Listen; from then on `url` is where. `SettingsError` says why that is not possible."""
        world = self._world()
        service = Service(world, self._clock, self._store, Sight(self.seed, self._store, self._paint, self._fetch))
        origin = Origin(self.settings.public_base_url)
        routes = [
            *MidjourneyApi(service, View(self.seed), origin).routes(),
            *Files(service).routes(),
            *Reference(self.settings.ready_key).routes(),
            *FaultsApi(self.faults, self._clock, self._scenario()).routes(),
            *health.routes(),
        ]
        stage = Stage(self.faults, service, partial(refusal, real_seconds=self._clock.real_seconds))
        site = Site(routes, Access(self.settings.keys), self._clock.real_seconds, self._requests, stage)
        self._listener = Listener(site, self.settings.host, self.settings.port)
        port = await self._listener.start()
        self.url = origin.listening = f"http://{self.settings.reachable_host}:{port}"

    async def stop(self) -> None:
        """Stop at once: open requests get a second, everything acknowledged is kept."""
        if self._listener is not None:
            await self._listener.stop()
        self._requests.flush()
        await self._fetch.close()
        self._paint.close()
        self._store.note_time(self._clock.now())
        await self._store.close()

    def _scenario(self) -> dict[str, object]:
        """What is simulated, without its faults, as a scenario file has it."""
        scenario = self.settings.scenario
        inbox = {"inbox": scenario.inbox} if scenario and scenario.inbox else {}
        return {"settings": self.settings.world | {"seed": self.seed}, **inbox}

    def _world(self) -> World:
        settings = self.settings
        return World(
            seed=self.seed,
            pace=settings.spans,
            failure_rate=settings.failure_rate,
            slots=settings.slots,
            rate_limit=settings.limit,
            max_jobs=settings.max_jobs,
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
