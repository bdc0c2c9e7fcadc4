"""Correct receivers in different styles: none of them may fail, however differently they answer."""

import asyncio
import hashlib
import hmac
import json
import os
import shutil
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import HTTPServer
from pathlib import Path
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from .threaded import KEY, SECRET, Receiver, Refusal, listening

Style = Callable[[], AbstractContextManager[str]]
CORRECT: dict[str, Style] = {}


def correct(style: Callable[[], Any]) -> Callable[[], Any]:
    """Register a style under its name."""
    CORRECT[style.__name__] = style
    return style


@correct
def threaded() -> AbstractContextManager[str]:
    """The standard library with an HMAC of its own."""
    return listening(Receiver())


class ByLibrary(Receiver):
    """With the library of Standard Webhooks, whose other exceptions are refusals too."""

    def verify(self, headers: Any, body: bytes) -> None:
        try:
            Webhook(SECRET).verify(body, dict(headers), json_parse=False)
        except (WebhookVerificationError, ValueError):
            raise Refusal(400) from None


@correct
def library() -> AbstractContextManager[str]:
    return listening(ByLibrary())


class ByHex(Receiver):
    """By X-Midjourney-Signature alone; it knows an event by what it says."""

    def verify(self, headers: Any, body: bytes) -> None:
        expected = hmac.new(KEY, body, hashlib.sha256).hexdigest().encode()
        if not hmac.compare_digest((headers.get("X-Midjourney-Signature") or "").encode("latin-1"), expected):
            raise Refusal(403)

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        return super().handle({"webhook-id": f"{document['job_id']} {document['event']}"}, document)


@correct
def hexadecimal() -> AbstractContextManager[str]:
    return listening(ByHex())


class ByBoth(ByHex):
    """Both signatures have to be right."""

    def verify(self, headers: Any, body: bytes) -> None:
        Receiver.verify(self, headers, body)
        super().verify(headers, body)


@correct
def both() -> AbstractContextManager[str]:
    return listening(ByBoth())


class ByEither(ByHex):
    """One of the signatures has to be right."""

    def verify(self, headers: Any, body: bytes) -> None:
        try:
            Receiver.verify(self, headers, body)
        except Refusal:
            super().verify(headers, body)


@correct
def either() -> AbstractContextManager[str]:
    return listening(ByEither())


class OneAtATime(Receiver):
    """One connection after the other, quickly, and no connection for long."""

    server = HTTPServer
    patience = 1


@correct
def one_at_a_time() -> AbstractContextManager[str]:
    return listening(OneAtATime())


class ByTimes(Receiver):
    """News that is older than what is known is acknowledged and dropped; an unknown event is not even stored."""

    def __init__(self) -> None:
        super().__init__()
        self.times: dict[str, str] = {}

    def store(self, document: dict[str, Any]) -> None:
        job_id, stamp = document["job_id"], document.get("updated_at", document["timestamp"])
        known = document["event"].partition(".")[2] in {"progress", "completed", "failed", "cancelled"}
        if known and stamp >= self.times.get(job_id, ""):
            self.times[job_id] = stamp
            super().store(document)


@correct
def by_times() -> AbstractContextManager[str]:
    return listening(ByTimes())


class Asking(Receiver):
    """It believes the API rather than the event, and asks for a retry where the API cannot say; then it upscales."""

    def __init__(self, api: str) -> None:
        super().__init__()
        self.api = api

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        with self.lock:
            if headers["webhook-id"] in self.seen:
                return 204
            if document["event"] == "job.completed":
                self.ask(f"/v1/jobs/{document['job_id']}")
                if "images" in document.get("result", {}):
                    self.ask("/v1/upscale", {"job_id": document["job_id"], "index": 1})
            self.seen.add(headers["webhook-id"])
            self.store(document)
        return 201

    def ask(self, path: str, body: Any = None) -> None:
        headers = {"Authorization": "Bearer sim-receiver", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        try:
            urllib.request.urlopen(urllib.request.Request(self.api + path, data, headers), timeout=5).close()
        except urllib.error.HTTPError as error:
            raise Refusal(503 if error.code in {404, 503} else 200) from None


class Queueing:
    """aiohttp; what is verified waits in a queue, is acknowledged by 202, and handled a little later."""

    def __init__(self) -> None:
        self.rules, self.queue = Receiver(), asyncio.Queue[tuple[str, dict[str, Any]]]()

    async def hook(self, request: web.Request) -> web.Response:
        body = await request.read()
        try:
            self.rules.verify(request.headers, body)
            self.queue.put_nowait((request.headers["webhook-id"], self.rules.parse(body)))
        except Refusal as refusal:
            return web.json_response({"error": "refused"}, status=refusal.status)
        return web.Response(status=202)

    async def state(self, _request: web.Request) -> web.Response:
        lines = [f"{job_id} {state}" for job_id, state in self.rules.states.items()]
        return web.Response(text="\n".join([*lines, f"effects {self.rules.effects}"]))

    async def work(self) -> None:
        while True:
            message_id, document = await self.queue.get()
            await asyncio.sleep(0.1)
            self.rules.handle({"webhook-id": message_id}, document)

    async def serve(self, ready: Callable[[int], None], stopped: asyncio.Event) -> None:
        application = web.Application()
        application.add_routes([web.post("/hook", self.hook), web.get("/hook", self.state)])
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        workers = [asyncio.create_task(self.work()) for _ in range(20)]
        ready(runner.addresses[0][1])
        await stopped.wait()
        for worker in workers:
            worker.cancel()
        await runner.cleanup()


@correct
@contextmanager
def queueing() -> Iterator[str]:
    loop, stopped = asyncio.new_event_loop(), asyncio.Event()
    ports: list[int] = []
    started = threading.Event()

    def ready(port: int) -> None:
        ports.append(port)
        started.set()

    thread = threading.Thread(target=loop.run_until_complete, args=[Queueing().serve(ready, stopped)])
    thread.start()
    try:
        assert started.wait(10)
        yield f"http://127.0.0.1:{ports[0]}/hook"
    finally:
        loop.call_soon_threadsafe(stopped.set)
        thread.join()
        loop.close()


NODE = shutil.which("node")


@contextmanager
def node() -> Iterator[str]:
    """JavaScript on Node's own server."""
    program = str(Path(__file__).with_name("receiver.mjs"))
    environment = {"WEBHOOK_SECRET": SECRET, "PATH": os.environ["PATH"]}
    with subprocess.Popen([NODE, program], stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGKILL)


if NODE:
    CORRECT["node"] = node
