"""What goes wrong with an answer, asked for by `Prefer` or by a fault, is what comes over the wire, and nothing else."""

import asyncio
import json

import pytest

from .unchecked import add, bytes_of, imagine, meet, total

FOX = {"prompt": "a fox"}


async def test_a_reset_before_the_handler_makes_no_job_and_one_after_it_does(live):
    async with live() as sim:
        assert await bytes_of(sim, "POST", "/v1/imagine", FOX, "reset") == (b"", True)
        assert await total(sim) == 0
        assert await bytes_of(sim, "POST", "/v1/imagine", FOX, "reset-after") == (b"", True)
        assert await total(sim) == 1
        await sim.answers_still()


async def test_an_empty_answer_is_a_connection_that_closes_without_a_byte(live):
    async with live() as sim:
        assert await bytes_of(sim, "POST", "/v1/imagine", FOX, "empty") == (b"", False)
        assert await total(sim) == 1


async def test_random_data_is_no_http_and_the_same_each_time(live):
    async with live() as sim:
        first, _ = await bytes_of(sim, "GET", "/v1/jobs", prefer="random-data")
        assert len(first) == 256
        assert not first.startswith(b"HTTP/")
        assert (await bytes_of(sim, "GET", "/v1/jobs", prefer="random-data"))[0] == first


async def test_a_truncated_body_ends_early_under_the_length_of_the_whole(live):
    async with live() as sim:
        whole = (await meet(sim, "GET", "/v1/jobs")).body
        received, _ = await bytes_of(sim, "GET", "/v1/jobs", prefer="truncate=0.25")
        head, _, body = received.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(whole)}".encode() in head.split(b"\r\n")
        assert b"Connection: close" in head.split(b"\r\n")
        assert body == whole[: len(whole) // 4]


async def test_malformed_chunks_cannot_be_read(live):
    async with live() as sim:
        received, _ = await bytes_of(sim, "GET", "/v1/jobs", prefer="malformed-chunk")
        assert received.startswith(b"HTTP/1.1 200 OK\r\n")
        assert b"\r\nTransfer-Encoding: chunked\r\n" in received
        with pytest.raises(Exception, match=r"chunk|payload|Expected"):
            await meet(sim, "GET", "/v1/jobs", prefer="malformed-chunk")


async def test_a_body_that_drips_comes_whole_in_pieces(live):
    async with live() as sim:
        job = f"/v1/jobs/{await sim.imagine()}"
        whole = (await meet(sim, "GET", job)).body
        received, _ = await bytes_of(sim, "GET", job, prefer="drip=1500")
        assert received.partition(b"\r\n\r\n")[2] == whole
        received, _ = await bytes_of(sim, "GET", job, prefer="drip=1500, truncate=0.5")
        assert received.partition(b"\r\n\r\n")[2] == whole[: len(whole) // 2]


async def test_a_connection_is_closed_after_a_true_answer(live):
    async with live() as sim:
        answer = await meet(sim, "GET", "/v1/jobs", prefer="close")
        assert (answer.status, answer.headers["Connection"]) == (200, "close")
        received, reset = await bytes_of(sim, "GET", "/v1/jobs", prefer="close, truncate=0")
        assert (received.partition(b"\r\n\r\n")[2], reset) == (b"", False)


async def test_latency_comes_before_anything_is_done_and_a_slow_first_byte_after_all_is_done(live):
    async with live() as sim:
        late = asyncio.create_task(imagine(sim, prefer="latency=10m"))
        slow = asyncio.create_task(imagine(sim.as_("sim-slow"), prefer="first-byte=10m"))
        while not await total(sim.as_("sim-slow")):
            pass
        assert await total(sim) == 0
        assert not late.done()
        assert not slow.done()
        for task in (late, slow):
            task.cancel()
    await asyncio.gather(late, slow, return_exceptions=True)


async def test_a_latency_that_is_over_leaves_the_answer_as_it_is(live):
    async with live() as sim:
        assert (await imagine(sim, prefer="latency=5ms, first-byte=5ms")).json["status"] == "SUCCESS"


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_request"),
        (401, "unauthorized"),
        (404, "not_found"),
        (418, "i_m_a_teapot"),
        (429, "rate_limited"),
        (500, "internal_error"),
        (502, "bad_gateway"),
        (503, "service_unavailable"),
        (599, "status_599"),
    ],
)
async def test_any_status_can_be_had_as_an_error_of_the_contract(live, status, code):
    async with live() as sim:
        answer = await imagine(sim, prefer=f"code={status}")
        assert (answer.status, answer.json["status"], answer.json["code"]) == (status, "ERROR", code)
        assert await total(sim) == 0


async def test_when_to_come_again_is_said_as_it_was_asked_for(live):
    async with live() as sim:
        said = [
            (await imagine(sim, prefer=f"code=503{rest}")).headers.get("Retry-After")
            for rest in ("", ", retry-after=0", ", retry-after=120", ", retry-after=absent", ", retry-after=date:60")
        ]
        assert said[:4] == ["1", "0", "120", None]
        assert said[4].endswith(" GMT")
        assert "Retry-After" not in (await imagine(sim, prefer="code=500")).headers
        assert (await imagine(sim, prefer="code=401")).headers["WWW-Authenticate"].startswith("Bearer")


async def test_a_success_with_another_status_is_the_true_answer(live):
    async with live() as sim:
        answer = await imagine(sim, prefer="code=202")
        assert (answer.status, answer.json["status"]) == (202, "SUCCESS")
        assert await total(sim) == 1
        assert (await imagine(sim, prefer="code=204")).body == b""
        assert (await imagine(sim, "bannedword", prefer="code=202")).status == 400


async def test_a_page_of_html_is_what_a_proxy_would_send(live):
    async with live() as sim:
        answer = await imagine(sim, prefer="html")
        assert (answer.status, answer.headers["Content-Type"]) == (502, "text/html; charset=utf-8")
        assert b"502 Bad Gateway" in answer.body
        assert (await imagine(sim, prefer="html, code=504")).status == 504


async def test_a_response_says_what_a_fault_gives_it_and_the_request_may_be_carried_out_all_the_same(live):
    async with live() as sim:
        response = {"status": 504, "code": "odd", "message": "Odd.", "headers": {"X-A": "b"}, "afterwards": True}
        await add(sim, {"effect": {"response": response}, "match": {"operations": ["createImagineJob"], "nth": 1}})
        answer = await imagine(sim)
        assert (answer.status, answer.json) == (504, {"status": "ERROR", "code": "odd", "message": "Odd."})
        assert answer.headers["X-A"] == "b"
        assert await total(sim) == 1


@pytest.mark.parametrize(("body", "sent"), [({"a": [1]}, b'{"a":[1]}'), ("not {json", b"not {json"), ([], b"[]")])
async def test_a_response_may_have_any_body(live, body, sent):
    async with live() as sim:
        await add(sim, {"effect": {"response": {"status": 200, "body": body}}})
        assert (await imagine(sim)).body == sent


async def test_a_redirect_leads_where_a_fault_wants_it(live):
    async with live() as sim:
        await add(sim, {"effect": {"response": {"status": 307, "headers": {"Location": "http://other.test/"}}}})
        answer = await imagine(sim)
        assert (answer.status, answer.headers["Location"]) == (307, "http://other.test/")


async def test_a_malformed_body_has_the_right_length_and_is_no_json(live):
    async with live() as sim:
        answer = await meet(sim, "GET", "/v1/jobs", prefer="malformed")
        assert int(answer.headers["Content-Length"]) == len(answer.body)
        with pytest.raises(ValueError):
            json.loads(answer.body)


async def test_a_content_type_can_be_a_wrong_one(live):
    async with live() as sim:
        answer = await meet(sim, "GET", "/v1/jobs", prefer="content-type=text/plain")
        assert (answer.headers["Content-Type"], answer.json["total"]) == ("text/plain", 0)


async def test_a_patch_edits_the_true_answer(live):
    async with live() as sim:
        job_id = await sim.imagine()
        truth = await sim.job(job_id)
        patch = [
            {"op": "remove", "path": "/progress"},
            {"op": "replace", "path": "/status", "value": "archived"},
            {"op": "add", "path": "/new", "value": None},
        ]
        await add(sim, {"match": {"operations": ["getJobStatus"]}, "effect": {"patch": patch}})
        edited = (await meet(sim, "GET", f"/v1/jobs/{job_id}")).json
        assert edited == {**{n: v for n, v in truth.items() if n != "progress"}, "status": "archived", "new": None}


async def test_a_patch_that_does_not_fit_leaves_the_answer_whole(live):
    async with live() as sim:
        job_id = await sim.imagine()
        patch = [{"op": "remove", "path": "/id"}, {"op": "remove", "path": "/result/images/0"}]
        await add(sim, {"effect": {"patch": patch}, "match": {"operations": ["getJobStatus"]}})
        assert (await sim.job(job_id))["id"] == job_id


async def test_a_patch_leaves_what_others_are_shown_alone(live):
    async with live() as sim:
        job_id = await sim.imagine()
        patch = [{"op": "remove", "path": "/id"}]
        await add(sim, {"effect": {"patch": patch}, "match": {"operations": ["getJobStatus"], "nth": 1}})
        assert "id" not in (await meet(sim, "GET", f"/v1/jobs/{job_id}")).json
        assert (await sim.job(job_id))["id"] == job_id


async def test_a_stale_answer_is_the_same_job_earlier_but_never_before_it_was_accepted(live):
    async with live() as sim:
        job_id = await sim.imagine()
        faces = await sim.life(job_id)
        path = f"/v1/jobs/{job_id}"
        assert (await meet(sim, "GET", path, prefer="stale=1h")).json == faces[0]
        assert (await meet(sim, "GET", path, prefer="stale=20ms")).json == faces[-2]
        assert await sim.job(job_id) == faces[-1]
        (listed,) = (await meet(sim, "GET", "/v1/jobs", prefer="stale=1h")).json["data"]
        assert listed == faces[0]


async def test_a_page_drifts_as_if_jobs_had_come_in_before_it(live):
    async with live() as sim:
        ids = [await sim.imagine(f"fox {number}") for number in range(6)][::-1]

        async def page(prefer):
            answer = await meet(sim, "GET", "/v1/jobs?limit=2&offset=2", prefer=prefer)
            assert (answer.json["offset"], answer.json["total"]) == (2, 6)
            return [job["id"] for job in answer.json["data"]]

        assert await page(None) == ids[2:4]
        assert await page("drift=1") == ids[1:3]
        assert await page("drift=-1") == ids[3:5]
        assert await page("drift=99") == ids[:2]


async def test_refusals_go_wrong_as_other_answers_do(live):
    async with live() as sim:
        answer = await meet(sim, "GET", "/v1/jobs/nothing", prefer="content-type=text/plain")
        assert (answer.status, answer.headers["Content-Type"]) == (404, "text/plain")


async def test_files_go_wrong_too_for_their_own_tenant_alone_and_after_a_while(live):
    async with live(pace="instant") as sim:
        url = (await sim.job(await sim.imagine()))["result"]["images"][0]["url"]
        other = (await sim.as_("sim-b").job(await sim.as_("sim-b").imagine()))["result"]["images"][0]["url"]
        match = {"operations": ["images"], "tenant": "sim-test", "after": "60s"}
        await add(sim, {"match": match, "effect": {"response": {"status": 403, "code": "expired"}}})
        assert (await sim.get(url)).image.size == (2048, 2048)
        sim.clock.advance(60_000)
        assert (await meet(sim, "GET", url)).status == 403
        assert (await sim.get(other)).status == 200
        assert (await meet(sim, "GET", "/files/nothing")).status == 404


async def test_a_file_is_truncated_and_has_a_wrong_type(live):
    async with live(pace="instant") as sim:
        url = (await sim.job(await sim.imagine()))["result"]["images"][0]["url"]
        whole = (await sim.get(url)).body
        received, _ = await bytes_of(sim, "GET", url.removeprefix(sim.url), prefer="truncate=0.5")
        assert received.partition(b"\r\n\r\n")[2] == whole[: len(whole) // 2]
        assert (await meet(sim, "GET", url, prefer="content-type=image/jpeg")).headers["Content-Type"] == "image/jpeg"
        received, _ = await bytes_of(sim, "HEAD", url.removeprefix(sim.url), prefer="truncate=0.5")
        assert received.endswith(b"\r\n\r\n")
