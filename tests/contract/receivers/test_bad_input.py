"""What cannot be checked is said in one line that names it, and leaves nothing running."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.check import ReceiverCheck
from mjsim_contracts.receiver.secret import Unfit

from .threaded import SECRET, Receiver, listening


@pytest.fixture
def receiver() -> Iterator[str]:
    """The URL of a receiver that works."""
    with listening(Receiver()) as url:
        yield url


@pytest.mark.parametrize(
    "url", ["", "hook", "ftp://127.0.0.1/hook", "http://", "http://127.0.0.1:0/", "http://[::1/", "http://a b/"]
)
def test_what_is_no_url_is_named(url: str) -> None:
    """Before anything is started."""
    with pytest.raises(Unfit, match="has to be an http or https URL") as caught:
        ReceiverCheck(url, SECRET).run()
    assert caught.value.code == 2
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"secret": "hunter2"}, "--secret has to be"),
        ({"former_secret": "hunter2"}, "--former-secret has to be"),
        ({"webhook_type": "all"}, "--webhook-type has to be progress or result, not 'all'"),
        ({"scheme": "none"}, "--scheme has to be standard, hex, both or either, not 'none'"),
        ({"api_url": "http://127.0.0.1:8080"}, "--api-url and --key belong together"),
        ({"only": ["R99"]}, "no case has an id that begins with R99"),
    ],
)
def test_an_unfit_option_is_named(receiver: str, options: dict[str, Any], complaint: str) -> None:
    """With the rule that it breaks."""
    with pytest.raises(Unfit, match=complaint) as caught:
        ReceiverCheck(**{"url": receiver, "secret": SECRET, **options}).run()
    assert "hunter2" not in str(caught.value)


def test_a_receiver_that_refuses_connections_gets_no_verdict() -> None:
    """The sentence says where nothing listens."""
    with pytest.raises(CheckError, match=r"^http://127\.0\.0\.1:1/hook cannot be reached: connection refused$"):
        ReceiverCheck("http://127.0.0.1:1/hook", SECRET).run()


def test_an_api_that_does_not_serve_is_named(receiver: str) -> None:
    """It is not the receiver's fault."""
    with pytest.raises(CheckError, match=r"^the API at http://127\.0\.0\.1:1 does not serve: .*refused|Cannot connect"):
        ReceiverCheck(receiver, SECRET, api_url="http://127.0.0.1:1", api_key="sim-a").run()


def test_an_api_that_refuses_the_key_is_named(receiver: str, instant: str) -> None:
    """With its answer."""
    with pytest.raises(CheckError, match=r"^the API answered 401 to POST .*/v1/imagine"):
        ReceiverCheck(receiver, SECRET, api_url=instant, api_key="wrong").run()


def test_an_api_at_which_nothing_completes_is_named(receiver: str, failing: str) -> None:
    """Nothing can be told of, so nothing is judged."""
    with pytest.raises(CheckError, match=r"^the API has no plain job that completed$"):
        ReceiverCheck(receiver, SECRET, api_url=failing, api_key="sim-a", only=["R09"]).run()


def test_a_port_that_is_taken_is_named(receiver: str, instant: str) -> None:
    """The one for the receiver's own requests."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(CheckError, match=rf"^--api-port {port} cannot be listened on: Address already in use$"):
            ReceiverCheck(receiver, SECRET, api_url=instant, api_key="sim-a", api_port=port).run()


def test_a_probe_that_fails_ends_the_check(receiver: str, instant: str) -> None:
    """Before the first delivery."""
    with pytest.raises(CheckError, match="the probe 'false' ended with 1"):
        ReceiverCheck(receiver, SECRET, api_url=instant, api_key="sim-a", probe="false").run()


PROGRAM = """
from mjsim_contracts.receiver.check import ReceiverCheck
ReceiverCheck({url!r}, {secret!r}, progress=lambda line: print(line, flush=True)).run()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_check_that_is_ended_leaves_no_process_behind(receiver: str, number: signal.Signals) -> None:
    """Neither by Ctrl-C nor by who ends it from outside."""
    program = [sys.executable, "-c", PROGRAM.format(url=receiver, secret=SECRET)]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as check:
        assert b"MIDJOURNEY_BASE_URL=http://127.0.0.1:" in check.stdout.readline()
        os.kill(check.pid, number)
        assert check.wait(timeout=15)
    with pytest.raises(ProcessLookupError):
        os.killpg(check.pid, 0)
