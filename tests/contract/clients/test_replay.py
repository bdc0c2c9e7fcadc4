"""A variation can be run again, and its server stays up for whoever wants to look."""

import asyncio
import re
import sys
from pathlib import Path

import aiohttp
import pytest

from mjsim_contracts.client.check import ClientCheck
from mjsim_contracts.client.replay import replay
from mjsim_contracts.error import CheckError

from .defects import CORRECT, DEFECTS


@pytest.fixture
def check(instant: str, openapi: Path, tmp_path: Path) -> ClientCheck:
    """A check of a client that takes a result for granted."""
    defect = next(defect for defect in DEFECTS if defect.name == "result_is_always_there")
    command = (sys.executable, str(defect.write(tmp_path)))
    return ClientCheck(
        command, openapi / "midjourney.json", only=("getJobStatus/completed/drop/result",), server=instant
    )


def test_a_variation_is_shown_again(check: ClientCheck) -> None:
    """By the number that its case names: the trace of the crash, the verdict, and a server that does the same."""
    case = next(case for case in check.run().cases if case.id == "getJobStatus/completed/drop/result")
    number = re.search(r"--replay (V-\d+)", case.reproduce)
    assert number
    said = asyncio.run(replayed(check, number[1]))
    assert said[0] == "getJobStatus/completed/drop/result: getJobStatus, completed: result is absent"
    assert "KeyError: 'result'" in said[1]
    assert said[2].startswith("CRASHED: KeyError: 'result'")
    assert said[-1].endswith("(result: removed)")


async def replayed(check: ClientCheck, which: str) -> list[str]:
    """What is said, until the server that was left up has been asked for a job to its end."""
    said: list[str] = []
    serving = asyncio.ensure_future(replay(check, which, said.append))
    async with asyncio.timeout(20):
        while len(said) < 5:
            await asyncio.sleep(0.01)
        url, key = re.findall(r"=(\S+)", said[4])[:2]
        async with aiohttp.ClientSession(url, headers={"Authorization": f"Bearer {key}"}) as session:
            async with session.post("/v1/imagine", json={"prompt": "a cat"}) as answer:
                job_id = (await answer.json())["data"]["job_id"]
            for _ in range(3):
                async with session.get(f"/v1/jobs/{job_id}") as answer:
                    job = await answer.json()
    assert job["status"] == "completed"
    assert "result" not in job
    serving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await serving
    return said


def test_a_variation_that_there_is_not(check: ClientCheck) -> None:
    """The nearest is named, or those that there are."""
    with pytest.raises(CheckError, match=r"did you mean getJobStatus/completed/drop/result\?"):
        check.replay("getJobStatus/completed/drop/resul", print)
    with pytest.raises(CheckError, match=r"there is no variation 'V-9999' for this client; there are V-001 to V-\d+"):
        check.replay("V-9999", print)


def test_a_client_that_fails_on_the_truth_is_not_replayed(check: ClientCheck, openapi: Path) -> None:
    """There is nothing to compare it with."""
    broken = ClientCheck(
        (sys.executable, "-c", f"exec(open({str(CORRECT / 'plain.py')!r}).read().replace('/v1/jobs', '/v1/job'))"),
        openapi / "midjourney.json",
        server=check.server,
    )
    with pytest.raises(CheckError, match="the client does not succeed on a truthful server"):
        broken.replay("V-001", print)
