"""The official client drives whole sessions, in both eras of the protocol."""

import io
import json
from base64 import b64decode

import mcp
import pytest
from PIL import Image

from mjsim.mcp import waiting

ERAS = pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])


async def create(client, name="createimaginejob", **arguments):
    result = await client.call_tool(name, arguments or {"prompt": "a lighthouse at dusk"})
    assert not result.is_error, result.content
    return result.structured_content["data"]["job_id"]


def links(result):
    return [block for block in result.content if block.type == "resource_link"]


def said(result):
    assert result.is_error
    assert result.structured_content is None
    (block,) = result.content
    return block.text


@ERAS
async def test_a_whole_session(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        assert client.protocol_version == ("2025-11-25" if mode == "legacy" else mode)
        grid = await create(client)
        upscale = await create(client, "createupscalejob", job_id=grid, index=2)
        await create(client, "createvariationjob", job_id=grid, index=3)
        job = (await client.call_tool("getjobstatus", {"jobId": upscale})).structured_content
        assert (job["type"], job["status"]) == ("upscale", "completed")
        url = job["result"]["images"][0]["url"]
        describe = await create(client, "createdescribejob", image_url=url)
        described = await client.call_tool("waitforjob", {"jobId": describe})
        assert len(described.structured_content["result"]["prompts"]) == 4
        assert links(described) == []
        await create(client, "createblendjob", images=[{"url": url}, {"url": url}])
        page = (
            await client.call_tool("listjobs", {"limit": 2, "offset": 1, "sort": "created_at_asc"})
        ).structured_content
        assert (page["total"], page["limit"], len(page["data"]), page["data"][0]["id"]) == (5, 2, 2, upscale)


@ERAS
async def test_the_document_comes_as_structure_and_as_the_same_json_in_text(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        job = await create(client)
        for name, arguments in (("getjobstatus", {"jobId": job}), ("listjobs", {}), ("waitforjob", {"jobId": job})):
            result = await client.call_tool(name, arguments)
            assert json.loads(result.content[0].text) == result.structured_content


@ERAS
async def test_pictures_are_links_that_can_be_read_as_resources(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        job = await client.call_tool("getjobstatus", {"jobId": await create(client)})
        images = job.structured_content["result"]["images"]
        assert [link.uri for link in links(job)] == [image["url"] for image in images]
        assert [link.mime_type for link in links(job)] == [image["content_type"] for image in images]
        assert len({link.title for link in links(job)}) == 5
        for link, image in zip(links(job), images, strict=True):
            (contents,) = (await client.read_resource(link.uri)).contents
            picture = Image.open(io.BytesIO(b64decode(contents.blob)))
            assert picture.size == (image["width"], image["height"])
            assert (contents.uri, contents.mime_type) == (link.uri, link.mime_type)


@ERAS
async def test_a_page_of_jobs_links_to_the_first_picture_of_each(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        jobs = [await create(client), await create(client)]
        page = await client.call_tool("listjobs", {})
        assert [link.name for link in links(page)] == ["grid_0.webp", "grid_0.webp"]
        assert [link.uri.split("/")[-2] for link in links(page)] == jobs[::-1]


@ERAS
async def test_the_pictures_of_all_jobs_are_listed_page_by_page(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        jobs = {await create(client) for _ in range(21)}
        first = await client.list_resources()
        second = await client.list_resources(cursor=first.next_cursor)
        assert (len(first.resources), len(second.resources), second.next_cursor) == (100, 5, None)
        assert {one.uri.split("/")[-2] for one in first.resources + second.resources} == jobs


@ERAS
async def test_what_is_no_picture_of_the_server_is_not_read(world, mode):
    expected = -32002 if mode == "legacy" else -32602
    async with world() as w, world() as other, mcp.Client(w.mcp, mode=mode) as client:
        urls = ["file:///etc/passwd", "http://[", "nonsense", f"{w.api}/openapi.json", f"{w.api}/files/x/y/0_0.png"]
        for url in [*urls, f"{other.api}/docs", "http://169.254.169.254/latest"]:
            with pytest.raises(mcp.MCPError) as caught:
                await client.read_resource(url)
            assert (caught.value.code, caught.value.data) == (expected, {"uri": url})


@ERAS
async def test_an_unknown_tool_is_an_error_of_the_protocol(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        with pytest.raises(mcp.MCPError) as caught:
            await client.call_tool("createvideojob", {})
        assert caught.value.code == -32602
        assert "createvideojob" in caught.value.message
        assert "createimaginejob" in caught.value.message


@ERAS
async def test_what_the_server_refuses_is_told_so_that_a_model_can_act(world, mode):
    async with world(rate_limit="2/60s") as w, mcp.Client(w.mcp, mode=mode) as client:
        job = await create(client)
        gone = "00000000-0000-4000-8000-000000000000"
        for name, arguments, words in (
            ("createimaginejob", {"prompt": 7}, ["400 invalid_request", "prompt"]),
            ("createupscalejob", {"job_id": job, "index": 9}, ["400 invalid_request", "index"]),
            ("createdescribejob", {}, ["400 invalid_request", "image_url"]),
            ("getjobstatus", {"jobId": gone}, ["404 job_not_found", gone, "listjobs"]),
            ("waitforjob", {"jobId": gone}, ["404 job_not_found"]),
            ("canceljob", {"jobId": job}, ["400 job_not_cancellable", "completed"]),
            ("listjobs", {"limit": 1000}, ["400 invalid_request", "limit"]),
            ("listjobs", {"status": ["done"]}, ["400 invalid_request", "status"]),
        ):
            text = said(await client.call_tool(name, arguments))
            assert all(word in text for word in words), text
        await create(client)
        text = said(await client.call_tool("createimaginejob", {"prompt": "one too many"}))
        assert text.startswith("429 rate_limited: ")
        assert "Retry-After: 60 s." in text


@ERAS
async def test_arguments_that_make_no_request_are_told_without_one(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        for name in ("getjobstatus", "canceljob", "waitforjob"):
            for job_id in (None, "", "..", "../jobs", "x\\y", 7, ["x"]):
                text = said(await client.call_tool(name, {"jobId": job_id}))
                assert text.startswith("invalid_request: jobId: "), text
        for job_id in ("a?b", "%2e%2e", "ü"):
            assert "404 job_not_found" in said(await client.call_tool("getjobstatus", {"jobId": job_id}))
        assert "page: is no argument of listjobs" in said(await client.call_tool("listjobs", {"page": 2}))
        text = said(await client.call_tool("waitforjob", {"jobId": "x", "seconds": 5}))
        assert text == "invalid_request: seconds: is no argument of waitforjob; it takes jobId, timeout."
        job = await create(client)
        for seconds in (0, 51, True, "5", -1):
            text = said(await client.call_tool("waitforjob", {"jobId": job, "timeout": seconds}))
            assert "timeout: has to be a number of seconds from 1 to 50" in text


@ERAS
async def test_null_stands_for_an_argument_that_is_left_out(world, mode):
    async with world() as w, mcp.Client(w.mcp, mode=mode) as client:
        result = await client.call_tool("listjobs", {"status": None, "limit": 1.0})
        assert result.structured_content["limit"] == 1


@ERAS
async def test_a_wait_reports_progress_until_the_job_has_ended(world, mode, monkeypatch):
    monkeypatch.setattr(waiting, "POLL_SECONDS", 0.01)
    seen = []
    async with world(pace="realistic") as w, mcp.Client(w.mcp, mode=mode) as client:

        async def show(progress, total, message):
            seen.append((progress, total, message))
            w.clock.advance(15_000)

        result = await client.call_tool("waitforjob", {"jobId": await create(client)}, progress_callback=show)
    assert result.structured_content["status"] == "completed"
    assert len(links(result)) == 5
    assert seen[0] == (0, 100, "pending")
    assert seen[-1] == (100, 100, "completed")
    assert {status for _, _, status in seen} == {"pending", "in_progress", "completed"}
    assert [progress for progress, _, _ in seen] == sorted({progress for progress, _, _ in seen})


@ERAS
async def test_a_wait_is_bounded_and_answers_the_job_as_it_stands(world, mode):
    async with world(pace="realistic") as w, mcp.Client(w.mcp, mode=mode) as client:
        job = await create(client)
        result = await client.call_tool("waitforjob", {"jobId": job, "timeout": 1})
        assert not result.is_error
        assert result.structured_content["status"] == "pending"
        assert "call waitforjob again" in result.content[-1].text
        cancelled = await client.call_tool("canceljob", {"jobId": job})
        assert cancelled.structured_content == (await client.call_tool("waitforjob", {"jobId": job})).structured_content
        assert cancelled.structured_content["status"] == "cancelled"
