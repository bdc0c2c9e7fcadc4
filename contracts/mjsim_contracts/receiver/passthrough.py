"""What a receiver asks the API because of a delivery goes through here: it is seen, and on request it goes wrong."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientSession, web

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.simulator import Api

_NOT_PASSED_ON = {"authorization", "connection", "content-length", "transfer-encoding"}

_LARGEST_BODY = 64 * 2**20
"""Bytes; more than the API takes, so that it is the API that refuses."""


_ASKING = ("/v1/", "/api/v1/")
"""Beginnings of paths at which a GET only asks."""


class Refusal(NamedTuple):
    """An answer of the API other than the true one."""

    status: int
    document: Any


class Refusals(NamedTuple):
    """How an API says that there is no such job, and that it cannot answer now."""

    unknown: Refusal
    unavailable: Refusal


@dataclass(frozen=True, slots=True)
class FollowUp:
    """A request of the receiver, `path` with its query; `at` is the reading of `time.perf_counter`."""

    at: float
    method: str
    path: str
    status: int

    @property
    def acts(self) -> bool:
        """Whether it does or fetches something, other than asking how jobs stand."""
        return self.method != "GET" or not self.path.startswith(_ASKING)


@dataclass(slots=True)
class PassThrough:
    """Hands every request on to the API with a key that fits, so that any key of the receiver's will do.

    Jobs in `hidden` are answered as before their creation; jobs in `failing` as while the API is down.
    """

    api: Api
    session: ClientSession
    refusals: Refusals
    url: str = ""
    follow_ups: list[FollowUp] = field(default_factory=list)
    hidden: set[str] = field(default_factory=set)
    failing: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def about(self, job_id: str) -> list[FollowUp]:
        """The requests that named a job in their path or query."""
        return [one for one in self.follow_ups if job_id in one.path]

    async def asked(self, job_id: str) -> None:
        """Wait until there is one."""
        while not self.about(job_id):
            self.news.clear()
            await self.news.wait()

    async def handle(self, request: web.Request) -> web.Response:
        """The API's answer, or the one that is wanted."""
        answer = await self._answer(request)
        self.follow_ups.append(FollowUp(time.perf_counter(), request.method, request.path_qs, answer.status))
        self.news.set()
        return answer

    async def _answer(self, request: web.Request) -> web.Response:
        for jobs, refusal in ((self.hidden, self.refusals.unknown), (self.failing, self.refusals.unavailable)):
            if any(job_id in request.path_qs for job_id in jobs):
                return _refused(refusal)
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
        headers["Authorization"] = f"Bearer {self.api.key}"
        url, body = self.api.url + request.path_qs, await request.read()
        try:
            async with self.session.request(request.method, url, headers=headers, data=body) as answer:
                content = await answer.read()
                kept = {name: text for name, text in answer.headers.items() if name.lower() not in _NOT_PASSED_ON}
                return web.Response(status=answer.status, headers=kept, body=content)
        except ClientError:
            return web.Response(status=502, text="The API cannot be reached.")


def _refused(refusal: Refusal) -> web.Response:
    return web.json_response(refusal.document, status=refusal.status)


@contextlib.asynccontextmanager
async def pass_through(api: Api, port: int, refusals: Refusals) -> AsyncIterator[PassThrough]:
    """Listen on 127.0.0.1, on a free port where `port` is 0; CheckError where the port is taken."""
    async with ClientSession(auto_decompress=False, trust_env=False) as session:
        passing = PassThrough(api, session, refusals)
        application = web.Application(client_max_size=_LARGEST_BODY)
        application.router.add_route("*", "/{path:.*}", passing.handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.5)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", port).start()
            passing.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            yield passing
        except OSError as error:
            if passing.url:
                raise
            reason = os.strerror(error.errno) if error.errno else error
            raise CheckError(f"--api-port {port} cannot be listened on: {reason}") from error
        finally:
            await runner.cleanup()
