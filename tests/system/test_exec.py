"""`mjsim exec` lends a simulator to one command, and is for everybody else as if it were that command."""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import sysconfig
from pathlib import Path
from urllib.parse import urlsplit

import pytest

MJSIM = str(Path(sysconfig.get_path("scripts")) / "mjsim")
PATIENCE = 30

SAY = "import os, json; print(json.dumps({n: v for n, v in os.environ.items() if n.startswith(('MJSIM_C', 'MIDJ'))}))"


def is_gone(url):
    """Whether nothing listens there any more."""
    with socket.socket() as connection:
        return connection.connect_ex(("127.0.0.1", urlsplit(url).port)) != 0


def test_the_command_is_told_where_the_simulator_is_and_it_is_gone_afterwards(run):
    done = run("exec", "--", sys.executable, "-c", SAY)
    told = json.loads(done.stdout)
    assert (done.returncode, done.stderr) == (0, "")
    assert told == {
        "MIDJOURNEY_BASE_URL": told["MJSIM_CONTROL_URL"],
        "MIDJOURNEY_TOKEN": "sim-local",
        "MJSIM_CONTROL_URL": told["MJSIM_CONTROL_URL"],
    }
    assert is_gone(told["MIDJOURNEY_BASE_URL"])


def test_the_variables_are_those_that_clients_and_commands_need(run):
    ask = """
import json, os, subprocess, sys, urllib.request
request = urllib.request.Request(os.environ["MIDJOURNEY_BASE_URL"] + "/v1/imagine", b'{"prompt": "a"}')
request.add_header("Authorization", "Bearer " + os.environ["MIDJOURNEY_TOKEN"])
request.add_header("Content-Type", "application/json")
job = json.load(urllib.request.urlopen(request))["data"]["job_id"]
subprocess.run([sys.argv[1], "jobs", "complete", job, "--json"], check=True)
"""
    options = ["--clock", "manual", "--seed", "7", "--control-token", "secret"]
    done = run("exec", *options, "--", sys.executable, "-c", ask, MJSIM)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["job"]["status"] == "completed"


def test_a_key_that_may_be_real_is_replaced_and_a_made_up_one_is_kept(run):
    for given, told in (("a-real-key", "sim-local"), ("sim-mine", "sim-mine")):
        done = run("exec", "--", sys.executable, "-c", SAY, MIDJOURNEY_TOKEN=given)
        assert json.loads(done.stdout)["MIDJOURNEY_TOKEN"] == told


@pytest.mark.parametrize("code", [0, 1, 2, 77, 255])
def test_its_exit_code_is_the_commands(run, code):
    assert run("exec", "--", sys.executable, "-c", f"raise SystemExit({code})").returncode == code


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGSEGV])
def test_a_command_that_a_signal_ended_is_128_and_its_number(run, number):
    code = f"import os; print(os.environ['MIDJOURNEY_BASE_URL'], flush=True); os.kill(os.getpid(), {number})"
    done = run("exec", "--", sys.executable, "-c", code)
    assert done.returncode == 128 + number
    assert is_gone(done.stdout.strip())


def test_a_command_that_is_not_there_is_127_and_one_line(run, tmp_path):
    done = run("exec", "--", "no-such-command-anywhere", "-x")
    assert (done.returncode, done.stdout) == (127, "")
    assert done.stderr == "mjsim: no-such-command-anywhere: command not found\n"
    (tmp_path / "plain").write_text("")
    done = run("exec", "--", "./plain")
    assert (done.returncode, done.stderr) == (126, "mjsim: ./plain: Permission denied\n")


def test_standard_streams_are_the_commands_own():
    code = "import sys; data = sys.stdin.buffer.read(); sys.stdout.buffer.write(data[::-1]); sys.stderr.write('said')"
    command = [MJSIM, "exec", "--", sys.executable, "-c", code, "--", "--port"]
    sent = bytes(range(256)) * 1000
    done = subprocess.run(command, input=sent, capture_output=True, timeout=PATIENCE, check=True)
    assert done.stdout == sent[::-1]
    assert done.stderr == b"said"


def test_the_log_goes_where_it_is_wanted_and_nowhere_else(run, tmp_path):
    listed = [MJSIM, "jobs"]
    assert run("exec", "--", *listed).stderr == ""
    assert " GET /_sim/jobs 200 " in run("exec", "--verbose", "--", *listed).stderr
    done = run("exec", "--log", "sim.log", "--log-format", "json", "--", *listed)
    assert (done.stdout, done.stderr) == ("no jobs\n", "")
    assert json.loads((tmp_path / "sim.log").read_text())["path"] == "/_sim/jobs"
    assert run("exec", "--log", str(tmp_path), "--", *listed).returncode == 2


def test_what_cannot_be_started_is_told_before_the_command_runs(run, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = str(other.getsockname()[1])
        done = run("exec", "--port", taken, "--", "touch", "was-run")
        assert done.returncode == 2
        assert "cannot listen on" in done.stderr
        assert not (tmp_path / "was-run").exists()
        assert run("exec", "--", "true", MJSIM_PORT=taken).returncode == 0, "the port of another simulator is not taken"


WAIT = """
import os, signal, sys, time
def end(number, frame):
    print("got", number, flush=True)
    sys.exit(40 + number)
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, end)
print("ready", os.environ["MIDJOURNEY_BASE_URL"], flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_to_it_reaches_the_command_whose_end_it_waits_for(started, number):
    command = [MJSIM, "exec", "--", sys.executable, "-c", WAIT]
    with started(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        _, url = process.stdout.readline().split()
        process.send_signal(number)
        assert process.wait(PATIENCE) == 40 + number
        assert process.stdout.read() == f"got {number}\n"
    assert is_gone(url)


def read_until(terminal, text):
    """What a terminal shows, up to the text, or to the end of whoever writes to it."""
    shown = b""
    while text not in shown:
        assert select.select([terminal], [], [], PATIENCE)[0], shown
        try:
            shown += os.read(terminal, 9999)
        except OSError:  # nobody is left at the other end
            break
    return shown.decode()


def test_ctrl_c_on_a_terminal_reaches_the_command_once():
    counting = WAIT.replace('print("got", number, flush=True)', 'print("got", number, flush=True); time.sleep(0.3)')
    pid, terminal = os.forkpty()
    if pid == 0:
        os.execv(MJSIM, [MJSIM, "exec", "--", sys.executable, "-c", counting])
    try:
        url = read_until(terminal, b"\r\n").split()[1]
        os.write(terminal, b"\x03")
        shown = read_until(terminal, b"nothing but its end")
        _, status = os.waitpid(pid, 0)
        assert os.waitstatus_to_exitcode(status) == 42
        assert shown.count("got") == 1
        assert is_gone(url)
    finally:
        os.close(terminal)
