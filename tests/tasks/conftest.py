"""A real simulator on a free port, with time that only the test moves, and a client that holds every answer of the task API
against its document.
"""

import io
import json
import logging
import re
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import aiohttp
import jsonschema_rs
import pytest
from PIL import Image

from mjsim.clock import LineClock
from mjsim.core.instant import Instant
from mjsim.settings import Settings
from mjsim.simulator import Simulator

BEGIN = Instant(1_767_225_600_000)
PATIENCE = 60
"""Seconds after which a test that hangs has failed."""

DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "tasks.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _nothing_went_wrong_inside(caplog):
    """Whatever a client does, no traceback is logged and nothing is an error of ours."""
    caplog.set_level(logging.INFO)
    yield
    found = [r for when in ("setup", "call") for r in caplog.get_records(when)]
    assert not [r.getMessage() for r in found if r.levelno >= logging.ERROR or r.exc_info]


@cache
def _validator(schema):
    wanted = {**json.loads(schema), "components": DOCUMENT["components"]}
    return jsonschema_rs.Draft202012Validator(wanted, validate_formats=True)


def obeys(name, value):
    """Hold a value against a schema of the document."""
    _validator(json.dumps({"$ref": f"#/components/schemas/{name}"})).validate(value)
    return value


def check(method, path, status, body):
    """Hold an answer against the document; the envelope."""
    envelope = json.loads(body)
    assert list(envelope) == ["code", "msg", "data"], envelope
    operation = DOCUMENT["paths"].get(path.partition("?")[0], {}).get(method.lower())
    if operation is None:
        return obeys("Failed", envelope)
    documented = operation["responses"][str(status)]
    if "$ref" in documented:
        documented = DOCUMENT["components"]["responses"][documented["$ref"].rpartition("/")[2]]
    _validator(json.dumps(documented["content"]["application/json"]["schema"])).validate(envelope)
    return envelope


@dataclass(frozen=True)
class Sim:
    """One tenant's view of a simulator."""

    url: str
    session: aiohttp.ClientSession
    clock: LineClock
    key: str | None = "sim-test"

    def as_(self, key):
        """The same simulator for another tenant; None sends no key."""
        return replace(self, key=key)

    async def send(self, method, path, **given):
        """The answer as status, headers and body."""
        headers = {} if self.key is None else {"Authorization": f"Bearer {self.key}"}
        headers |= given.pop("headers", {})
        url = path if path.startswith("http") else self.url + path
        async with self.session.request(method, url, headers=headers, **given) as got:
            return got.status, got.headers, await got.read()

    async def get(self, path, **given):
        """The envelope of an operation."""
        status, _headers, body = await self.send("GET", path, **given)
        return check("GET", path, status, body)

    async def post(self, path, /, **fields):
        """The envelope of a request with these fields."""
        status, _headers, body = await self.send("POST", path, json=fields)
        return check("POST", path, status, body)

    async def code(self, path, /, **fields):
        """The code that a request is refused with."""
        return (await self.post(path, **fields))["code"]

    async def create(self, operation, **fields):
        """What has to be accepted; the id of the task."""
        envelope = await self.post(f"/api/v1/mj/{operation}", **fields)
        assert (envelope["code"], envelope["msg"]) == (200, "success"), envelope
        return envelope["data"]["taskId"]

    async def generate(self, task_type="mj_txt2img", prompt="a lighthouse", **fields):
        usual = {"motion": "high"} if "video" in task_type else {} if "omni" in task_type else {"speed": "fast"}
        return await self.create("generate", taskType=task_type, prompt=prompt, **usual | fields)

    async def record(self, task):
        """The record of a task, which has to be there."""
        envelope = await self.get(f"/api/v1/mj/record-info?taskId={task}")
        assert envelope["code"] == 200, envelope
        return envelope["data"]

    async def done(self, task):
        """The record of a task once it has ended."""
        if not (await self.record(task))["successFlag"]:
            self.clock.advance(3_600_000)
        return await self.record(task)

    async def urls(self, task):
        """Where the results of a task are, once it has succeeded."""
        record = await self.done(task)
        assert record["successFlag"] == 1, record
        return [one["resultUrl"] for one in record["resultInfoJson"]["resultUrls"]]

    async def file(self, url):
        """A file, which has to be there."""
        status, headers, body = await self.send("GET", url)
        assert status == 200, body
        return headers["Content-Type"], body

    async def picture(self, url):
        """A picture, decoded whole."""
        image = Image.open(io.BytesIO((await self.file(url))[1]))
        image.load()
        return image

    async def credits(self):
        return (await self.get("/api/v1/chat/credit"))["data"]

    async def control(self, method, path, body=None):
        """The answer of the control API."""
        status, _headers, answer = await self.send(method, f"/_sim{path}", **({} if body is None else {"json": body}))
        assert status in {200, 204}, answer
        return json.loads(answer) if answer else None

    async def later(self, by):
        """Let so much time pass, and everything in it happen; the attempts to deliver that were made."""
        return (await self.control("POST", "/clock/advance", {"by": by}))["attempts"]

    def inbox(self, name="box"):
        return f"{self.url}/_sim/inbox/{name}"

    async def received(self, name="box"):
        """The callbacks that an inbox has received, each as its headers and its value."""
        inbox = await self.control("GET", f"/inboxes/{name}")
        return [({k.lower(): v for k, v in m["headers"].items()}, m["json"]) for m in inbox["messages"]]

    async def fail(self, task, message="The image filter stopped the job midway."):
        """Let a task fail now."""
        job = re.sub(r"(.{8})(.{4})(.{4})(.{4})(.{12})", r"\1-\2-\3-\4-\5", task)
        await self.control("POST", f"/jobs/{job}/fail", {"code": "moderation_blocked", "message": message})


@asynccontextmanager
async def _live(**settings):
    clock = LineClock(BEGIN, rate=0)
    simulator = Simulator(Settings(**{"port": 0, "seed": 7, "task_rate_limit": "none", **settings}), clock, None)
    await simulator.start()
    try:
        connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=PATIENCE / 2)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            yield Sim(simulator.url, session, clock)
    finally:
        await simulator.stop()


@pytest.fixture
def live():
    """`async with live(credits=5) as sim:` a simulator of these settings, without a limit on tasks unless one is given."""
    return _live
