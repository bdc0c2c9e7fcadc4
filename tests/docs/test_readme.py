"""What the README tells its readers to type is typed here, against a server of its own."""

import asyncio
import json
import os
import re
import socket
import subprocess
import sys
import sysconfig
import time
from importlib import import_module
from pathlib import Path
from urllib.request import Request, urlopen

import mcp
import pytest

from mjsim.cli import COMMANDS
from mjsim.commands.parser import Parser

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
API = "http://127.0.0.1:8080"
BLOCK = re.compile(r"(<!-- not run: [^>]+ -->\n)?```(\w+)\n(.*?)```", re.DOTALL)


def blocks(language: str) -> list[str]:
    """The blocks of the README that are run, in their order."""
    return [text for skipped, kind, text in BLOCK.findall(README) if kind == language and not skipped]


def moved(text: str, server: dict[str, str]) -> str:
    """The text with the addresses of this server in place of those that a reader has."""
    for theirs, ours in server.items():
        text = text.replace(theirs, ours)
    return text


@pytest.fixture
def server():
    command = [sys.executable, "-m", "mjsim", "serve", "--port", "0", "--mcp-port", "0", "--seed", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        while "API" not in (line := process.stdout.readline()):
            assert line or process.poll() is None, "the server did not start"
        api, mcp = line.split()[1].removesuffix("/v1"), process.stdout.readline().split()[1]
        yield {"http://127.0.0.1:8080": api, "http://127.0.0.1:9090/mcp": mcp}
    finally:
        process.terminate()
        process.communicate(timeout=10)


def test_the_shell_commands_work_one_after_the_other(server, tmp_path):
    script = moved("\n".join(blocks("sh")), server)
    shell = ["bash", "-euo", "pipefail", "-c", script]
    surroundings = os.environ | {"PATH": os.pathsep.join([sysconfig.get_path("scripts"), os.environ["PATH"]])}
    run = subprocess.run(shell, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stderr
    assert (tmp_path / "grid.webp").read_bytes()[8:12] == b"WEBP"
    codes = re.findall(r'"code":"(\w+)"', run.stdout)
    assert codes == ["banned_prompt", "unauthorized", "service_unavailable"], run.stdout
    assert run.stdout.count('"status":"SUCCESS"') == 9
    assert '{"ids":["busy"]}{"misses":[]}' in run.stdout
    assert run.stdout.count('"webhook_signature":"valid"') == 3
    assert [int(code) for code in re.findall(r'"code":([0-9]+),"msg"', run.stdout)] == [200, 200, 455, 402]
    assert '"standing":"delivered"' in run.stdout
    assert re.findall(r"signature valid  answered ([0-9]+)", run.stdout) == ["500", "500", "200"]
    assert re.search(r'NO +prompt +"a bear"', run.stdout)
    assert '"isError":false' in run.stdout
    assert '"status":"cancelled"' in run.stdout
    assert run.stdout.endswith("3 requests asked again: every answer the same, byte for byte\n")


def test_the_python_client_works(server, tmp_path):
    program, *_ = blocks("python")
    code = moved(program, server)
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.startswith("completed ['http")


def test_the_client_that_is_said_to_survive_the_check_survives_it(tmp_path):
    (tmp_path / "client.py").write_text(next(one for one in blocks("python") if "MIDJOURNEY_TOKEN" in one))
    judge = [sys.executable, "-m", "mjsim", "check", "client", "--profile", "quick", "--", sys.executable, "client.py"]
    run = subprocess.run(judge, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stdout
    assert "survived, 0 not exercised" in run.stdout


def until_it_listens(port):
    """Wait until somebody takes connections."""
    end = time.monotonic() + 20
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=10).close()
        except ConnectionRefusedError:
            assert time.monotonic() < end, "the receiver does not start"
            time.sleep(0.01)


def test_the_receiver_sees_webhooks_that_it_can_verify(server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    program = next(one for one in blocks("python") if "Webhook" in one)
    command = [sys.executable, "-u", "-c", program.replace("3000", str(port))]
    receiver = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path)
    try:
        until_it_listens(port)
        body = {"prompt": "a bell", "webhook_url": f"http://127.0.0.1:{port}", "webhook_type": "progress"}
        headers = {"Authorization": "Bearer sim-readme", "Content-Type": "application/json"}
        with urlopen(Request(f"{server[API]}/v1/imagine", json.dumps(body).encode(), headers), timeout=10) as answer:
            job_id = json.load(answer)["data"]["job_id"]
        assert receiver.stdout.readline() == f"job.progress {job_id} 0\n"
        assert receiver.stdout.readline() == f"job.completed {job_id} 100\n"
    finally:
        receiver.kill()
        receiver.communicate(timeout=10)


def test_the_test_of_a_client_works(tmp_path):
    installed = tmp_path / "mjsim_installed-0.dist-info"
    installed.mkdir()
    (installed / "entry_points.txt").write_text("[pytest11]\nmjsim = mjsim.pytest_plugin\n")
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mjsim-installed\nVersion: 0\n")
    (tmp_path / "test_client.py").write_text(next(one for one in blocks("python") if "mjsim_tenant" in one))
    path = os.pathsep.join(filter(None, [os.environ.get("PYTHONPATH"), str(tmp_path)]))
    command = [sys.executable, "-m", "pytest", "-p", "no:schemathesis"]
    surroundings = os.environ | {"PYTHONPATH": path}
    run = subprocess.run(
        command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stdout
    assert "1 passed" in run.stdout


def test_every_block_is_run_or_says_why_not():
    kinds = {kind for _skipped, kind, _text in BLOCK.findall(README)}
    assert kinds <= {"sh", "python", "text", "json"}
    assert len(blocks("sh")) >= 5


def test_every_option_that_the_readme_names_exists():
    known = {"--mjsim-options", "--mjsim-regressions"}
    for command in COMMANDS.values():
        parser = Parser(prog="mjsim")
        import_module(command.module).configure(parser)
        known |= set(parser.known)
    prompt_flags = {"--ar", "--v", "--no", "--sim"}
    for kind in ("server", "client", "receiver"):
        judge = [sys.executable, "-m", "mjsim_contracts", "check", kind, "--help"]
        asked = subprocess.run(judge, capture_output=True, text=True, timeout=60, check=True).stdout
        known |= set(re.findall(r"--[a-z-]+", asked))
    of_others = {"--rm", "--cli", "--transport", "--exclude-checks"}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", README)) | set(re.findall(r"--[a-z]+(?= )", README))
    assert named - known - prompt_flags - of_others == set()


async def test_the_settings_of_mcp_hosts_lead_to_the_tools(server):
    (block,) = blocks("json")
    by_url, by_command = json.loads(moved(block, server))["mcpServers"].values()
    arguments = ["-m", by_command["command"], *by_command["args"]]
    program = mcp.StdioServerParameters(
        command=sys.executable, args=arguments, env=dict(os.environ, **by_command["env"])
    )
    assert by_url["headers"]["Authorization"].removeprefix("Bearer ") == by_command["env"]["MIDJOURNEY_TOKEN"]
    for host in (by_url["url"], program):
        async with asyncio.timeout(30), mcp.Client(host) as client:
            assert "createimaginejob" in {tool.name for tool in (await client.list_tools()).tools}


def test_links_lead_to_files():
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target
