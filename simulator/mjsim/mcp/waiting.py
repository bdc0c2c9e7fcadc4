"""A wait is bounded: hosts give a tool up after a minute, so what is not done by then is answered as it stands."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from mjsim.mcp.operation import Hints, Operation, UnfitArgument, operations
from mjsim.mcp.upstream import Answer, Upstream

DEFAULT_SECONDS = 30
LONGEST_SECONDS = 50
POLL_SECONDS = 0.5

Report = Callable[[float, str], Awaitable[None]]
"""Told the progress in percent and the status, each time that the progress has grown."""

_RUNNING = {"pending", "in_progress"}


def wait_operation() -> Operation:
    """The tool of our own: it asks what `getjobstatus` asks, until the job has ended."""
    asked = operations()["getjobstatus"]
    seconds = {
        "type": "integer",
        "description": "How many seconds to wait at most; a job that runs on is answered as it then stands.",
        "minimum": 1,
        "maximum": LONGEST_SECONDS,
        "default": DEFAULT_SECONDS,
    }
    schema = {**asked.input_schema, "properties": {**asked.input_schema["properties"], "timeout": seconds}}
    return Operation(
        name="waitforjob",
        title="Wait for one job",
        description="Wait until a job has ended, for a bounded time, and get its status and results",
        hints=Hints(read_only=True, idempotent=True, open_world=False),
        method=asked.method,
        path=asked.path,
        input_schema=schema,
        output_schema=asked.output_schema,
        has_body=False,
    )


async def wait(
    upstream: Upstream, operation: Operation, arguments: Mapping[str, Any], token: str | None, report: Report
) -> Answer:
    """The job once it has ended, or as it stands when the time is up, or the refusal that ends the wait.

    `UnfitArgument` where no job or no sensible time is named; `NoAnswer` where the server is gone.
    """
    request = operation.request(arguments)
    loop = asyncio.get_running_loop()
    end = loop.time() + _seconds(arguments)
    shown = -1
    while True:
        answer = await upstream.ask(request, token)
        progress, status = _standing(answer)
        if progress > shown and status:
            shown = progress
            await report(progress, status)
        pause = float(answer.retry_after or 1) if answer.status == 429 else POLL_SECONDS
        if not (is_running(answer) or answer.status == 429) or loop.time() + pause > end:
            return answer
        await asyncio.sleep(pause)


def is_running(answer: Answer) -> bool:
    """Whether the answer shows a job that has not ended."""
    return answer.is_success and _standing(answer)[1] in _RUNNING


def _standing(answer: Answer) -> tuple[int, str]:
    """Progress and status; -1 and nothing where the answer shows none."""
    job = answer.value if isinstance(answer.value, dict) and answer.is_success else {}
    progress, status = job.get("progress"), job.get("status")
    return (progress if isinstance(progress, int) else -1), (status if isinstance(status, str) else "")


def _seconds(arguments: Mapping[str, Any]) -> float:
    given = arguments.get("timeout")
    if given is None:
        return DEFAULT_SECONDS
    if isinstance(given, bool) or not isinstance(given, int | float) or not 1 <= given <= LONGEST_SECONDS:
        raise UnfitArgument(f"timeout: has to be a number of seconds from 1 to {LONGEST_SECONDS}.")
    return float(given)
