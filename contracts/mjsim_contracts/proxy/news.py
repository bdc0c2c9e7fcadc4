"""A client that has its jobs reported to this machine is told of them by the proxy, so that its webhooks or callbacks tell
the same story as the answers that it polls; what its receiver makes of each of them is recorded.
"""

import asyncio
import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout

from mjsim_contracts.error import CheckError
from mjsim_contracts.proxy.bulletin import Bulletin, Subscription, changes_of
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.script import Posting, Script
from mjsim_contracts.proxy.story import Document, Stage
from mjsim_contracts.proxy.truth import encode
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.receiver.delivery import Delivery as Recipe
from mjsim_contracts.traffic.delivery import Delivery

_PACE = 0.1
"""Seconds before each piece of news; a client that has just been answered needs a moment to note the job's id."""

_MARGIN = 5.0
"""How many seconds longer than it should take an answer is waited for, so that one that is late is seen to come."""

_TRIES = 3
_EARLY = 1.0
"""How many seconds the answer to a POST is kept back for news that is to come before it."""


class Account(Protocol):
    """The jobs of one client, as their story shows them."""

    async def prepare(self) -> None:
        """Be ready for the first request."""
        ...

    def inherit(self, job_ids: Iterable[str]) -> None:
        """These jobs are from before: every look shows them as they are."""
        ...

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request of the API."""
        ...

    async def finished(self, job_id: str) -> Document:
        """A job as it is once it is completed, whatever has been told of it so far."""
        ...

    def reach(self, job_id: str, look: int) -> None:
        """Others have been told what the look with this number shows."""
        ...

    def is_cancelled(self, job_id: str) -> bool:
        """Whether the client has cancelled the job."""
        ...


class News:
    """Answers as the account does, and delivers what it was asked to tell; `deliveries` is the record."""

    def __init__(self, account: Account, bulletin: Bulletin, script: Script, changes: Changes) -> None:
        self._account = account
        self._bulletin = bulletin
        self._script = script
        self._changes = changes
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self._start = time.monotonic()
        self.deliveries: list[Delivery] = []

    async def prepare(self) -> None:
        """Be ready for the first request."""
        await self._account.prepare()

    def begin(self, start: float) -> None:
        """The record starts at this reading of the monotonic clock, in seconds."""
        self._start = start

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request; one that names a receiver on this machine is passed on without it."""
        wanted = self._bulletin.subscription(asked)
        if wanted is None:
            return await self._account.answer(asked)
        silenced = replace(asked, body=encode(self._bulletin.silenced(json.loads(asked.body))))
        answer = await self._account.answer(silenced)
        reading = self._bulletin.dialect.read(asked.method, asked.target, asked.body, answer.status, answer.body)
        if reading and reading.created_id and self._script.posting is not Posting.NEVER:
            task = asyncio.create_task(self._tell(reading.created_id, wanted))
            self._tasks.add(task)
            if self._script.posting is Posting.EARLY:
                await asyncio.wait({task}, timeout=_EARLY)
        return answer

    async def close(self) -> None:
        """Deliver nothing more; raises what went wrong in the delivering itself, for which no client is to blame."""
        for task in self._tasks:
            task.cancel()
        ends = await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        for end in ends:
            if isinstance(end, Exception):
                raise CheckError(f"the check itself failed: {end!r}") from end

    async def _tell(self, job_id: str, wanted: Subscription) -> None:
        job = await self._account.finished(job_id)
        for again in (False, True) if self._script.posting is Posting.TWICE else (False,):
            for look, stage in self._order(list(changes_of(self._script.story, wanted))):
                await asyncio.sleep(_PACE)
                if self._account.is_cancelled(job_id):
                    return
                self._account.reach(job_id, look)
                shown = self._bulletin.at_stage(job, None if stage.status == "completed" else stage)
                await self._deliver(job_id, wanted.url, shown, again=again)

    def _order(self, news: Sequence[tuple[int, Stage]]) -> Sequence[tuple[int, Stage]]:
        return news[::-1] if self._script.posting is Posting.REVERSED else news

    async def _deliver(self, job_id: str, url: str, job: Document, *, again: bool) -> None:
        news, dialect = self._bulletin.news, self._bulletin.dialect
        document = news.tell(job)
        plain = Written(200, (("Content-Type", "application/json"),), encode(document))
        # How answers are written says nothing of how webhooks are: many receivers take no chunks, and need not.
        place = dialect.notice.place(document)
        told = dialect.state(place, 200, document)
        changed, notes = self._changes.apply(place, plain, {}, mannered=False)
        recipe = Recipe(changed.body, news.message_id(document), signing=news.signing, headers=news.signing.headers)
        key = news.signing.read_key(self._bulletin.secret, "secret")
        headers = dict([*changed.headers, *recipe.fields(key, int(time.time()))])
        sent = time.monotonic() - self._start
        answer, refused = await self._post(url, changed.body, headers)
        ended = time.monotonic() - self._start
        note = "; ".join(notes)
        self.deliveries.append(
            Delivery(job_id, url, told, changed.body, sent, ended, answer, refused, again, note, place)
        )

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bool]:
        """The status of the answer, 0 where none came; and whether nobody listened, however often it was tried."""
        if self._session is None:
            seconds = self._bulletin.dialect.notice.seconds + _MARGIN
            self._session = ClientSession(timeout=ClientTimeout(total=seconds))
        for _ in range(_TRIES):
            try:
                async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                    return answer.status, False
            except ClientConnectorError:
                await asyncio.sleep(_PACE)
            except (ClientError, TimeoutError, ValueError):
                return 0, False
        return 0, True
