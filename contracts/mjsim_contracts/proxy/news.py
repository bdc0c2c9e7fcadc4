"""A client that has its jobs reported to this machine is told of them by the proxy, so that its webhooks tell the same
story as the answers that it polls; what its receiver makes of each of them is recorded.

They are signed as a simulator signs them that was given no secret.
"""

import asyncio
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import ClientConnectorError, ClientError, ClientSession, ClientTimeout

from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.error import CheckError
from mjsim_contracts.exchange import CREATES, Operation, identifier, inside, parsed
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.script import Posting, Script
from mjsim_contracts.proxy.story import Document, Stage, Story, at_stage
from mjsim_contracts.proxy.truth import Truth, encode
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.receiver.delivery import Delivery as Recipe
from mjsim_contracts.receiver.event import event
from mjsim_contracts.traffic.delivery import Delivery

KEY = b"mjsim-development-secret"
"""What is signed with where no secret was given: known to everybody."""

NEWS_FIELDS = frozenset({"event", "job_id", "timestamp"})
"""What a webhook tells beside the job."""

_PACE = 0.1
"""Seconds before each piece of news; a client that has just been answered needs a moment to note the job's id."""

_WAIT = ClientTimeout(total=10)
_TRIES = 3
_EARLY = 1.0
"""How many seconds the answer to a POST is kept back for news that is to come before it."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a job is reported, and whether every change of its status is, or only its end."""

    url: str
    every: bool


class News:
    """Answers as the truth does, and delivers what webhooks were asked for; `deliveries` is the record."""

    def __init__(self, truth: Truth, script: Script, changes: Changes) -> None:
        self._truth = truth
        self._script = script
        self._changes = changes
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: ClientSession | None = None
        self._start = time.monotonic()
        self.deliveries: list[Delivery] = []

    async def prepare(self) -> None:
        """Give the account its jobs from before."""
        await self._truth.prepare()

    def begin(self, start: float) -> None:
        """The record starts at this reading of the monotonic clock, in seconds."""
        self._start = start

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request; a POST that names a webhook on this machine is taken without it."""
        wanted = subscription(asked)
        if wanted is None:
            return await self._truth.answer(asked)
        answer = await self._truth.answer(replace(asked, body=_without_webhook(asked.body)))
        if answer.status == 200 and self._script.posting is not Posting.NEVER:
            job_id = identifier(inside(json.loads(answer.body), "data", "job_id"))
            task = asyncio.create_task(self._tell(job_id, wanted))
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
        job = await self._truth.finished(job_id)
        for again in (False, True) if self._script.posting is Posting.TWICE else (False,):
            for look, stage in self._order(list(changes_of(self._script.story, wanted))):
                await asyncio.sleep(_PACE)
                if self._truth.is_cancelled(job_id):
                    return
                self._truth.reach(job_id, look)
                shown = at_stage(job, None if stage.status == "completed" else stage)
                await self._deliver(job_id, wanted.url, shown, again=again)

    def _order(self, news: Sequence[tuple[int, Stage]]) -> Sequence[tuple[int, Stage]]:
        return news[::-1] if self._script.posting is Posting.REVERSED else news

    async def _deliver(self, job_id: str, url: str, job: Document, *, again: bool) -> None:
        news = {name: value for name, value in event(job).items() if name in NEWS_FIELDS}
        plain = Written(200, (("Content-Type", "application/json"),), encode(news | job))
        # How answers are written says nothing of how webhooks are: many receivers take no chunks, and need not.
        changed, notes = self._changes.apply(Operation.GET, plain, {}, mannered=False)
        body = changed.body
        recipe = Recipe(body, f"msg_{job_id}_{job['status']}")
        headers = dict([*changed.headers, *recipe.fields(KEY, int(time.time()))])
        sent = time.monotonic() - self._start
        status, refused = await self._post(url, body, headers)
        self.deliveries.append(
            Delivery(
                job_id, url, str(job["status"]), body, sent, time.monotonic() - self._start, status, refused, again,
                "; ".join(notes),
            )
        )  # fmt: skip

    async def _post(self, url: str, body: bytes, headers: dict[str, str]) -> tuple[int, bool]:
        """The status of the answer, 0 where none came; and whether nobody listened, however often it was tried."""
        if self._session is None:
            self._session = ClientSession(timeout=_WAIT)
        for _ in range(_TRIES):
            try:
                async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                    return answer.status, False
            except ClientConnectorError:
                await asyncio.sleep(_PACE)
            except (ClientError, TimeoutError, ValueError):
                return 0, False
        return 0, True


def subscription(asked: Asked) -> Subscription | None:
    """What a request asks to be told; None where it names no webhook, or one of another machine."""
    if MIDJOURNEY.operation(asked.method, asked.target) not in CREATES:
        return None
    body = parsed(asked.body)
    url, kind = inside(body, "webhook_url"), inside(body, "webhook_type") or "result"
    if not isinstance(url, str) or kind not in {"progress", "result"} or not _is_here(url):
        return None
    return Subscription(url, kind == "progress")


def changes_of(story: Story, wanted: Subscription) -> Iterator[tuple[int, Stage]]:
    """What a webhook is told of a story: the number of the stage, and the stage."""
    before = story.value[0].status if len(story.value) > 1 else "pending"
    for look, stage in enumerate(story.value):
        if stage.status != before and (wanted.every or stage.status in {"completed", "failed"}):
            yield look, stage
        before = stage.status


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def _without_webhook(body: bytes) -> bytes:
    document = json.loads(body)
    return encode({name: value for name, value in document.items() if not name.startswith("webhook_")})
