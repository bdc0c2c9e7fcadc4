"""Recorded traffic is judged like a client that runs, and what passes through a proxy can be recorded."""

import asyncio
import json
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import ExitCode, Outcome
from mjsim_contracts.traffic.check import TrafficCheck
from mjsim_contracts.traffic.pass_through import PassThrough

JOB = "3b1f8a52-6c0d-4e7e-9a4b-5f2d7c8e9012"
Entry = dict[str, Any]


def entry(second: float, method: str, path: str, status: int, answer: object = None, body: object = None) -> Entry:
    """One entry of an archive, as browsers write it."""
    headers = [{"name": "authorization", "value": "Bearer sim-secret-key"}]
    headers += [{"name": "Content-Type", "value": "application/json"}] if body else []
    return {
        "startedDateTime": f"2026-01-01T00:00:{second:06.3f}Z",
        "time": 20,
        "request": {
            "method": method,
            "url": f"https://api.midjourney.com{path}",
            "headers": headers,
            "postData": {"text": json.dumps(body)} if body else None,
        },
        "response": {"status": status, "headers": [], "content": {"text": json.dumps(answer)}},
    }


def job(status: str) -> Entry:
    """A job as the API shows it."""
    return {"id": JOB, "type": "imagine", "status": status, "progress": 100 if status == "completed" else 40}


CREATED = {"status": "SUCCESS", "message": "", "data": {"job_id": JOB}}
STORY = [
    entry(0, "POST", "/v1/imagine", 200, CREATED, {"prompt": "a cat", "stilize": 3}),
    entry(1, "GET", f"/v1/jobs/{JOB}", 200, job("in_progress")),
    *(entry(2 + second, "GET", f"/v1/jobs/{JOB}", 200, job("completed")) for second in range(4)),
    entry(7, "GET", "/v1/job", 404, {"status": "ERROR"}),
    entry(8, "GET", "/somewhere", 200),
]


@pytest.fixture
def judge(tmp_path: Path, openapi: Path) -> Callable[[object], dict[str, Outcome]]:
    """Judges an archive: outcomes by the ids of cases."""

    def outcomes(document: object) -> dict[str, Outcome]:
        file = tmp_path / "traffic.har"
        file.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
        return {case.id: case.outcome for case in TrafficCheck(file, openapi / "midjourney.json").run().cases}

    return outcomes


def test_an_archive_is_judged_by_the_same_rules(judge: Callable[[object], dict[str, Outcome]]) -> None:
    """What is misspelt, what is no operation, and who polls after the end."""
    foreign = entry(9, "GET", "/v1x", 200) | {
        "request": {"method": "GET", "url": "https://example.com/v1x", "headers": []}
    }
    found = judge({"log": {"entries": [*reversed(STORY), foreign]}})
    assert found["C001/createImagineJob"] is Outcome.PASS
    assert found["C002/createImagineJob"] is Outcome.FAIL
    assert found["C003/unknown"] is Outcome.FAIL
    assert found["C031/getJobStatus"] is Outcome.FAIL
    assert found["C020"] is Outcome.NOT_EXERCISED


def test_entries_are_judged_by_their_times(judge: Callable[[object], dict[str, Outcome]]) -> None:
    """Browsers write them as they end, not as they begin."""
    looks = [entry(n, "GET", f"/v1/jobs/{JOB}", 200, job("in_progress")) for n in range(4)]
    looks.append(entry(5, "GET", f"/v1/jobs/{JOB}", 200, job("completed")))
    assert judge({"log": {"entries": looks[::-1]}})["C031/getJobStatus"] is Outcome.PASS


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("<html>", "is no HAR file: it is no JSON"),
        ([], "is no HAR file: there is no log.entries"),
        ({"log": {"entries": [{"request": {}}]}}, "is no HAR file: entry 0 lacks 'startedDateTime'"),
        ({"log": {"entries": []}}, "holds no request to an operation of this API"),
        ({"log": {"entries": [entry(0, "GET", "/index.html", 200)]}}, "holds no request to an operation of this API"),
    ],
)
def test_what_is_no_archive_of_this_api_gets_one_line(
    judge: Callable[[object], dict[str, Outcome]], document: object, sentence: str
) -> None:
    """It names the file and what is wrong with it."""
    with pytest.raises(CheckError) as caught:
        judge(document)
    assert f"traffic.har {sentence}" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path, openapi: Path) -> None:
    """It is named."""
    with pytest.raises(CheckError, match=r"nothing\.har: No such file"):
        TrafficCheck(tmp_path / "nothing.har", openapi / "midjourney.json").run()


def test_what_passes_through_is_judged_and_recorded(instant: str, openapi: Path, tmp_path: Path) -> None:
    """The client sees the API itself; the record holds no key, and is judged like the traffic was."""
    said: list[str] = []
    har = tmp_path / "passed.har"
    report = asyncio.run(passed(PassThrough(instant, openapi / "midjourney.json", har=har), said))
    outcomes = {case.id: case.outcome for case in report.cases}
    assert outcomes["C001/createImagineJob"] is Outcome.FAIL
    assert outcomes["C001/listJobs"] is Outcome.PASS
    assert any(line.startswith("GET /v1/jobs  200") for line in said)
    assert "sim-passing" not in har.read_text(encoding="utf-8")
    again = TrafficCheck(har, openapi / "midjourney.json").run()
    assert {case.id: case.outcome for case in again.cases} == outcomes


async def passed(proxy: PassThrough, said: list[str]) -> Any:
    """Send a few requests through the proxy, then stop it."""
    serving = asyncio.ensure_future(proxy.serve(said.append))
    async with asyncio.timeout(10):
        while not said:
            await asyncio.sleep(0.01)
        async with aiohttp.ClientSession(
            said[0].split()[0], headers={"Authorization": "Bearer sim-passing"}
        ) as session:
            async with session.get("/v1/jobs", params={"limit": 1}) as answer:
                assert (await answer.json())["limit"] == 1
            async with session.post("/v1/imagine", json={"prompt": 3}) as answer:
                assert answer.status == 400
                assert answer.headers["Content-Type"].startswith("application/json")
    serving.cancel()
    return await serving


def test_traffic_of_the_task_api_passes_through_too(instant: str, openapi: Path) -> None:
    """Its refusals come with HTTP status 200, and are known by their code."""
    proxy = PassThrough(instant, openapi / "tasks.json", dialect=TASKS)
    report = asyncio.run(passed_tasks(proxy))
    outcomes = {case.id: case.outcome for case in report.cases}
    assert outcomes["C001/generateTask"] is Outcome.FAIL
    assert outcomes["C001/getTaskCredits"] is Outcome.PASS
    assert dict(report.matrices[0].rows)["generateTask"][report.matrices[0].columns.index("422")] == "1"


async def passed_tasks(proxy: PassThrough) -> Any:
    """Ask for the credits, and for a task that is none, through the proxy; then stop it."""
    said: list[str] = []
    serving = asyncio.ensure_future(proxy.serve(said.append))
    headers = {"Authorization": "Bearer sim-passing-tasks"}
    async with asyncio.timeout(10):
        while not said:
            await asyncio.sleep(0.01)
        async with aiohttp.ClientSession(said[0].split()[0], headers=headers) as session:
            async with session.get("/api/v1/chat/credit") as answer:
                assert (await answer.json())["code"] == 200
            async with session.post("/api/v1/mj/generate", json={"prompt": 3}) as answer:
                assert (answer.status, (await answer.json())["code"]) == (200, 422)
    serving.cancel()
    return await serving


@pytest.mark.parametrize("url", ["api.example.com", "ftp://x", "http://", "http://[1"])
def test_an_address_that_is_none(openapi: Path, url: str) -> None:
    """It is named, with an example of one."""
    with pytest.raises(CheckError, match="is no http or https URL, such as"):
        asyncio.run(PassThrough(url, openapi / "midjourney.json").serve(print))


def test_a_port_that_is_taken_is_told_in_few_words(openapi: Path) -> None:
    """The address stands in the sentence once."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        proxy = PassThrough("http://127.0.0.1:1", openapi / "midjourney.json", port=port)
        with pytest.raises(CheckError) as told:
            asyncio.run(proxy.serve(print))
    assert str(told.value) == f"cannot listen on 127.0.0.1:{port}: address already in use"
    assert told.value.code == ExitCode.USAGE


def test_a_server_that_refuses_is_said_to(openapi: Path) -> None:
    """Its client is told by 502 who did not answer."""
    said: list[str] = []
    asyncio.run(refused(PassThrough("http://127.0.0.1:1", openapi / "midjourney.json"), said))


async def refused(proxy: PassThrough, said: list[str]) -> None:
    """Ask through a proxy to nowhere."""
    serving = asyncio.ensure_future(proxy.serve(said.append))
    async with asyncio.timeout(10):
        while not said:
            await asyncio.sleep(0.01)
        async with aiohttp.ClientSession(said[0].split()[0]) as session, session.get("/v1/jobs") as answer:
            assert answer.status == 502
            assert "http://127.0.0.1:1" in await answer.text()
    serving.cancel()
    await serving
