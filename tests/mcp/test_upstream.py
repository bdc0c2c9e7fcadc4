"""In front of any server of the API: whatever that server does, the result says what is wrong."""

import asyncio
import inspect
import json
import socket
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import RawTestServer

from mjsim.mcp import pictures, upstream

from .conftest import mcp_before

JOB = {
    "id": "3b1f8a52-6c0d-4e7e-9a4b-5f2d7c8e9012",
    "type": "imagine",
    "status": "pending",
    "progress": 0,
    "parameters": {},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}
IMAGE = {"width": 1, "height": 1, "content_type": "image/png"}


@asynccontextmanager
async def scripted(answer):
    """The URL of a server that answers everything with this."""

    async def handle(request):
        said = answer(request)
        return await said if inspect.isawaitable(said) else said

    async with RawTestServer(handle) as server:
        yield str(server.make_url("/")).removesuffix("/")


async def told(wire, url, name="getjobstatus", **arguments):
    """What a tool in front of that server says is wrong."""
    async with mcp_before(url) as listener, wire(listener.url) as client:
        result = await client.call(name, **(arguments or {"jobId": "x"}))
        assert result["isError"], result
        return result["content"][0]["text"]


async def test_a_server_that_is_not_there(wire):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        text = await told(wire, url)
    assert text == f"no_answer: {url} cannot be reached (Connection refused)."


@pytest.mark.parametrize("name", ["createimaginejob", "getjobstatus", "waitforjob"])
async def test_a_server_that_does_not_answer_in_time(wire, monkeypatch, name):
    monkeypatch.setattr(upstream, "SECONDS", 0.2)
    released = asyncio.Event()

    async def silent(_request):
        await released.wait()
        return web.Response()

    async with scripted(silent) as url:
        arguments = {"prompt": "a"} if name == "createimaginejob" else {"jobId": "x"}
        text = await told(wire, url, name, **arguments)
        released.set()
    assert text == f"no_answer: {url} did not answer within 0.2 s; what was asked may happen yet."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((299, "application/json", "[]"), "breaks the contract"),
        ((500, "text/html", "<h1>Oh</h1>"), "500: <h1>Oh</h1>"),
        ((502, "text/plain", ""), "502: no message"),
        ((503, "application/json", '{"code": "x", "message": "y"}'), "503 x: y Retry-After: 7 s."),
        ((400, "application/json", '["odd"]'), '400: ["odd"]'),
        ((302, "text/plain", ""), "302: no message"),
        ((200, "text/plain", "hello"), "is no JSON document"),
        ((200, "application/json", "{"), "is no JSON document"),
        ((200, "application/json", "[]"), "breaks the contract of the API: /: [] is not of type"),
        ((200, "application/json", json.dumps({**JOB, "status": "done"})), "breaks the contract of the API: /status:"),
        ((200, "application/json", json.dumps({**JOB, "progress": 200})), "breaks the contract of the API: /progress:"),
    ],
)
async def test_a_server_that_answers_oddly(wire, answer, words):
    status, kind, text = answer
    headers = {"Retry-After": "7", "Location": "http://127.0.0.1:9/"}

    def odd(_request):
        return web.Response(status=status, text=text, content_type=kind, headers=headers)

    async with scripted(odd) as url:
        assert words in await told(wire, url)


async def test_a_server_that_breaks_off(wire):
    async def broken(request):
        request.transport.abort()
        return web.Response()

    async with scripted(broken) as url:
        assert (await told(wire, url)).startswith(f"no_answer: {url} gave no answer that can be read (")


async def test_what_is_sent_is_what_the_contract_says(wire):
    seen = []

    async def note(request):
        body = await request.json() if request.can_read_body else None
        seen.append((request.method, request.raw_path, body, request.headers["Authorization"]))
        return web.json_response({}, status=400)

    async with scripted(note) as url, mcp_before(url + "/base/") as listener, wire(listener.url) as client:
        await client.call("createblendjob", images=[], extra=None)
        await client.call("getjobstatus", jobId="a b")
        await client.call("listjobs", status="failed", limit=5, offset=0, sort="created_at_asc")
        await client.call("listjobs")
        await client.call("canceljob", jobId="j")
    assert [one[:3] for one in seen] == [
        ("POST", "/base/v1/blend", {"images": [], "extra": None}),
        ("GET", "/base/v1/jobs/a%20b", None),
        ("GET", "/base/v1/jobs?status=failed&limit=5&offset=0&sort=created_at_asc", None),
        ("GET", "/base/v1/jobs", None),
        ("POST", "/base/v1/jobs/j/cancel", None),
    ]
    assert {one[3] for one in seen} == {"Bearer sim-mcp"}


async def test_pictures_on_another_host_are_read_once_a_result_has_named_them(wire, monkeypatch):
    monkeypatch.setattr(pictures, "REMEMBERED", 2)
    keys = []

    async def picture(request):
        keys.append(request.headers.get("Authorization"))
        return web.Response(body=b"png", content_type="image/png")

    async with scripted(picture) as elsewhere:
        urls = [f"{elsewhere}/{number}.png" for number in range(3)]

        async def job(_request):
            images = [{**IMAGE, "url": url} for url in urls]
            done = {"status": "completed", "progress": 100, "completed_at": JOB["created_at"]}
            return web.json_response({**JOB, **done, "result": {"images": images}})

        async with scripted(job) as url, mcp_before(url) as listener, wire(listener.url) as client:
            _status, (error,) = await client.post("resources/read", {"uri": urls[2]})
            assert error["error"]["code"] == -32002
            await client.call("getjobstatus", jobId="x")
            assert (await client.ask("resources/read", {"uri": urls[2]}))["contents"][0]["blob"] == "cG5n"
            _status, (error,) = await client.post("resources/read", {"uri": urls[0]})
            assert error["error"]["code"] == -32002, "only the latest are remembered"
    assert keys == [None], "the key stays with the server that it is for"


async def test_a_list_of_jobs_that_is_odd_gives_the_resources_that_can_be_made_out(wire):
    odd = [None, {}, {"result": []}, {"result": {"images": 5}}, {"result": {"images": [5, {"url": 5}]}}]
    found = {"result": {"images": [{"url": "http://127.0.0.1:9/", "content_type": 5}, {"url": "http://["}]}}

    def page(_request):
        return web.json_response({"data": [*odd, found]})

    async with scripted(page) as url, mcp_before(url) as listener, wire(listener.url) as client:
        listed = await client.ask("resources/list")
    assert [one["uri"] for one in listed["resources"]] == ["http://127.0.0.1:9/", "http://["]


async def test_a_list_of_resources_that_cannot_be_had_is_an_error(wire):
    closed = scripted(lambda _request: web.json_response({"message": "no"}, status=401))
    async with closed as url, mcp_before(url) as listener, wire(listener.url) as client:
        _status, (refused,) = await client.post("resources/list")
    assert refused["error"] == {"code": -32603, "message": "the server answered 401 no"}


async def test_a_wait_outlasts_a_refusal_that_says_when_to_come_again(wire):
    answers = [
        web.json_response({"code": "rate_limited", "message": "m"}, status=429, headers={"Retry-After": "1"}),
        web.json_response({**JOB, "status": "failed", "error": {"code": "c", "message": "m"}}),
    ]
    story = scripted(lambda _request: answers.pop(0))
    async with story as url, mcp_before(url) as listener, wire(listener.url) as client:
        result = await client.call("waitforjob", jobId="x")
    assert result["structuredContent"]["status"] == "failed"


async def test_a_stop_ends_what_waits(wire):
    asked = asyncio.Event()

    async def silent(_request):
        asked.set()
        await asyncio.Event().wait()

    async with scripted(silent) as url, mcp_before(url) as listener, wire(listener.url) as client:
        call = asyncio.create_task(client.call("getjobstatus", jobId="x"))
        await asked.wait()
        await listener.stop()
        result = await call
    assert result["isError"]
    assert result["content"][0]["text"].startswith("no_answer: ")
