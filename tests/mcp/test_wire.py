"""A client that knows nothing but JSON-RPC over HTTP drives a session too, and no stranger's web page gets through."""

import io
import json
import signal

import pytest

from .conftest import mcp_before

ERAS = pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
ACCEPT = {"Accept": "application/json, text/event-stream"}


@pytest.mark.parametrize("version", ["2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28"])
async def test_a_whole_session(world, wire, version):
    async with world(pace="realistic") as w, wire(w.mcp, version) as client:
        if version != "2026-07-28":
            who = {"name": "a", "version": "1"}
            begun = await client.ask("initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": who})
            assert begun["protocolVersion"] == version
        assert len((await client.ask("tools/list"))["tools"]) == 9
        created = await client.call("createimaginejob", prompt="a paper boat")
        job = created["structuredContent"]["data"]["job_id"]
        assert json.loads(created["content"][0]["text"]) == created["structuredContent"]
        w.clock.advance(100_000)
        done = await client.call("getjobstatus", jobId=job)
        assert done["structuredContent"]["status"] == "completed"
        (contents,) = (await client.ask("resources/read", {"uri": done["content"][1]["uri"]}))["contents"]
        assert contents["mimeType"] == "image/webp"
        upscale = await client.call("createupscalejob", job_id=job, index=1)
        cancelled = await client.call("canceljob", jobId=upscale["structuredContent"]["data"]["job_id"])
        assert cancelled["structuredContent"]["status"] == "cancelled"
        listed = await client.call("listjobs", status="cancelled")
        assert listed["structuredContent"]["total"] == 1
        refused = await client.call("canceljob", jobId=job)
        assert refused["isError"]
        assert "structuredContent" not in refused
        _status, (error,) = await client.post("tools/call", {"name": "nope", "arguments": {}})
        assert error["error"]["code"] == -32602


@ERAS
async def test_progress_is_sent_to_who_asked_for_it_and_to_nobody_else(world, wire, version):
    async with world(pace="realistic") as w, wire(w.mcp, version) as client:
        job = (await client.call("createimaginejob", prompt="x"))["structuredContent"]["data"]["job_id"]
        call = {"name": "waitforjob", "arguments": {"jobId": job, "timeout": 1}}
        _status, messages = await client.post("tools/call", call)
        assert len(messages) == 1
        _status, messages = await client.post("tools/call", {**call, "_meta": {"progressToken": "t"}})
        assert messages[0]["method"] == "notifications/progress"
        assert messages[0]["params"] == {"progressToken": "t", "progress": 0, "total": 100, "message": "pending"}
        assert "result" in messages[-1]


@ERAS
async def test_the_key_of_a_request_makes_its_tenant(world, wire, version):
    async with world() as w, wire(w.mcp, version) as client:
        call = {"name": "createimaginejob", "arguments": {"prompt": "mine"}}
        await client.ask("tools/call", call, Authorization="Bearer sim-anna")
        listing = {"name": "listjobs", "arguments": {}}
        totals = [
            (await client.ask("tools/call", listing, **headers))["structuredContent"]["total"]
            for headers in ({"Authorization": "bearer sim-anna"}, {}, {"Authorization": "Basic sim-anna"})
        ]
        assert totals == [1, 0, 0]
        own = await client.ask("resources/list", Authorization="Bearer sim-anna")
        assert len(own["resources"]) == 5
        refused = await client.ask("tools/call", listing, Authorization="Bearer wrong")
        assert refused["isError"]
        assert refused["content"][0]["text"].startswith("401 unauthorized: ")
        assert "MIDJOURNEY_TOKEN" in refused["content"][0]["text"]


async def test_text_that_is_no_unicode_is_the_callers_mistake(world, wire):
    async with world() as w, wire(w.mcp) as client:
        for name, arguments in (("createimaginejob", {"prompt": "\ud800"}), ("getjobstatus", {"jobId": "\ud800"})):
            status, messages = await client.post("tools/call", {"name": name, "arguments": arguments})
            assert status < 500, messages
            assert "error" in messages[-1] or messages[-1]["result"]["isError"]


@ERAS
async def test_mcp_is_at_the_root_and_at_mcp(world, wire, version):
    async with world() as w, wire(w.mcp, version) as client:
        for path in ("/", "/mcp", "/mcp/"):
            client.url = w.mcp.removesuffix("/mcp") + path
            assert len((await client.ask("tools/list"))["tools"]) == 9


@ERAS
async def test_a_foreign_origin_is_refused(world, wire, version):
    async with world() as w, wire(w.mcp, version) as client:
        for origin in ("https://evil.example.com", "null", "http://localhost.evil.example", "http://[", ""):
            status, (error,) = await client.post("tools/list", Origin=origin)
            assert status == 403, origin
            assert "Origin" in error["error"]["message"]


async def test_a_page_of_this_machine_may_use_it(world, wire):
    async with world() as w, wire(w.mcp) as client:
        for origin in ("http://localhost:6274", "http://127.0.0.1", "https://app.localhost", "http://[::1]:1"):
            assert (await client.post("tools/list", Origin=origin))[0] == 200, origin
            asks = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "mcp-method"}
            async with client.session.options(w.mcp, headers={"Origin": origin, **asks}) as answer:
                assert answer.status == 200
                assert answer.headers["Access-Control-Allow-Origin"] in ("*", origin)
                assert "mcp-method" in answer.headers["Access-Control-Allow-Headers"]


@ERAS
async def test_a_foreign_host_is_refused(world, wire, version):
    async with world() as w, wire(w.mcp, version) as client:
        for host in ("evil.example.com", "evil.example.com:9090", "127.0.0.1.evil.example", "10.0.0.1", "", "["):
            status, (error,) = await client.post("tools/list", Host=host)
            assert status == 421, host
            assert "Host" in error["error"]["message"]


async def test_where_other_machines_may_come_no_name_of_a_stranger_is_served(world, wire):
    async with world() as w, mcp_before(w.api, "0.0.0.0") as open_to_all, wire(open_to_all.url) as client:
        for host in ("10.1.2.3:9090", "mjsim:9090", "host.docker.internal", "localhost"):
            assert (await client.post("tools/list", Host=host))[0] == 200, host
        assert (await client.post("tools/list", Host="mjsim:9090", Origin="http://mjsim:1"))[0] == 200
        assert (await client.post("tools/list", Host="mjsim:9090", Origin="http://other:9090"))[0] == 403
        for host in ("evil.example.com", "internal.evil.example.com", ""):
            assert (await client.post("tools/list", Host=host))[0] == 421, host


async def test_other_ways_of_asking_are_told_what_works(world, wire):
    async with world() as w, wire(w.mcp) as client:
        for method in ("GET", "DELETE", "PUT"):
            async with client.session.request(method, w.mcp, headers=ACCEPT) as answer:
                assert (answer.status, answer.headers["Allow"]) == (405, "POST, OPTIONS")
        async with client.session.post(w.mcp.removesuffix("/mcp") + "/v1/imagine", json=PING) as answer:
            assert answer.status == 404
            assert "MCP is at /mcp" in await answer.text()


@ERAS
async def test_what_is_no_request_is_answered_as_one_that_is_bad(world, wire, version):
    headers = {**ACCEPT, "Content-Type": "application/json", "MCP-Protocol-Version": version}
    async with world() as w, wire(w.mcp, version) as client:
        for body in (b"", b"{", b"[]", b"7", b"\xff", b'{"jsonrpc": "2.0"}', b"[" * 100_000):
            async with client.session.post(w.mcp, data=body, headers=headers) as answer:
                assert answer.status == 400, (body[:20], await answer.text())
        assert len((await client.ask("tools/list"))["tools"]) == 9


@ERAS
async def test_a_picture_of_several_megabytes_is_handed_on(world, wire, version):
    async with world() as w, wire(w.mcp, version) as client:
        refused = await client.call("createdescribejob", image_base64="A" * 6_000_000)
        assert refused["content"][0]["text"].startswith("400 invalid_image: ")
        headers = {**ACCEPT, "Content-Type": "application/json", "MCP-Protocol-Version": version}
        async with client.session.post(w.mcp, data=io.BytesIO(b" " * 36_000_000), headers=headers) as answer:
            assert answer.status == 413


async def test_what_never_changes_may_be_kept_and_lists_of_jobs_may_not(world, wire):
    async with world() as w, wire(w.mcp, "2026-07-28") as client:
        tools, resources = await client.ask("tools/list"), await client.ask("resources/list")
    assert (tools["ttlMs"], tools["cacheScope"]) == (3_600_000, "public")
    assert (resources["ttlMs"], resources["cacheScope"]) == (0, "private")


async def test_signals_stay_with_whoever_runs_the_loop(world, wire):
    def handlers():
        return [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]

    before = handlers()
    async with world() as w, wire(w.mcp) as client:
        await client.ask("tools/list")
        assert handlers() == before
