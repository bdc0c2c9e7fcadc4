"""A simulator that another program starts ends with that program, however that ends."""

import json
import subprocess
import sys

import pytest

from mjsim.core.error import SettingsError
from mjsim.launch import Launched

PATIENCE = 30


def test_it_ends_when_its_standard_input_does(started):
    command = [sys.executable, "-m", "mjsim", "serve", "--port=0", "--attached", "--log-format=json"]
    with started(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert json.loads(process.stdout.readline())["event"] == "ready"
        process.stdin.write(b"whatever\n")
        process.stdin.flush()
        assert process.poll() is None
        process.stdin.close()
        assert process.wait(PATIENCE) == 0


def test_without_an_input_it_ends_at_once(run):
    command = [sys.executable, "-m", "mjsim", "serve", "--port=0", "--attached"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_it_does_not_outlive_a_starter_that_is_killed(started):
    starter = """
import os, signal
from mjsim.launch import Launched
simulator = Launched(["--port=0"])
print(simulator._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
    # Its standard error is inherited from nobody; the pipe of its output ends with it.
    with started([sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True) as process:
        pid = int(process.stdout.readline())
        assert process.wait(PATIENCE) == -9
    gone = subprocess.run(["timeout", "10", "tail", f"--pid={pid}", "-f", "/dev/null"], check=False)
    assert gone.returncode == 0, "the simulator is still there"


def test_one_that_cannot_start_says_why_in_its_own_words():
    with pytest.raises(SettingsError, match=r"^--plan has to be one of .*, not 'free'\.$"):
        Launched(["--plan=free"])
