"""A real simulator on a free port, with time that only the test moves, and a client that believes no answer unchecked."""

import asyncio
import base64
import io
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
import jsonschema_rs
import pytest
from PIL import Image

from mjsim.clock import LineClock
from mjsim.core.instant import Instant
from mjsim.settings import Settings
from mjsim.simulator import Simulator

BEGIN = Instant(1_767_225_600_000)
"""2026-01-01T00:00:00Z, when time stands still first."""

PATIENCE = 60
"""Seconds after which a test that hangs has failed."""

OPENAPI = Path(__file__).parents[2] / "openapi"
CONTRACT: dict[str, Any] = json.loads((OPENAPI / "midjourney.json").read_text(encoding="utf-8"))
CONTROL: dict[str, Any] = json.loads((OPENAPI / "control.json").read_text(encoding="utf-8"))

STABLE_CODES = {
    400: {
        "invalid_request",
        "invalid_json",
        "invalid_parameter",
        "empty_prompt",
        "banned_prompt",
        "invalid_image",
        "image_inaccessible",
        "parent_not_completed",
        "parent_not_grid",
        "job_not_cancellable",
    },
    401: {"unauthorized"},
    403: {"forbidden"},
    409: {"job_settled", "clashing_state"},
    404: {"not_found", "job_not_found"},
    405: {"method_not_allowed"},
    408: {"request_timeout"},
    413: {"payload_too_large"},
    416: {"range_not_satisfiable"},
    429: {"rate_limited", "queue_full"},
}
"""Every status of an error, and the codes that it comes with; what is not in here is never answered."""

EVERYWHERE = {405, 408, 429}
"""Statuses that HTTP or a plan's queue brings to operations which do not document them."""


@pytest.fixture(autouse=True)
def _nothing_went_wrong_inside(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever a client does, no traceback is logged and nothing is an error of ours."""
    caplog.set_level(logging.INFO)
    yield
    found = [r for when in ("setup", "call") for r in caplog.get_records(when)]
    wrong = [record for record in found if record.levelno >= logging.ERROR or record.exc_info]
    assert not wrong, [record.getMessage() for record in wrong]


@dataclass(frozen=True)
class Answer:
    """What came back, checked against the contract before anybody sees it."""

    status: int
    headers: "aiohttp.typedefs.LooseHeaders"
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> str:
        return self.json["code"]

    @property
    def message(self) -> str:
        return self.json["message"]

    @property
    def image(self) -> Image.Image:
        """The picture, decoded whole."""
        picture = Image.open(io.BytesIO(self.body))
        picture.load()
        return picture


def operation_of(method: str, path: str) -> dict[str, Any] | None:
    """The operation of the contract that this request reaches, if any."""
    steps = path.partition("?")[0].split("/")
    for template, operations in (CONTROL if path.startswith("/_sim/") else CONTRACT)["paths"].items():
        places = template.split("/")
        if len(places) == len(steps) and all(p == s or p[:1] == "{" for p, s in zip(places, steps, strict=True)):
            return operations.get(method.lower())
    return None


@cache
def _validator(schema: str, control: bool) -> jsonschema_rs.Draft202012Validator:
    wanted = {**json.loads(schema), "components": (CONTROL if control else CONTRACT)["components"]}
    return jsonschema_rs.Draft202012Validator(wanted, validate_formats=True)


def check(method: str, path: str, status: int, headers: Any, body: bytes) -> None:
    """Hold an answer against the overlaid contract, and against what holds for all answers."""
    where = f"{method} {path} gave {status}: {body[:300]!r}"
    assert status < 500, where
    operation = operation_of(method, path)
    is_json = headers.get("Content-Type", "").startswith("application/json")
    if operation is not None:
        documented = operation["responses"]
        is_json = is_json or status == 204 or "octet" in str(documented) or "sqlite3" in str(documented)
        assert str(status) in documented or status in EVERYWHERE, f"not documented: {where}"
        if method.upper() != "HEAD":
            assert is_json, where
    if body and (status >= 400 or operation is not None):
        control = path.startswith("/_sim/")
        documented = _resolved((operation or {}).get("responses", {}).get(str(status)), control)
        if documented and "application/json" not in documented["content"]:
            return
        assert headers["Content-Type"] == "application/json; charset=utf-8", where
        schema = documented["content"]["application/json"]["schema"] if documented else _ERROR
        _validator(json.dumps(schema), control).validate(json.loads(body, parse_constant=_no_constant))
        assert not _holds_null(json.loads(body)), where
    if status >= 400 and body and is_json:
        error = json.loads(body)
        assert error["code"] in STABLE_CODES[status], where
        assert list(error) == ["status", "code", "message"], where
        assert error["message"].endswith((".", "?")), where
        assert not any(word in error["message"] for word in ("Traceback", "Error:", "object at 0x")), where
    if status == 401:
        assert headers["WWW-Authenticate"].startswith("Bearer"), where
    if status == 405:
        assert headers["Allow"], where
    if status == 429:
        assert int(headers["Retry-After"]) >= 1, where


def _resolved(response: dict[str, Any] | None, control: bool) -> dict[str, Any] | None:
    """The response, looked up among the components where it only names one."""
    if response is None or "$ref" not in response:
        return response
    found: dict[str, Any] = (CONTROL if control else CONTRACT)["components"]["responses"][
        response["$ref"].split("/")[-1]
    ]
    return found


_ERROR = {"$ref": "#/components/schemas/ErrorResponse"}


def _holds_null(value: object) -> bool:
    """Whether null stands anywhere: what does not exist is absent."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return value is None or any(map(_holds_null, inner))


def _no_constant(text: str) -> None:
    raise AssertionError(f"{text} is no JSON")


@dataclass(frozen=True)
class Client:
    """One tenant's view of a simulator."""

    url: str
    session: aiohttp.ClientSession
    clock: LineClock
    key: str | None = "sim-test"

    def as_(self, key: str | None) -> "Client":
        """The same simulator for another tenant; None sends no key."""
        return replace(self, key=key)

    async def request(self, method: str, path: str, headers: dict[str, str] | None = None, **given: Any) -> Answer:
        """Send a request and check its answer; a path that is a whole URL goes there."""
        sent = {} if self.key is None else {"Authorization": f"Bearer {self.key}"}
        url = path if path.startswith("http") else self.url + path
        given.setdefault("allow_redirects", False)
        if isinstance(given.get("data"), bytes) and len(given["data"]) > 1 << 20:
            given["data"] = io.BytesIO(given["data"])
        if "data" in given:
            sent["Content-Type"] = "application/json"
        async with self.session.request(method, url, headers={**sent, **(headers or {})}, **given) as got:
            answer = Answer(got.status, got.headers, await got.read())
        check(method, url.removeprefix(self.url), answer.status, answer.headers, answer.body)
        return answer

    async def get(self, path: str, **given: Any) -> Answer:
        return await self.request("GET", path, **given)

    async def post(self, path: str, body: object = None, headers: dict[str, str] | None = None) -> Answer:
        """Post a value as JSON; None posts nothing."""
        if body is None:
            return await self.request("POST", path, headers)
        sent = {"Content-Type": "application/json", **(headers or {})}
        return await self.request("POST", path, sent, data=json.dumps(body).encode())

    async def refused(
        self, path: str, body: object, status: int, code: str, headers: Mapping[str, str] | None = None
    ) -> str:
        """Post what has to be refused in this way; the message."""
        answer = await self.post(path, body, headers)
        assert (answer.status, answer.json["code"]) == (status, code), answer.json
        return answer.message

    async def create(self, operation: str, **fields: object) -> str:
        """Post what has to be accepted; the id of the job."""
        answer = await self.post(f"/v1/{operation}", fields)
        assert answer.status == 200, answer.body
        created = answer.json
        assert created["status"] == "SUCCESS"
        assert set(created) == {"status", "message", "data"}
        job_id: str = created["data"]["job_id"]
        return job_id

    async def imagine(self, prompt: str = "a lighthouse at dusk", **fields: object) -> str:
        return await self.create("imagine", prompt=prompt, **fields)

    async def job(self, job_id: str) -> dict[str, Any]:
        """The job, which has to be there."""
        answer = await self.get(f"/v1/jobs/{job_id}")
        assert answer.status == 200, answer.body
        document: dict[str, Any] = answer.json
        return document

    async def jobs(self, query: str = "") -> dict[str, Any]:
        """A page of jobs."""
        answer = await self.get(f"/v1/jobs{query}")
        assert answer.status == 200, answer.body
        document: dict[str, Any] = answer.json
        return document

    async def cancel(self, job_id: str) -> Answer:
        return await self.post(f"/v1/jobs/{job_id}/cancel")

    async def completed(self, job_id: str) -> dict[str, Any]:
        """The job once it is completed, which takes at most a simulated hour."""
        document = await self.job(job_id)
        if document["status"] in ("pending", "in_progress"):
            self.clock.advance(3_600_000)
            document = await self.job(job_id)
        assert document["status"] == "completed", document
        return document

    async def made(self, operation: str, **fields: object) -> dict[str, Any]:
        """The completed job that a request makes."""
        return await self.completed(await self.create(operation, **fields))

    async def life(self, job_id: str, step: int = 20) -> list[dict[str, Any]]:
        """Every different face that the job shows while time moves on in small steps, until it has ended."""
        seen, until = [await self.job(job_id)], self.clock.now() + 2_000 * step
        while seen[-1]["status"] in ("pending", "in_progress"):
            self.clock.advance(step)
            if (now := await self.job(job_id)) != seen[-1]:
                seen.append(now)
            assert self.clock.now() < until, "it does not end"
        return seen


@dataclass(frozen=True)
class Live(Client):
    """The simulator that answers, and sockets for what no HTTP client sends."""

    simulator: Simulator = field(kw_only=True)

    @property
    def address(self) -> tuple[str, int]:
        host, _, port = self.url.removeprefix("http://").rpartition(":")
        return host, int(port)

    async def raw(self, *parts: bytes, most: int = 1, patience: float = 10) -> list[Answer]:
        """Send bytes as they are, each part for itself; so many answers, fewer where the server closes before."""
        reader, writer = await asyncio.open_connection(*self.address)
        try:
            for number, part in enumerate(parts):
                if number:
                    # The first part has been taken in once something else has been answered.
                    await self.request("GET", "/_sim/health")
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(read_answers(reader, b"".join(parts), most), patience)
        finally:
            writer.close()

    async def answers_still(self) -> None:
        """The server goes on: it takes a job and shows it."""
        await self.job(await self.imagine("still here"))


async def read_answers(reader: asyncio.StreamReader, sent: bytes, most: int = 1) -> list[Answer]:
    """So many answers from a connection, fewer where it is closed before; each is checked."""
    answers: list[Answer] = []
    line = sent.split(b"\r\n", 1)[0].split(b" ")
    known = len(line) == 3 and line[1].startswith(b"/")
    method, path = (line[0].decode(), line[1].decode("latin-1")) if known else ("-", "-")
    while len(answers) < most:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            break
        first, *lines = head.decode("latin-1").strip().split("\r\n")
        headers = {name.title(): value for name, _, value in (one.partition(": ") for one in lines)}
        headers = {"WWW-Authenticate" if name == "Www-Authenticate" else name: v for name, v in headers.items()}
        body = await reader.readexactly(int(headers.get("Content-Length", "0")))
        status = int(first.split(" ")[1])
        # Nothing of the API has been said before the invitation, nor about what could not be read as a request.
        if status == 400 and b"cannot be read: " in body:
            check("-", "-", status, headers, body)
        elif status != 100:
            check(method, path, status, headers, body)
        answers.append(Answer(status, headers, body))
    return answers


Start = Callable[..., AbstractAsyncContextManager[Live]]


@asynccontextmanager
async def _live(key: str = "sim-test", start: Instant = BEGIN, **settings: Any) -> AsyncIterator[Live]:
    clock = LineClock(start, rate=0)
    simulator = Simulator(Settings(**{"port": 0, "seed": 7, **settings}), clock, None)
    await simulator.start()
    try:
        # No limit on connections, and each one fresh: a test must not depend on what another request left behind.
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(
            connector=connector, timeout=aiohttp.ClientTimeout(total=PATIENCE / 2)
        ) as session:
            yield Live(simulator.url, session, clock, key, simulator=simulator)
    finally:
        await simulator.stop()


@pytest.fixture
def live() -> Start:
    """`async with live(plan="basic") as sim:` a simulator of these settings; seed 7 unless another is named."""
    return _live


@pytest.fixture
def png() -> Callable[..., bytes]:
    """Makes a small picture file: `png((255, 0, 0), (64, 32), "WEBP")`."""

    def make(colour: object = (240, 140, 30), size: tuple[int, int] = (64, 64), form: str = "PNG") -> bytes:
        file = io.BytesIO()
        Image.new("RGB", size, colour).save(file, form)  # type: ignore[arg-type]
        return file.getvalue()

    return make


@pytest.fixture
def as_base64(png: Callable[..., bytes]) -> Callable[..., str]:
    """The same picture as Base64 text."""
    return lambda *given: base64.b64encode(png(*given)).decode()


Respond = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def _serving(respond: Respond) -> AsyncIterator[str]:
    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await respond(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(served, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/picture"
    finally:
        server.close()


@pytest.fixture
def serving() -> Callable[[Respond], AbstractAsyncContextManager[str]]:
    """`async with serving(respond) as url:` a server on this machine whose answers are written byte by byte."""
    return _serving
