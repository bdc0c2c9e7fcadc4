"""Every answer here is the simulator's own, told as a story: its jobs are done at once, and are shown coming along.

What depends on a job's status tells the same story: lists, filters, cancelling, and children of a job that is not
completed yet.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.exchange import CREATES, Operation, identifier, inside, parsed
from mjsim_contracts.proxy.fault import error
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import Document, Telling
from mjsim_contracts.proxy.upstream import Asked, Server
from mjsim_contracts.proxy.wire import Written

_PAGE = 100
_AT_ONCE = 8
"""How many jobs from before are created side by side."""

_CHILDREN = frozenset({Operation.UPSCALE, Operation.VARIATION})
_LOOKS = frozenset({Operation.GET, Operation.LIST})


class Truth:
    """The answers of one account's server; `origin` is where pictures are addressed."""

    def __init__(self, upstream: Server, pictures: Pictures, key: str, script: Script, origin: str) -> None:
        self._upstream = upstream
        self._pictures = pictures
        self._key = key
        self._script = script
        self._origin = origin
        self._telling = Telling(script.story)

    async def prepare(self) -> None:
        """Give the account its jobs from before."""
        for start in range(0, self._script.earlier, _AT_ONCE):
            numbers = range(start, min(start + _AT_ONCE, self._script.earlier))
            await asyncio.gather(*(self._create(f"an earlier picture, number {number + 1}") for number in numbers))

    def inherit(self, job_ids: Iterable[str]) -> None:
        """These jobs are from before: every look shows them as they are."""
        self._telling.leave(job_ids)

    async def finished(self, job_id: str) -> Document:
        """The job as it is once it is completed, whatever has been told of it so far."""
        asked = Asked("GET", f"/v1/jobs/{job_id}", (("Authorization", f"Bearer {self._key}"),), b"")
        body = (await self._upstream.answer(asked)).body
        job: Document = json.loads(body)
        self._pictures.learn(_pictures(job))
        found: Document = json.loads(body.replace(self._upstream.origin.encode(), self._origin.encode()))
        return found

    def reach(self, job_id: str, look: int) -> None:
        """Others have been told what the look with this number shows."""
        self._telling.reach(job_id, look)

    def is_cancelled(self, job_id: str) -> bool:
        """Whether the client has cancelled the job."""
        return self._telling.is_cancelled(job_id)

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request of the API."""
        return await between(self._origin, self._upstream.origin, asked, self._told)

    async def _told(self, asked: Asked) -> Written:
        operation = MIDJOURNEY.operation(asked.method, asked.target)
        if operation is Operation.CANCEL:
            return await self._cancelled(asked)
        if operation in _CHILDREN and self._too_early(asked):
            return _refused(400, "parent_not_completed", "The parent job has no images yet; it is at work.")
        query = dict(parse_qsl(urlsplit(asked.target).query, keep_blank_values=True))
        if operation is Operation.LIST and "status" in query:
            answer = await self._filtered(asked, query)
        else:
            answer = await self._upstream.answer(asked)
        if answer.status == 200 and operation in CREATES:
            self._remember(asked, answer)
        if answer.status != 200 or operation not in _LOOKS:
            return answer
        shown = self._shown(json.loads(answer.body), "status" not in query)
        if operation is Operation.LIST and self._script.drift:
            await self._create("a picture of somebody else")
        return replace(answer, body=encode(shown))

    def _shown(self, document: Document, look: bool) -> Document:
        """A job, or a page of jobs that have not been looked at yet."""
        jobs = document.get("data", [document])
        for job in jobs:
            self._pictures.learn(_pictures(job))
        if not look:
            return document
        told = [self._telling.show(job) for job in jobs]
        return document | {"data": told} if "data" in document else told[0]

    def _too_early(self, asked: Asked) -> bool:
        """Whether the parent is not seen to be completed."""
        parent = identifier(inside(parsed(asked.body), "job_id"))
        return bool(parent) and self._telling.stage(parent) is not None

    def _remember(self, asked: Asked, answer: Written) -> None:
        """A job that reports to a webhook is shown as the webhook tells it."""
        if inside(parsed(asked.body), "webhook_url"):
            self._telling.leave([identifier(inside(parsed(answer.body), "data", "job_id"))])

    async def _cancelled(self, asked: Asked) -> Written:
        look = replace(asked, method="GET", target=asked.target.removesuffix("/cancel"), body=b"")
        found = await self._upstream.answer(look)
        cancelled = self._telling.cancel(json.loads(found.body)) if found.status == 200 else None
        return replace(found, body=encode(cancelled)) if cancelled else await self._upstream.answer(asked)

    async def _filtered(self, asked: Asked, query: dict[str, str]) -> Written:
        """A list by status: the simulator's jobs are all completed, so the filter is applied to what is shown."""
        answer = await self._upstream.answer(asked)
        if answer.status != 200:
            return answer
        sort = f"&sort={query['sort']}" if "sort" in query else ""
        jobs: list[Document] = []
        while True:
            target = f"/v1/jobs?limit={_PAGE}&offset={len(jobs)}{sort}"
            page = json.loads((await self._upstream.answer(replace(asked, target=target))).body)
            jobs += page["data"]
            if not page["data"] or len(jobs) >= page["total"]:
                break
        matching = [job for job in map(self._telling.show, jobs) if job["status"] == query["status"]]
        found = json.loads(answer.body)
        part = matching[found["offset"] : found["offset"] + found["limit"]]
        return replace(answer, body=encode(found | {"data": part, "total": len(matching)}))

    async def _create(self, prompt: str) -> None:
        headers = (("Authorization", f"Bearer {self._key}"), ("Content-Type", "application/json"))
        body = encode({"prompt": prompt})
        answer = await self._upstream.answer(Asked("POST", "/v1/imagine", headers, body))
        self._telling.leave([identifier(inside(parsed(answer.body), "data", "job_id"))])


async def between(here: str, there: str, asked: Asked, tell: Callable[[Asked], Awaitable[Written]]) -> Written:
    """What is told of pictures that have their addresses at one origin here, and at another there."""
    told = await tell(replace(asked, body=asked.body.replace(here.encode(), there.encode())))
    return replace(told, body=told.body.replace(there.encode(), here.encode()))


def _pictures(job: Document) -> Iterator[tuple[str, tuple[str, int, int]]]:
    """The addresses of a job's pictures, and what they are: their place among the others, and their size."""
    for image in inside(job, "result", "images") or ():
        name = image["url"].rpartition("/")[2].partition(".")[0]
        yield image["url"], (name, image["width"], image["height"])


def encode(document: Any) -> bytes:
    """JSON as the simulator writes it."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _refused(status: int, code: str, message: str) -> Written:
    refusal = error(status, code, message)
    return Written(refusal.status, refusal.headers, refusal.body)
