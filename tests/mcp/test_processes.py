"""MCP as a user has it: beside `mjsim serve`, alone in front of a server, and over standard input and output."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

import mcp
import pytest

from .conftest import PATIENCE, environment

HEADERS = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
HEAD = b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
PING = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "ping"})
COMMAND = [sys.executable, "-m", "mjsim"]

STANDSTILL = """
import os, sys
from importlib.machinery import PathFinder

class Standstill:
    def find_spec(self, name, path=None, target=None):
        if name != "mjsim.mcp.endpoint":
            return None
        spec = PathFinder.find_spec(name, path, target)
        run = spec.loader.exec_module

        def wait_and_run(module):
            open(os.environ["STANDSTILL"]).read()
            run(module)

        spec.loader.exec_module = wait_and_run
        return spec

sys.meta_path.insert(0, Standstill())
"""
"""Loading the SDK waits until whoever writes to the named pipe has closed it."""

WHAT_WAS_LOADED = """
import atexit, os, sys

def note():
    with open(os.environ["NOTE"], "w") as file:
        file.write(str(sorted({"mcp", "pydantic", "uvicorn"} & set(sys.modules))))

atexit.register(note)
"""
"""When the process ends it notes which of these it has loaded; an import that is under way is waited for."""

WITHOUT = "import sys; sys.modules['mcp'] = None"
"""The extra is not installed."""


def connect(url):
    parts = urlsplit(url)
    return http.client.HTTPConnection(parts.hostname, parts.port, timeout=PATIENCE)


def request(connection, method, path, body=None, headers=None):
    connection.request(method, path, body, headers or {})


def answer(connection):
    """The status and the document, which may come as the one event of a stream."""
    got = connection.getresponse()
    text = got.read().decode()
    connection.close()
    if got.headers["Content-Type"].startswith("text/event-stream"):
        (text,) = (line.removeprefix("data: ") for line in text.splitlines() if line.startswith("data: {"))
    return got.status, json.loads(text)


def customised(folder, code):
    """The setting that has a process of Python run this code before anything else."""
    (folder / "sitecustomize.py").write_text(code)
    return {"PYTHONPATH": os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])}


def writer_once_it_is_read(pipe):
    """The named pipe, opened for writing as soon as somebody reads from it."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with suppress(OSError):
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        time.sleep(0.01)
    pytest.fail("nobody reads")


def test_the_first_http_answer_does_not_wait_for_mcp(serve, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    running = serve("--mcp-port", "0", STANDSTILL=str(pipe), **customised(tmp_path, STANDSTILL))
    client = connect(running.ready["mcp"])
    request(client, "POST", "/mcp", PING, HEADERS)
    held = writer_once_it_is_read(pipe)
    api = connect(running.ready["url"])
    request(api, "POST", "/v1/imagine", '{"prompt": "a"}', {"Authorization": "Bearer sim-a"})
    assert answer(api)[0] == 200, "answered while the SDK is being loaded"
    os.close(held)
    assert answer(client) == (200, {"jsonrpc": "2.0", "id": 1, "result": {}})
    assert running.stop()[0] == 0


@pytest.mark.parametrize(("visited", "loaded"), [(False, "[]"), (True, "['mcp', 'pydantic', 'uvicorn']")])
def test_the_sdk_is_loaded_for_a_client_and_not_before(serve, tmp_path, visited, loaded):
    note = tmp_path / "loaded"
    running = serve("--mcp-port", "0", NOTE=str(note), **customised(tmp_path, WHAT_WAS_LOADED))
    api = connect(running.ready["url"])
    request(api, "GET", "/v1/jobs", headers={"Authorization": "Bearer sim-a"})
    assert answer(api)[0] == 200
    if visited:
        client = connect(running.ready["mcp"])
        request(client, "POST", "/", PING, HEADERS)
        assert answer(client)[0] == 200
    assert running.stop()[0] == 0
    assert note.read_text() == loaded


async def test_tools_beside_a_simulator_use_its_ready_key(serve):
    running = serve("--mcp-port", "0", "--api-key", "a-real-key", "--api-key", "sim-ready")
    assert running.ready["key"] == "sim-ready"
    async with mcp.Client(running.ready["mcp"]) as client:
        assert not (await client.call_tool("createimaginejob", {"prompt": "a"})).is_error
    api = connect(running.ready["url"])
    request(api, "GET", "/v1/jobs", headers={"Authorization": "Bearer sim-ready"})
    assert answer(api)[1]["total"] == 1
    code, errors = running.stop()
    assert code == 0
    assert "Traceback" not in errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("opened", [b"", HEAD, HEAD + b"Content-Length: 9\r\n\r\n{"], ids=["idle", "head", "body"])
def test_a_signal_ends_it_although_mcp_clients_hold_on(serve, number, opened):
    running = serve("--mcp-port", "0")
    client = connect(running.ready["mcp"])
    request(client, "POST", "/", PING, HEADERS)
    assert answer(client)[0] == 200
    parts = urlsplit(running.ready["mcp"])
    with socket.create_connection((parts.hostname, parts.port)) as held:
        held.sendall(opened)
        running.process.send_signal(number)
        assert running.process.wait(10) == 0
    assert "Traceback" not in running.errors.read_text()
    assert '"level"' not in running.errors.read_text()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_who_waits_is_told_that_the_server_stops(serve, number):
    running = serve("--mcp-port", "0", "--pace", "realistic")
    async with mcp.Client(running.ready["mcp"]) as client:
        created = await client.call_tool("createimaginejob", {"prompt": "a"})

        async def stop(_progress, _total, _status):
            running.process.send_signal(number)

        job = {"jobId": created.structured_content["data"]["job_id"]}
        result = await client.call_tool("waitforjob", job, progress_callback=stop)
    assert result.is_error
    assert result.content[0].text == "no_answer: this MCP server is stopping."
    assert running.process.wait(10) == 0


@pytest.mark.parametrize("off", [{"flags": ["--no-mcp"]}, {"MJSIM_NO_MCP": "true"}, {"extra": False}])
def test_mcp_can_be_off(serve, tmp_path, off):
    flags, changes = off.pop("flags", []), off
    if off.pop("extra", True) is False:
        changes = customised(tmp_path, WITHOUT)
    running = serve(*flags, **changes)
    assert "mcp" not in running.ready
    code, errors = running.stop()
    assert (code, errors) == (0, "")


def run(*arguments, **changes):
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=environment(**changes),
        check=False,
    )


@pytest.mark.parametrize("arguments", [("mcp",), ("mcp", "--stdio"), ("serve", "--port", "0", "--mcp-port", "0")])
def test_where_the_extra_is_missing_it_is_said_how_to_get_it(tmp_path, arguments):
    done = run(*arguments, **customised(tmp_path, WITHOUT))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "mjsim: MCP needs more packages: pip install 'mjsim[mcp]'.\n"


@pytest.fixture
def taken():
    """Somebody has the port of the capability: we, or whoever was there before."""
    with ExitStack() as stack:
        with suppress(OSError):
            stack.enter_context(socket.create_server(("127.0.0.1", 9090)))
        yield


@pytest.mark.usefixtures("taken")
def test_two_simulators_share_a_machine_although_one_has_the_port(serve):
    running = serve()
    assert "mcp" not in running.ready
    api = connect(running.ready["url"])
    request(api, "GET", "/v1/jobs", headers={"Authorization": "Bearer sim-a"})
    assert answer(api)[0] == 200
    code, errors = running.stop()
    assert code == 0
    warning = json.loads(errors.splitlines()[0])
    assert warning["message"].startswith(
        "MCP cannot listen on 127.0.0.1:9090: address already in use; port 0 takes a free one. Going on"
    )


def test_a_port_that_was_asked_for_and_is_taken_is_an_error():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        for arguments in (["serve", "--port", "0", "--mcp-port", port], ["mcp", "--port", port]):
            done = run(*arguments)
            said = f"mjsim: MCP cannot listen on 127.0.0.1:{port}: address already in use; port 0 takes a free one.\n"
            assert (done.returncode, done.stdout, done.stderr) == (2, "", said)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--to", "nonsense"], "--to has to be an http or https URL"),
        (["--port", "x"], "--port has to be a whole number from 0 to 65535, not 'x'."),
        (["--host", ""], "--host has to be a host name or an address"),
        (["--host", "nowhere.invalid"], "MCP cannot listen on nowhere.invalid:9090: "),
        (["--prot", "1"], "'--prot' is not understood."),
    ],
)
def test_a_setting_of_the_command_that_is_unfit_is_told_in_one_line(arguments, said):
    done = run("mcp", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"mjsim: {said}")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_the_command_serves_any_server_with_the_key_of_the_environment(world, wire, number):
    async with world() as w:
        command = [*COMMAND, "mcp", "--port", "0", "--to", w.api + "/"]
        changes = environment(MIDJOURNEY_TOKEN="sim-from-the-environment")
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=changes
        ) as process:
            try:
                said = [process.stdout.readline() for _ in range(7)]
                words = {line.split()[0]: line.split()[1] for line in said if line.startswith("  ")}
                assert words["API"] == w.api
                assert "from MIDJOURNEY_TOKEN" in "".join(said)
                async with mcp.Client(words["MCP"]) as client:
                    assert not (await client.call_tool("createimaginejob", {"prompt": "a"})).is_error
                process.send_signal(number)
                assert process.wait(10) == 0
                assert process.stderr.read() == ""
            finally:
                process.kill()
        async with wire(w.mcp) as client:
            call = {"name": "listjobs", "arguments": {}}
            listed = await client.ask("tools/call", call, Authorization="Bearer sim-from-the-environment")
        assert listed["structuredContent"]["total"] == 1


@pytest.mark.parametrize("mode", ["legacy", "auto", "2026-07-28"])
async def test_a_whole_session_over_standard_input_and_output(world, mode):
    async with world() as w:
        host = mcp.StdioServerParameters(
            command=sys.executable, args=["-m", "mjsim", "mcp", "--stdio", "--to", w.api], env=environment()
        )
        async with mcp.Client(host, mode=mode) as client:
            assert len((await client.list_tools()).tools) == 9
            created = await client.call_tool("createimaginejob", {"prompt": "a"})
            done = await client.call_tool("waitforjob", {"jobId": created.structured_content["data"]["job_id"]})
            assert done.structured_content["status"] == "completed"
            assert (await client.read_resource(done.content[1].uri)).contents[0].mime_type == "image/webp"
            assert (await client.call_tool("canceljob", {"jobId": "x"})).is_error


@pytest.fixture
def spoken_to():
    """A server on standard input and output that has answered once."""
    process = subprocess.Popen(
        [*COMMAND, "mcp", "--stdio"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    try:
        who = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
        hello = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": who}
        process.stdin.write(json.dumps(hello).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "midjourney-mcp"
        yield process
    finally:
        process.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            with suppress(BrokenPipeError):
                stream.close()
        process.wait(PATIENCE)


def test_it_ends_when_its_input_does(spoken_to):
    spoken_to.stdin.close()
    assert spoken_to.wait(10) == 0
    assert spoken_to.stdout.read() + spoken_to.stderr.read() == b""


def test_it_ends_in_silence_when_nobody_reads_any_more(spoken_to):
    spoken_to.stdout.close()
    spoken_to.stdin.write(PING.encode() + b"\n")
    with suppress(BrokenPipeError):
        spoken_to.stdin.close()
    assert spoken_to.wait(10) == 0
    assert spoken_to.stderr.read() == b""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_although_its_input_is_open(spoken_to, number):
    spoken_to.send_signal(number)
    assert spoken_to.wait(10) == -number
    assert spoken_to.stdout.read() + spoken_to.stderr.read() == b""
