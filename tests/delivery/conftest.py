"""Deliveries from store to socket: a real store, a real sender and real receivers, on time that only the test moves."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from mjsim.clock import LineClock, wall_clock
from mjsim.core.chance import Key
from mjsim.core.delivery import Attempt, Delivery, Sent
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.message import Message, write
from mjsim.core.pace import JobType
from mjsim.core.request import Webhook
from mjsim.core.retry import parse_retries
from mjsim.core.status import Status
from mjsim.core.tampering import TRUTHFUL, Tampering
from mjsim.core.timeline import Moment, Timeline
from mjsim.core.webhook import DEVELOPMENT_SECRET, EVENTS
from mjsim.courier import Courier, Dialect
from mjsim.dispatcher import Dispatcher
from mjsim.ports import DeliveryQuery
from mjsim.send.http import HttpSend
from mjsim.store.embedded import EmbeddedStore
from mjsim.store.opening import open_store

BEGIN = Instant(1_767_225_600_000)
PATIENCE = 30
REAL = 1_767_225_600.0


@pytest.fixture(autouse=True)
def _nothing_went_wrong_inside(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a receiver does, nothing is an error of ours."""
    yield
    found = [record for record in caplog.get_records("call") if record.name == "mjsim"]
    wrong = [record for record in found if record.levelno >= logging.ERROR]
    assert not wrong, [record.getMessage() for record in wrong]


@dataclass
class Receiver:
    """What it has got, each as (headers, body), and what it answers in turn before 200 (None hangs)."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: deque[Any] = field(default_factory=deque)
    released: asyncio.Event = field(default_factory=asyncio.Event)
    now: int = 0
    most: int = 0

    @property
    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.got]

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.got]

    async def receive(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            self.got.append((headers, await request.read()))
            answer = self.answers.popleft() if self.answers else 200
            if answer is None:
                await self.released.wait()
                return web.Response()
            return answer if isinstance(answer, web.Response) else web.Response(status=answer)
        finally:
            self.now -= 1


@asynccontextmanager
async def receiving(*answers: Any) -> AsyncIterator[Receiver]:
    """A receiver that gives these answers in turn, then 200."""
    receiver = Receiver(answers=deque(answers))
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    try:
        yield receiver
    finally:
        receiver.released.set()
        await runner.cleanup()


@dataclass
class Post:
    """A store, a clock that stands still, and a dispatcher; `tampering` is what goes wrong, by what it is asked about."""

    store: EmbeddedStore
    clock: LineClock
    send: HttpSend
    dispatcher: Dispatcher
    tampered: Callable[[Delivery, int], Tampering]
    jobs: int = 0

    async def keep(
        self, url: str, kind: str = "progress", lead: int = 10, run: int = 10, tenant: str = "alice", number: int = 1
    ) -> list[Job]:
        """New jobs that start `lead` from now, and are completed `run` later."""
        now, jobs = self.clock.now(), []
        async with self.store.turn(tenant) as turn:
            for _ in range(number):
                self.jobs += 1
                moments = [Moment(now, Status.PENDING, 0), Moment(Instant(now + lead), Status.IN_PROGRESS, 0)]
                moments.append(Moment(Instant(now + lead + run), Status.COMPLETED, 100))
                key = Key(1, tenant, f"{self.jobs}", 0)
                hook = Webhook(url, kind)
                life = Timeline(tuple(moments))
                jobs.append(Job(key.uuid(), tenant, JobType.IMAGINE, f"{self.jobs}", 0, life, Work("a"), hook))
                turn.add(jobs[-1])
        return jobs

    async def settle(self) -> list[Sent]:
        return await self.dispatcher.settle()

    async def advance(self, milliseconds: int) -> list[Sent]:
        """Be so much later; the attempts that this leads to."""
        self.clock.advance(milliseconds)
        return await self.settle()

    async def go_on(self, steps: int = 60) -> list[Sent]:
        """Move time from one due instant to the next until nothing is due, or under way."""
        made = await self.settle()
        while (instant := await self.store.outbox.next_due(REAL)) is not None:
            assert (steps := steps - 1), "it does not come to an end"
            self.clock.jump(instant)
            made += await self.settle()
        return made

    async def log(self) -> Sequence[Delivery]:
        """All deliveries in the order of their planning."""
        return list(await self.store.outbox.deliveries(DeliveryQuery(), 20_000))[::-1]

    async def attempts(self, place: int = 0) -> Sequence[Attempt]:
        return await self.store.outbox.attempts((await self.log())[place])

    def tampering(self, delivery: Delivery, _job: Job, number: int) -> Tampering:
        """Implements `ports.Tamper`."""
        return self.tampered(delivery, number)


def compose(job: Job, delivery: Delivery, seconds: int, tampering: Tampering) -> Message:
    """A message of the least that a receiver needs."""
    body = json.dumps({"event": EVENTS[delivery.status], "job_id": job.id, "prompt": "Füchslein"}).encode()
    return write(delivery.url, delivery.id, body, (DEVELOPMENT_SECRET,), seconds, tampering)


Posting = Callable[..., AbstractAsyncContextManager[Post]]


@asynccontextmanager
async def _posting(
    retries: str = "5s,1m,10m",
    seconds: float = 5.0,
    tampering: Any = TRUTHFUL,
    file: Path | None = None,
    **sending: Any,
) -> AsyncIterator[Post]:
    store, clock, send = open_store(file, wall_clock), LineClock(BEGIN, rate=0), HttpSend(seconds=seconds, **sending)
    tampered = tampering if callable(tampering) else lambda _delivery, _number: tampering
    post = Post(store, clock, send, None, tampered)  # type: ignore[arg-type]
    dialect = Dialect(compose, parse_retries(retries))
    courier = Courier(7, clock, store.outbox, send, lambda _job: dialect, post, lambda: REAL)
    post.dispatcher = Dispatcher(clock, store.outbox, courier.deliver, lambda: REAL)
    try:
        yield post
    finally:
        await post.dispatcher.stop()
        await send.close()
        await store.close()


@pytest.fixture(scope="session")
def posting() -> Posting:
    """`async with posting(retries="5s", tampering=Tampering(drop=True)) as post:` what sends."""
    return _posting


@pytest.fixture(scope="session")
def receiver() -> Callable[..., AbstractAsyncContextManager[Receiver]]:
    """`async with receiver(500, 200) as hook:` a receiver that answers so, then 200."""
    return receiving
