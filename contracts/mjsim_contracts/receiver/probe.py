"""A probe tells what a receiver has done: how many side effects there were, and in which state it holds each job.

It is a URL that is fetched or a command that is run, and gives either of these forms:
- a number: how many side effects there have been;
- JSON `{"effects": NUMBER, "states": {"<job id>": "<state>"}}`, either of them alone too; effects may also be a list
  (its length counts) or numbers by job, and a state may be an object with `status`;
- lines of text, `<job id> <state>` each, and a line with a number.

Errors: CheckError where the probe fails or gives something else.
"""

import asyncio
import contextlib
import json
import os
import re
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession, ClientTimeout

from mjsim_contracts.error import CheckError

_SECONDS = 10.0
_EFFECTS = ("effects", "side_effects", "count", "total", "number")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}", re.IGNORECASE)
"""A job's id, or a task's."""

_ID_NAMES = ("job_id", "taskId", "task_id", "id")


@dataclass(frozen=True, slots=True)
class Reading:
    """`effects` is None where the probe counts none; `states` are by job id in lower case."""

    effects: int | None = None
    states: Mapping[str, str] = field(default_factory=dict)


async def read_probe(probe: str, session: ClientSession) -> Reading:
    """What the probe says now."""
    text = await (_fetched(probe, session) if re.match(r"https?://", probe) else _printed(probe))
    reading = parse_reading(text)
    if reading.effects is None and not reading.states and not _empty(text):
        raise CheckError(f"the probe gives neither a number nor states by job id: {' '.join(text.split())[:80]!r}")
    return reading


def parse_reading(text: str) -> Reading:
    """The reading in a probe's text; an empty one where there is none."""
    try:
        document = json.loads(text)
    except ValueError:
        return _lines(text)
    if isinstance(document, Mapping):
        states = _states(document.get("states", document.get("jobs", document)))
        return Reading(_counted(document) if states.keys().isdisjoint(document) else None, states)
    states = _states(document)
    return Reading(None if states else _number(document), states)


def _empty(text: str) -> bool:
    """Whether the text is the form of states that holds no job yet."""
    return "".join(text.split()) in {"", "{}", "[]", '{"states":{}}', '{"jobs":{}}'}


def _counted(document: Mapping[str, Any]) -> int | None:
    """The number of effects; None where there are several numbers, and none says that it is that of effects."""
    for name in _EFFECTS:
        if name in document:
            return _number(document[name])
    numbers = {name: value for name, value in document.items() if name not in {"states", "jobs"}}
    by_job = all(_ID.fullmatch(name) for name in numbers)
    return _number(numbers) if by_job or len(numbers) == 1 else None


def _number(value: Any) -> int | None:
    if isinstance(value, Mapping):
        numbers = [_number(one) for one in value.values()] or [0]
        return None if None in numbers else sum(one for one in numbers if one is not None)
    if isinstance(value, list):
        return len(value)
    if isinstance(value, str) and value.strip().isdecimal():
        return int(value)
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _states(value: Any) -> dict[str, str]:
    if isinstance(value, list):
        rows = [one for one in value if isinstance(one, Mapping)]
        value = {str(one[name]): one for one in rows for name in _ID_NAMES if name in one}
    if not isinstance(value, Mapping):
        return {}
    named = {
        str(name).lower(): one.get("status", one.get("state")) if isinstance(one, Mapping) else one
        for name, one in value.items()
    }
    return {name: state for name, state in named.items() if _ID.fullmatch(name) and isinstance(state, str)}


def _lines(text: str) -> Reading:
    lines = [line.split() for line in text.splitlines()]
    states = {words[0].lower(): words[1] for words in lines if len(words) > 1 and _ID.fullmatch(words[0])}
    numbers = [int(words[-1]) for words in lines if words and words[-1].isdecimal() and not _ID.fullmatch(words[0])]
    return Reading(numbers[-1] if numbers else None, states)


async def _fetched(url: str, session: ClientSession) -> str:
    try:
        async with session.get(url, timeout=ClientTimeout(total=_SECONDS)) as answer:
            if answer.status != 200:
                raise CheckError(f"the probe {url} answered {answer.status}")
            return await answer.text(errors="replace")
    except (ClientError, TimeoutError, ValueError) as error:
        raise CheckError(f"the probe {url} cannot be read: {str(error) or 'no answer in time'}") from error


async def _printed(command: str) -> str:
    process = await asyncio.create_subprocess_shell(
        command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(_SECONDS):
            output, complaint = await process.communicate()
    except TimeoutError as error:
        raise CheckError(f"the probe {command!r} did not end within {_SECONDS:g} s") from error
    finally:
        # Whatever the command has started ends with it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.returncode:
        words = complaint.decode("utf-8", "replace").strip().splitlines()
        raise CheckError(f"the probe {command!r} ended with {process.returncode}{': ' + words[-1] if words else ''}")
    return output.decode("utf-8", "replace")
