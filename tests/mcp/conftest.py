"""A real simulator with MCP in front of it in this loop, or as a process of its own; nothing waits without a bound."""

import io
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from mjsim.clock import LineClock
from mjsim.core.instant import Instant
from mjsim.mcp.listener import McpListener
from mjsim.settings import Settings
from mjsim.simulator import Simulator

PATIENCE = 60
"""Seconds after which a test that hangs has failed."""


@dataclass(frozen=True)
class World:
    """A simulator whose time only the test moves, and where its MCP is."""

    api: str
    mcp: str
    clock: LineClock


@asynccontextmanager
async def mcp_before(url: str, host: str = "127.0.0.1") -> AsyncIterator[McpListener]:
    """MCP in front of whatever is at the URL."""
    listener = McpListener(url, "sim-mcp", host, 0)
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop()


@pytest.fixture
def world() -> Callable[..., Any]:
    """`async with world(pace="quick") as w:` gives a simulator and its MCP."""

    @asynccontextmanager
    async def made(**settings: Any) -> AsyncIterator[World]:
        clock = LineClock(Instant(1_767_225_600_000), rate=0)
        simulator = Simulator(Settings(**{"port": 0, "seed": 7, "pace": "instant", **settings}), clock, None)
        await simulator.start()
        try:
            async with mcp_before(simulator.url) as listener:
                yield World(simulator.url, listener.url, clock)
        finally:
            await simulator.stop()

    return made


@dataclass
class Wire:
    """A client that knows nothing but JSON-RPC over HTTP; `version` chooses the era."""

    session: aiohttp.ClientSession
    url: str
    version: str
    number: int = 0

    async def post(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> tuple[int, list[Any]]:
        """The status and the messages that come back."""
        self.number += 1
        sent: dict[str, Any] = {"jsonrpc": "2.0", "id": self.number, "method": method, "params": dict(params or {})}
        known = {"Accept": "application/json, text/event-stream", "MCP-Protocol-Version": self.version}
        if self.version == "2026-07-28":
            era = {"protocolVersion": self.version, "clientCapabilities": {}}
            meta = {f"io.modelcontextprotocol/{name}": value for name, value in era.items()}
            sent["params"]["_meta"] = meta | sent["params"].get("_meta", {})
            known["Mcp-Method"] = method
            if name := (params or {}).get("name") or (params or {}).get("uri"):
                known["Mcp-Name"] = name
        data = io.BytesIO(json.dumps(sent).encode())  # aiohttp warns of large bodies that are plain bytes
        known["Content-Type"] = "application/json"
        async with self.session.post(self.url, data=data, headers=known | headers) as answer:
            text = await answer.text()
            if answer.content_type == "text/event-stream":
                lines = [line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: ")]
                return answer.status, [json.loads(line) for line in lines if line]
            return answer.status, [json.loads(text)] if text else []

    async def ask(self, method: str, params: dict[str, Any] | None = None, **headers: str) -> Any:
        """The one result."""
        _status, messages = await self.post(method, params, **headers)
        assert "result" in messages[-1], messages
        return messages[-1]["result"]

    async def call(self, name: str, **arguments: Any) -> Any:
        """What a tool answers."""
        return await self.ask("tools/call", {"name": name, "arguments": arguments})


@pytest.fixture
def wire() -> Callable[..., Any]:
    """`async with wire(url, "2025-11-25") as client:` gives a client of that era."""

    @asynccontextmanager
    async def made(url: str, version: str = "2025-11-25") -> AsyncIterator[Wire]:
        async with aiohttp.ClientSession() as session:
            yield Wire(session, url, version)

    return made


def environment(**changes: str) -> dict[str, str]:
    """This process's environment without what would steer mjsim, and with these changes."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("MJSIM_", "MIDJOURNEY_", "COVERAGE_"))}
    return {**kept, **changes}


@dataclass
class Running:
    """A process of `mjsim serve` that is ready, and what it said then."""

    process: subprocess.Popen[str]
    ready: dict[str, Any]
    errors: Path

    def stop(self) -> tuple[int, str]:
        """The exit code, and what it wrote to standard error."""
        self.process.terminate()
        return self.process.wait(10), self.errors.read_text()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """`serve("--mcp-port", "0")` runs `mjsim serve` on a free port until the test has ended."""
    processes: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **changes: str) -> Running:
        errors = tmp_path / f"errors-{len(processes)}"
        command = [sys.executable, "-m", "mjsim", "serve", "--port", "0", "--log-format", "json", "--pace", "instant"]
        with errors.open("w") as file:
            process = subprocess.Popen(
                [*command, *arguments], stdout=subprocess.PIPE, stderr=file, text=True, env=environment(**changes)
            )
        processes.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line, errors.read_text()
        return Running(process, json.loads(line), errors)

    yield start
    for process in processes:
        process.kill()
        process.communicate(timeout=PATIENCE)
