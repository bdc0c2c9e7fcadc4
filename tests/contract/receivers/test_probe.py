"""A probe may be as simple as a number, and may say more; one that says nothing useful is named."""

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.probe import Reading, parse_reading, read_probe

A, B = "3b1f8a52-6c0d-4e7e-9a4b-5f2d7c8e9012", "9C5D2E10-7F3A-4B68-8D21-0E4F6A7B8C90"


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("3", Reading(3)),
        ("3\n", Reading(3)),
        ("upscales: 3", Reading(3)),
        ('"3"', Reading(3)),
        ('["one", "two"]', Reading(2)),
        ('{"effects": 3}', Reading(3)),
        ('{"effects": ["mail", "mail"]}', Reading(2)),
        (f'{{"effects": {{"{A}": 1, "{B}": 2}}}}', Reading(3)),
        (f'{{"{A}": 1, "{B}": 2}}', Reading(3)),
        ('{"count": 3, "states": {}}', Reading(3)),
        (f'{{"effects": 0, "states": {{"{A}": "completed"}}}}', Reading(0, {A: "completed"})),
        (
            f'{{"{A}": "completed", "{B}": {{"status": "failed", "progress": 46}}}}',
            Reading(None, {A: "completed", B.lower(): "failed"}),
        ),
        (f'[{{"job_id": "{A}", "status": "done"}}]', Reading(None, {A: "done"})),
        (f"{A} completed\n{B} failed\n", Reading(None, {A: "completed", B.lower(): "failed"})),
        (f"{A} completed\neffects 7\n", Reading(7, {A: "completed"})),
        ('{"handled": 3}', Reading(3)),
        ('{"received": 9, "effects": 3}', Reading(3)),
        ('{"received": 9, "handled": 3}', Reading()),
        ('{"effects": 1, "jobs": []}', Reading(1)),
        ("true", Reading()),
        ("nothing here", Reading()),
    ],
)
def test_a_reading_is_a_number_or_states_or_both(text: str, reading: Reading) -> None:
    """In JSON and in lines of text."""
    assert parse_reading(text) == reading


def read(probe: str) -> Reading:
    async def once() -> Reading:
        async with ClientSession() as session:
            return await read_probe(probe, session)

    return asyncio.run(once())


def test_a_command_is_run_by_the_shell(tmp_path: Path) -> None:
    """Pipes and all."""
    (tmp_path / "log").write_text("one\ntwo\n")
    assert read(f"cat {tmp_path}/log | wc -l") == Reading(2)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"states": {}}'])
def test_a_receiver_that_knows_no_job_yet_is_no_error(text: str) -> None:
    """Its probe has nothing to show before the first delivery."""
    assert not read(f"printf %s '{text}'").states


@pytest.mark.parametrize(
    ("probe", "complaint"),
    [
        ("exit 3", "the probe 'exit 3' ended with 3"),
        ("echo no such table >&2; exit 1", "ended with 1: no such table"),
        ("echo hello", "gives neither a number nor states by job id: 'hello'"),
        ("http://127.0.0.1:1/count", "the probe http://127.0.0.1:1/count cannot be read"),
    ],
)
def test_a_probe_that_fails_is_named(probe: str, complaint: str) -> None:
    """In one line."""
    with pytest.raises(CheckError) as caught:
        read(probe)
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)
