"""`mjsim check` as its user meets it: one line for what is wrong, files where they were asked for, and exit codes."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from mjsim.cli import main as mjsim
from mjsim_contracts.cli import main
from mjsim_contracts.report.model import ExitCode


@contextmanager
def answering(status, content_type, body):
    """A server that gives the same answer to whatever it is asked."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


SHOWN = "--help shows what is understood."


@pytest.fixture(autouse=True)
def _no_token(monkeypatch):
    monkeypatch.delenv("MIDJOURNEY_TOKEN", raising=False)


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (
            ["traffic", "session.har", "--seed", "1"],
            "mjsim: '--seed' is not understood. Did you mean --baseline?",
        ),
        (
            ["server"],
            f"mjsim: the following arguments are required: URL. mjsim check server {SHOWN}",
        ),
        (
            ["servr"],
            f"mjsim: WHAT has to be one of server, client, receiver, traffic, not 'servr'. mjsim check {SHOWN}",
        ),
        (
            ["server", "http://a", "--seed", "x"],
            f"mjsim: --seed has to be a whole number, not 'x'. mjsim check server {SHOWN}",
        ),
        (["server", "host:1"], "mjsim: 'host:1' is no http or https URL, such as http://127.0.0.1:8080"),
        (["server", "http://a", "--prot"], "mjsim: '--prot' is not understood. Did you mean --profile?"),
        (["server", "http://a", "more"], "mjsim: 'more' is not understood. mjsim check server --help shows what is."),
        (["server", "http://a", "--baseline-update"], "mjsim: --baseline-update needs --baseline FILE"),
        (
            ["server", "http://a", "--json", "-", "--html", "-"],
            "mjsim: only one report fits standard output, not --json and --html",
        ),
        (["server", "http://a", "--html", "/no/such/x.html"], "mjsim: --html /no/such/x.html: there is no such folder"),
        (
            ["server", "http://a", "--baseline", "/no/x"],
            "mjsim: the baseline /no/x cannot be read: No such file or directory",
        ),
        (["server", "http://a", "--safe", "--send"], "mjsim: a safe check needs a key: --key or MIDJOURNEY_TOKEN"),
        (
            ["server", "http://a", "--webhook-secret", "abc"],
            "mjsim: --webhook-secret has to be whsec_ followed by base64; this text does not begin so",
        ),
        (["server", "http://a", "--safe", "--requests", "0"], "mjsim: --requests has to be 1 or more"),
    ],
)
def test_what_cannot_be_understood_is_answered_by_one_line(arguments, line, capsys):
    assert main(["check", *arguments]) == 2
    assert capsys.readouterr() == ("", line + "\n")


def test_without_anything_to_check_the_help_is_shown(capsys):
    assert main(["check"]) == 2
    assert "examples:" in capsys.readouterr().out


@pytest.mark.parametrize(("what", "code"), [("client", "C020"), ("server", "ST103"), ("traffic", "C002")])
def test_the_rules_of_a_check_are_listed_without_running_it(what, code, capsys):
    """With what breaking them means, and why it matters; the same for programs."""
    assert main(["check", what, "--rules"]) == ExitCode.PASS
    text = capsys.readouterr().out
    assert main(["check", what, "--rules", "--json"]) == ExitCode.PASS
    rules = {rule["id"]: rule for rule in json.loads(capsys.readouterr().out)}
    assert rules[code]["severity"] == "fail"
    assert all(rule["rule"] and rule["severity"] in {"fail", "warn"} for rule in rules.values())
    assert [line.split()[0] for line in text.splitlines() if not line.startswith(" ")] == list(rules)


@pytest.mark.parametrize(
    ("what", "there", "missing"),
    [
        ("client", {"C004", "variation/story"}, {"C025", "C050"}),
        ("server", {"credits-are-spent-by-the-price-list"}, {"cancelling-cancels"}),
        ("traffic", {"C024"}, {"C025", "C050", "variation/story"}),
    ],
)
def test_the_rules_are_those_of_the_api_that_is_named(what, there, missing, capsys):
    """Nobody is held to what the API does not have."""

    def listed(*options):
        assert main(["check", what, *options, "--rules", "--json"]) == ExitCode.PASS
        return {rule["id"] for rule in json.loads(capsys.readouterr().out)}

    usual, tasks = listed(), listed("--api", "tasks")
    assert there <= tasks
    assert not missing & tasks
    assert missing - {"variation/story"} <= usual


def test_rules_are_told_in_the_words_of_the_api(capsys):
    """What it calls its news, and how long a receiver has there."""
    for options, news in (
        ((), "A webhook is answered with 2xx within 5 s"),
        (("--api", "tasks"), "A callback is answered with 2xx within 15 s"),
    ):
        assert main(["check", "client", *options, "--rules", "--json"]) == ExitCode.PASS
        rules = {rule["id"]: rule["rule"] for rule in json.loads(capsys.readouterr().out)}
        assert rules["C040"].startswith(news)


def test_the_rules_of_an_api_that_is_none(capsys):
    assert main(["check", "client", "--rules", "--api", "task"]) == ExitCode.USAGE
    (line,) = capsys.readouterr().err.splitlines()
    assert "'midjourney'" in line
    assert "'tasks'" in line


def test_where_there_are_no_rules_to_list_it_is_said_where_there_are(capsys):
    """One line, as for everything that cannot be understood."""
    assert main(["check", "receiver", "--rules"]) == ExitCode.USAGE
    assert "mjsim check client, mjsim check server" in capsys.readouterr().err


def test_mjsim_hands_the_command_over(capsys):
    assert mjsim(["check", "server"]) == 2
    assert "required: URL" in capsys.readouterr().err


def test_without_the_extra_mjsim_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mjsim_contracts.server.check", None)
    assert mjsim(["check", "server", "http://127.0.0.1:1"]) == 3
    (line,) = capsys.readouterr().err.splitlines()
    assert "pip install 'mjsim[contracts]'" in line


def test_a_url_that_refuses_is_one_line(capsys):
    assert main(["check", "server", "http://127.0.0.1:1", "--quiet"]) == 3
    assert capsys.readouterr() == ("", "mjsim: http://127.0.0.1:1 cannot be reached: connection refused\n")


@pytest.mark.parametrize(
    ("status", "content_type", "body", "line"),
    [
        (200, "text/html", b"<html>", "is not this API: GET /v1/jobs was answered 200 (text/html), not a list of jobs"),
        (
            200,
            "application/json",
            b'{"data": 1}',
            "is not this API: GET /v1/jobs was answered 200 (application/json), not a list of jobs",
        ),
        (404, "a\x7fb", b"", "is not this API: GET /v1/jobs was answered 404 (a\\x7fb), not a list of jobs"),
        (401, "application/json", b"{}", "answers 401: it accepts no key of its own accord; give one with --key"),
    ],
)
def test_a_server_that_is_not_this_api_is_one_line(status, content_type, body, line, capsys):
    with answering(status, content_type, body) as url:
        assert main(["check", "server", url]) == 3
    assert capsys.readouterr().err.endswith(f"mjsim: {url} {line}\n")


def test_a_server_that_speaks_no_http_is_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet():
            peer, _ = server.accept()
            with peer:
                peer.recv(1000)
                peer.sendall(b"220 mail.example.com ready\r\n")

        threading.Thread(target=greet, daemon=True).start()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        assert main(["check", "server", url, "--quiet"]) == 3
    assert capsys.readouterr().err == f"mjsim: {url} cannot be reached: it speaks no HTTP\n"


def test_every_report_goes_where_it_was_asked_for(instant, tmp_path, capsys):
    files = {name: tmp_path / f"report.{name}" for name in ("html", "junit", "sarif", "markdown")}
    files["markdown"].write_text("what was there\n")
    options = [word for name, path in files.items() for word in (f"--{name}", str(path))]
    assert main(["check", "server", instant, "--profile", "quick", "--json", "-", *options]) == 0
    shown, told = capsys.readouterr()
    found = json.loads(shown)
    assert (found["check"], found["target"], found["outcome"], found["profile"]) == ("server", instant, "pass", "quick")
    assert "requests by Schemathesis" in told
    assert files["html"].read_text().startswith("<!doctype html>")
    assert len(ET.parse(files["junit"]).findall("testsuite/testcase")) == len(found["cases"])
    assert len(json.loads(files["sarif"].read_text())["runs"][0]["results"]) == len(found["cases"])
    assert files["markdown"].read_text().startswith("what was there\n## ✅")


def test_a_baseline_is_written_once_and_lets_the_same_failures_pass(tmp_path, capsys):
    from .server_process import serving
    from .test_broken_servers import PROGRAM

    baseline = tmp_path / "known.json"
    with serving(tmp_path / "log", "--pace", "instant", program=(PROGRAM, "unknown_jobs_are_bad_requests")) as url:
        safe = ["check", "server", url, "--key", "sim-a", "--safe", "--send", "--quiet", "--json"]
        assert main([*safe, "-"]) == 1
        failing = [case["id"] for case in json.loads(capsys.readouterr().out)["cases"] if case["outcome"] == "fail"]
        assert "unknown-get/getJobStatus" in failing
        assert main([*safe, "-", "--baseline", str(baseline), "--baseline-update"]) == 0
        assert json.loads(baseline.read_text())["known"] == sorted(failing)
        assert main([*safe, "-", "--baseline", str(baseline)]) == 0
    assert "Traceback" not in capsys.readouterr().err


def test_a_safe_check_shows_first_and_sends_no_more_than_it_may(instant, capsys):
    assert main(["check", "server", instant, "--safe"]) == 1
    shown = capsys.readouterr().out
    assert "Nothing was sent" in shown
    assert 'POST /v1/imagine {"prompt": "a lighthouse at dusk"} with the key' in shown
    assert main(["check", "server", instant, "--safe", "--send", "--requests", "3", "--key", "sim-safe"]) == 0
    assert "3 requests, of 3 allowed" in capsys.readouterr().out


def test_a_safe_check_creates_one_job_and_cancels_it(quick, capsys):
    import requests

    key = "sim-safe-one"
    assert main(["check", "server", quick, "--safe", "--send", "--key", key, "--quiet"]) == 0
    jobs = requests.get(f"{quick}/v1/jobs", headers={"Authorization": f"Bearer {key}"}, timeout=5).json()
    assert [job["status"] for job in jobs["data"]] == ["cancelled"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_check_that_is_stopped_leaves_no_process_behind(instant, tmp_path, number):
    command = [sys.executable, "-m", "mjsim_contracts", "check", "server", instant, "--profile", "full"]
    settings = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, env=settings, text=True) as process:
        assert "Schemathesis" in process.stderr.readline()
        process.send_signal(number)
        shown, told = process.communicate(timeout=20)
    assert process.returncode == 130
    assert shown == ""
    assert "Traceback" not in told
    assert list(tmp_path.iterdir()) == []
    assert not [process for process in Path("/proc").glob("[0-9]*") if str(tmp_path) in environment(process)]


def environment(process):
    """The environment of a process; empty where it is gone, or another user's."""
    try:
        return (process / "environ").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
