"""One run of the command against one script: what it did, what it was told, and how it ended, as one value."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from mjsim_contracts.client.api import MIDJOURNEY_API, Api
from mjsim_contracts.client.command import Command, Ended
from mjsim_contracts.error import CheckError
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.news import News
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.stand import Stand
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.traffic.call import Call
from mjsim_contracts.traffic.delivery import Delivery


@dataclass(frozen=True, slots=True)
class Run:
    """`calls` are in the order of arrival; `made` holds the ids of the edits that changed an answer."""

    script: Script
    ended: Ended
    calls: tuple[Call, ...]
    made: frozenset[str]
    deliveries: tuple[Delivery, ...] = ()
    """The webhooks or callbacks that were delivered to this machine, in order."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A proxy that plays a script, and the account for which it does so."""

    stand: Stand
    changes: Changes
    key: str
    news: News

    @property
    def url(self) -> str:
        """The base URL for the client."""
        return self.stand.api.url


class Runner:
    """Runs the command; every run has a proxy and an account of its own, so that runs side by side never meet."""

    def __init__(self, upstream: Upstream, command: Command, prefix: str, api: Api = MIDJOURNEY_API) -> None:
        self._api = api
        self._upstream = upstream
        self._pictures = Pictures(upstream)
        self.command = command
        self._prefix = prefix
        self._numbers = count(1)

    async def run(self, script: Script, seconds: float) -> Run:
        """Run it once; it is ended after so many seconds."""
        async with self.stage(script) as stage:
            ended = await self.command.run(stage.url, stage.key, seconds)
        if stage.stand.defect:
            raise CheckError(f"the check itself failed: {stage.stand.defect!r}") from stage.stand.defect
        return Run(script, ended, stage.stand.calls, frozenset(stage.changes.made), tuple(stage.news.deliveries))

    @asynccontextmanager
    async def stage(self, script: Script, heard: Callable[[Call], None] | None = None) -> AsyncIterator[Stage]:
        """A proxy that plays the script as long as the context lasts; `heard` is told of every call."""
        key = f"{self._prefix}-{next(self._numbers)}"
        changes = Changes(script.edits, self._api.dialect)
        stand = Stand(script.faults, changes, dialect=self._api.dialect, heard=heard)
        await stand.open()
        try:
            account = self._api.account(self._upstream, self._pictures, key, script, stand.images.url)
            news = News(account, self._api.bulletin, script, changes)
            await news.prepare()
            stand.serve(news, self._pictures)
            news.begin(stand.start)
            try:
                yield Stage(stand, changes, key, news)
            finally:
                await news.close()
        finally:
            await stand.close()
