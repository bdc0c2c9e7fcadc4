"""The official conformance suite finds nothing wrong, and the official TypeScript client has a whole session."""

import asyncio
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / ".venv" / "node" / "node_modules"
NODE = TOOLS / ".bin" / "node"
SUITE = TOOLS / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"

pytestmark = pytest.mark.skipif(not (NODE.exists() and SUITE.exists()), reason="make .venv/.node installs the suite")

EVERY_ERA = ("tools-list", "resources-list", "prompts-list")
SCENARIOS = {
    "2025-06-18": (*EVERY_ERA, "server-initialize", "ping"),
    "2025-11-25": (*EVERY_ERA, "server-initialize", "ping", "dns-rebinding-protection"),
    "2026-07-28": (
        *EVERY_ERA,
        "dns-rebinding-protection",
        "caching",
        "http-header-validation",
        "sep-2164-resource-not-found",
    ),
}
"""Those that need no tools made for the suite. What a revision does not know, the suite passes over without a word."""


async def run(*arguments):
    """Run Node to its end; what it wrote."""
    process = await asyncio.create_subprocess_exec(
        NODE, *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    try:
        output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, output.decode()


@pytest.mark.parametrize("version", SCENARIOS)
async def test_the_official_suite_finds_nothing_wrong(world, version):
    async with world() as w:
        for scenario in SCENARIOS[version]:
            wanted = ("--scenario", scenario, "--spec-version", version)
            code, output = await run(SUITE, "server", "--url", w.mcp, *wanted)
            passed = re.search(r"Passed: (\d+)/(\d+), 0 failed, 0 warnings", output)
            assert code == 0, output
            assert passed, output
            assert int(passed[1]) == int(passed[2]) > 0, output


async def test_the_official_typescript_client_has_a_whole_session(world):
    async with world() as w:
        code, output = await run(Path(__file__).with_name("session.mjs"), TOOLS.parent, w.mcp)
    assert code == 0, output
    seen = json.loads(output.splitlines()[-1])
    assert len(seen.pop("tools")) == 9
    assert seen.pop("refusal").startswith("400 job_not_cancellable: ")
    expected = {"status": "completed", "picture": "image/webp", "upscale": "SUCCESS", "total": 2}
    assert seen == {"progress": [100], "unknown": -32602, "missing": -32002, **expected}
