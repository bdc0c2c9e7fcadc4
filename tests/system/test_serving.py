"""`mjsim serve` tells a newcomer what works, and ends at once when it is told to."""

import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.parse

import pytest

from mjsim import __version__
from mjsim.core.webhook import DEVELOPMENT_SECRET
from mjsim.option import OPTIONS

CURL = shutil.which("curl")


def commands(text):
    """The commands that are printed: lines that begin with two spaces and `curl`, and what they go on with."""
    return re.findall(r"^  (curl (?:.*\\\n)*.*)$", text, re.MULTILINE)


def run_in_shell(command):
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        ([], {}),
        (["--api-key", """sim-it's a "$HOME" `key` \\ """], {}),
        (["--api-key", "a-real-key"], {"MIDJOURNEY_TOKEN": "another-real-key"}),
        ([], {"MIDJOURNEY_TOKEN": "sim-from-the-environment"}),
    ],
)
def test_the_printed_commands_work_when_they_are_pasted(serve, arguments, variables):
    assert CURL, "curl has to be installed: what is printed is run as a newcomer would run it"
    server = serve("--pace", "instant", *arguments, **variables)
    assert "real" not in server.out, "a key that may be real is not shown"
    if "MIDJOURNEY_TOKEN" in variables and not arguments:
        assert server.key == "sim-from-the-environment"
    first, second = commands(server.out)
    created = run_in_shell(first)
    assert created["status"] == "SUCCESS"
    job = run_in_shell(second.replace("JOB_ID", created["data"]["job_id"]))
    assert (job["status"], job["prompt"]) == ("completed", "a lighthouse at dusk --ar 16:9")


def test_the_greeting_names_what_listens(serve):
    server = serve("--seed", "42")
    assert server.out.startswith(f"mjsim {__version__} is ready.\n")
    assert server.address[0] == "127.0.0.1"
    assert server.address[1] != 0
    assert server.seed == 42
    for path in ("/docs", "/v1/jobs"):
        assert server.ask("GET", path)[0] == 200


@pytest.mark.parametrize(
    ("arguments", "clock"),
    [
        ([], ""),
        (["--rate", "60"], "60 simulated seconds to a real one"),
        (["--clock", "manual"], "stands still   (mjsim clock advance 60s moves it)"),
        (["--step", "500ms"], "real time, and 500 ms at each API request"),
        (["--clock", "manual", "--step", "500ms"], "stands still, but for 500 ms at each API request"),
    ],
)
def test_the_greeting_tells_how_time_goes_where_it_is_not_real(serve, arguments, clock):
    lines = serve(*arguments).out.splitlines()
    assert [line.removeprefix("  Clock      ") for line in lines if "Clock" in line] == ([clock] if clock else [])


def test_the_greeting_says_how_the_other_commands_find_a_simulator_that_is_not_where_they_look(serve, run):
    server = serve()
    (line,) = (line for line in server.out.splitlines() if "MJSIM_CONTROL_URL" in line)
    name, url = line.removeprefix("  export ").split("=")
    assert run("health", **{name: url}).returncode == 0


@pytest.mark.parametrize("host", ["0.0.0.0", "localhost", "127.0.0.1"])
def test_the_printed_address_can_be_reached_whatever_host_is_listened_on(serve, host):
    server = serve("--host", host)
    assert server.address[0] in ("127.0.0.1", "localhost")
    assert server.ask("GET", "/_sim/health")[0] == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "SIGTERM"])
def test_a_signal_ends_it_with_code_0_and_nothing_but_its_log_is_written(serve, number):
    server = serve()
    server.ask("POST", "/v1/imagine", {"prompt": "a"})
    assert server.stop(number) == 0
    assert server.process.returncode == 0
    assert "Traceback" not in server.err + server.out
    assert "Warning" not in server.err
    assert re.fullmatch(r"\S+ POST /v1/imagine 200 [\d.]+ ms sim-local\n", server.err), server.err


def open_idle(server):
    """One that has been used, and one that has not."""
    server.ask("GET", "/v1/jobs", on=server.connect())
    return socket.create_connection(server.address)


def open_half_a_head(server):
    connection = socket.create_connection(server.address)
    connection.sendall(b"GET /v1/jobs HTTP/1.1\r\nHost: a\r\n")
    return connection


def open_half_a_body(server):
    connection = socket.create_connection(server.address)
    key = server.key.encode()
    sent = b"POST /v1/imagine HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %b\r\nContent-Length: 999\r\n\r\n{" % key
    connection.sendall(sent)
    return connection


def open_without_reading(server):
    """A client that asks for more than any buffer holds and reads nothing of it."""
    _, created = server.ask("POST", "/v1/imagine", {"prompt": "a"})
    _, job = server.ask("GET", f"/v1/jobs/{created['data']['job_id']}")
    path = urllib.parse.urlsplit(job["result"]["images"][0]["url"]).path
    connection = socket.create_connection(server.address)
    connection.sendall(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % path.encode() * 20)
    return connection


@pytest.mark.parametrize("opened", [open_idle, open_half_a_head, open_half_a_body, open_without_reading])
def test_a_signal_ends_it_although_clients_hold_on(serve, opened):
    server = serve("--pace", "instant")
    held = [opened(server) for _ in range(3)]
    assert server.ask("GET", "/_sim/health")[0] == 200
    assert server.stop(signal.SIGINT) == 0
    assert "Traceback" not in server.err
    assert " 500 " not in server.err
    for connection in held:
        connection.close()


def test_a_port_in_use_is_told_in_one_line(serve, spawn):
    server = serve()
    second = spawn("--port", str(server.address[1]))
    assert second.process.wait(30) == 2
    assert second.out == ""
    (line,) = second.err.splitlines()
    where = f"127.0.0.1:{server.address[1]}"
    assert line == f"mjsim: cannot listen on {where}: address already in use; --port 0 takes a free port."
    assert server.ask("GET", "/_sim/health")[0] == 200


def test_health_is_0_while_it_is_up_and_1_when_it_is_not(serve, run):
    server = serve()
    up = run("health", "--url", server.url)
    assert (up.returncode, json.loads(up.stdout)["status"], up.stderr) == (0, "ok", "")
    assert run("health", MJSIM_PORT=str(server.address[1])).returncode == 0
    proxied = run("health", "--url", server.url + "/", http_proxy="http://127.0.0.1:1", HTTP_PROXY="http://127.0.0.1:1")
    assert proxied.returncode == 0, "a proxy is not asked"
    server.stop()
    down = run("health", "--url", server.url)
    assert (down.returncode, down.stdout) == (1, "")
    (line,) = down.stderr.splitlines()
    assert line.startswith(f"mjsim: {server.url} is not healthy: ")


@pytest.mark.parametrize("url", ["nonsense", "http://[", "http://127.0.0.1:abc", "http://127.0.0.1:1", "ftp://x", ""])
def test_health_of_no_address_is_one_line_and_1(run, url):
    done = run("health", "--url", url, MJSIM_PORT="1")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"HTTP/1.1 503 No\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\n\xff",
    ],
)
def test_health_of_something_else_is_one_line_and_1(run, answer, answering_once):
    with answering_once(answer) as url:
        done = run("health", "--url", url)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr


def test_help_shows_examples_and_every_option(run):
    whole, serving = run("--help"), run("serve", "--help")
    assert (whole.returncode, serving.returncode) == (0, 0)
    for text in (whole.stdout, serving.stdout):
        assert "examples:" in text
        assert "mjsim serve --data mjsim.db" in text
        assert "MIDJOURNEY_TOKEN" in text
    assert "usage: mjsim" in whole.stdout
    for option in OPTIONS:
        assert f"{option.flag} " in serving.stdout
    assert run("--version").stdout == f"mjsim {__version__}\n"


def test_as_json_every_line_is_a_json_object_whatever_happens(serve):
    server = serve("--log-format", "json", "--max-jobs", "1", "--pace", "instant")
    for body in ({"prompt": "a"}, {"prompt": "b"}, {}):
        server.ask("POST", "/v1/imagine", body)
    server.ask("GET", "/v1/jobs?secret=in-a-query")
    for sent in (b"\x00garbage\r\n\r\n", b"GET /%0a%22%ff HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"):
        with socket.create_connection(server.address, timeout=30) as connection:
            connection.sendall(sent)
            while connection.recv(9999):
                pass
    held = open_half_a_body(server)
    held.close()
    assert server.stop(signal.SIGINT) == 0
    (ready,) = [json.loads(line) for line in server.out.splitlines()]
    assert ready == {
        "event": "ready",
        "url": server.url,
        "key": "sim-local",
        "seed": server.seed,
        "version": __version__,
        "webhook_secret": DEVELOPMENT_SECRET.text,
    }
    lines = [json.loads(line) for line in server.err.splitlines()]
    assert {line["event"] for line in lines} == {"request", "log"}
    requests = [(line["method"], line["path"], line["status"]) for line in lines if line["event"] == "request"]
    assert ("POST", "/v1/imagine", 400) in requests
    assert requests.count(("POST", "/v1/imagine", 200)) == 2
    said = [line["message"] for line in lines if line["event"] == "log"]
    assert any("--max-jobs" in message for message in said)
    assert any("could not be read" in message for message in said)
    assert "in-a-query" not in server.err
    assert "Bearer" not in server.err
    assert "trace" not in {name for line in lines for name in line}


def test_the_log_never_shows_a_key_that_could_be_real(serve):
    server = serve("--api-key", "a-real-key")
    server.ask("GET", "/v1/jobs")
    server.key = "sim-" + "x" * 100
    server.ask("GET", "/v1/jobs")
    server.key = "not-a-known-key"
    server.ask("GET", "/v1/jobs")
    assert server.stop() == 0
    assert len(server.err.splitlines()) == 3
    assert "real" not in server.err
    assert "known" not in server.err
    assert "xxx" not in server.err


ASKING = """
import asyncio, io, json, sys
from mjsim.settings import Settings
from mjsim.simulator import Simulator

async def ask(sim, method, path, body=""):
    host, port = sim.url.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"{method} {path} HTTP/1.1\\r\\nHost: localhost\\r\\nAuthorization: Bearer sim-a\\r\\nConnection: close\\r\\n"
    writer.write(f"{head}Content-Length: {len(body)}\\r\\n\\r\\n{body}".encode())
    answer = await asyncio.wait_for(reader.read(), 20)
    writer.close()
    assert answer.startswith(b"HTTP/1.1 200"), answer[:300]
    return answer.partition(b"\\r\\n\\r\\n")[2]

def loaded():
    return sorted(sought & set(sys.modules))

def asking(main):
    async def run():
        sim = Simulator(Settings(port=0, pace="instant"), request_log=None)
        await sim.start()
        try:
            await main(sim)
        finally:
            await sim.stop()
    asyncio.run(run())
"""
"""The beginning of a program that asks a simulator, and tells which of the modules `sought` are loaded by then."""


def test_neither_pictures_nor_validators_are_loaded_before_they_are_needed(run):
    """In the order in which a client needs them: nothing, the validator, Pillow."""
    code = """
sought = {"PIL", "jsonschema_rs", "swagger_ui_bundle"}

async def main(sim):
    for path in ("/v1/jobs", "/_sim/health", "/docs", "/openapi.json", "/docs/swagger-ui.css"):
        await ask(sim, "GET", path)
    print(loaded())
    job = json.loads(await ask(sim, "POST", "/v1/imagine", '{"prompt": "a"}'))["data"]["job_id"]
    shown = json.loads(await ask(sim, "GET", f"/v1/jobs/{job}"))
    print(loaded())
    await ask(sim, "GET", "/files/" + shown["result"]["images"][1]["url"].partition("/files/")[2])
    print(loaded())

asking(main)
"""
    done = subprocess.run(
        [sys.executable, "-c", ASKING + code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.splitlines() == ["[]", "['jsonschema_rs']", "['PIL', 'jsonschema_rs']"], done.stderr


def test_what_the_published_api_can_do_without_is_loaded_for_the_first_who_asks_for_it():
    """In this order: nothing, the task API, the control API, the delivery of webhooks."""
    code = """
sought = {"mjsim.tasks", "mjsim.web.control.clock", "mjsim.sabotage", "mjsim.core.preference"}
sought |= {"aiohttp.web", "difflib", "concurrent.futures.thread", "sqlite3"}  # these nobody here needs

async def main(sim):
    for path in ("/v1/jobs", "/_sim/health"):
        await ask(sim, "GET", path)
    await ask(sim, "POST", "/v1/imagine", '{"prompt": "a"}')
    print(loaded())
    await ask(sim, "GET", "/api/v1/chat/credit")
    print(loaded())
    await ask(sim, "GET", "/_sim/clock")
    print(loaded())
    hook = json.dumps({"prompt": "b", "webhook_url": sim.url + "/_sim/inbox/a"})
    await ask(sim, "POST", "/v1/imagine", hook)
    await ask(sim, "POST", "/_sim/inboxes/a/wait", '{"count": 1}')
    print(loaded())

asking(main)
"""
    done = subprocess.run(
        [sys.executable, "-c", ASKING + code], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.splitlines() == [
        "[]",
        "['mjsim.tasks']",
        "['mjsim.tasks', 'mjsim.web.control.clock']",
        "['mjsim.sabotage', 'mjsim.tasks', 'mjsim.web.control.clock']",
    ], done.stderr


def test_the_collector_rests_until_it_is_ready_and_where_it_could_not_start_goes_on():
    code = """
import gc
import mjsim.commands.serve as serve
from mjsim.cli import main

go_on = serve._stop_with_input

async def tell(stopped):
    print(gc.isenabled(), gc.get_freeze_count() > 10_000)
    await go_on(stopped)

serve._stop_with_input = tell
main(["serve", "--port", "0", "--no-mcp", "--attached", "--log-format", "json"])
gc.disable()
main(["serve", "--seed", "seven"])
print(gc.isenabled())
"""
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, check=False
    )
    assert done.stdout.splitlines()[1:] == ["True True", "True"], done.stderr
