"""A finding can be shown again by pasting its command: the shell, openssl and curl send the bytes that the check sent."""

import os
import shutil
import subprocess
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mjsim_contracts.receiver.delivery import Delivery, Framing
from mjsim_contracts.receiver.reproduction import curl
from mjsim_contracts.receiver.signing import CALLBACKS

from .threaded import KEY, SECRET, Receiver, listening

pytestmark = pytest.mark.skipif(
    not all(map(shutil.which, ("bash", "curl", "openssl", "od"))), reason="needs bash, curl, openssl and od"
)

BODY = '{"event":"job.completed","job_id":"1","prompt":"it\'s \\\\u00e9 naïve 灯台 🌊"}\n'.encode()

DELIVERIES = {
    "true": Delivery(BODY, "msg_1"),
    "old": Delivery(BODY, "msg_1", age=3600),
    "tampered": Delivery(BODY, "msg_1", signed=b"{}"),
    "no time": Delivery(BODY, "msg_1", stamp="yesterday"),
    "no utf-8": Delivery(b'{"\xff\xfe": 1}', "msg_1"),
    "rotated": Delivery(BODY, "msg_1").showing(webhook_signature="v1,{other} v1,{good}"),
    "forged": Delivery(BODY, "msg_1").showing(webhook_signature="v1,{other}", x_midjourney_signature="{otherhex}"),
    "short": Delivery(BODY, "msg_1").showing(webhook_signature="v1,{short}", x_midjourney_signature="{shorthex}"),
    "lower": Delivery(BODY, "msg_1").showing(webhook_signature="v1,{lower}"),
    "nothing": replace(Delivery(BODY, "msg_1"), headers=()),
    "fresh": Delivery(BODY, "msg_1", age=3600).showing(webhook_timestamp="{now}"),
    "letters": Delivery(BODY, "msg_1").showing(webhook_signature="v1,\xff\xe9"),
    "deep": Delivery(b"[" * 50_000, "msg_1"),
    "expecting": Delivery(BODY, "msg_1", framing=Framing.EXPECT),
}


class Recorder(Receiver):
    """Keeps what arrives."""

    def receive(self, headers: Any, body: bytes) -> int:
        self.got = {name.lower(): text for name, text in headers.items()}, body
        return super().receive(headers, body)


def pasted(command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    bash = ["bash", "-c", command]
    return subprocess.run(bash, check=False, capture_output=True, text=True, timeout=30, env=environment)


@pytest.mark.parametrize("name", DELIVERIES)
def test_the_command_sends_what_the_check_sends(name: str) -> None:
    """Header by header and byte by byte; times may differ by the seconds that the shell takes."""
    delivery, receiver = DELIVERIES[name], Recorder()
    with listening(receiver) as url:
        result = pasted(curl(delivery, url), WEBHOOK_SECRET=SECRET)
        headers, body = receiver.got
    assert "HTTP/1.1 " in result.stdout, result.stderr
    assert body == delivery.body
    near = range(int(time.time()) - 30, int(time.time()) + 1)
    wanted = [{header.lower(): text for header, text in delivery.fields(KEY, now)} for now in near]
    shown = {header: headers[header] for header in wanted[0] if header in headers}
    assert shown in wanted


def test_all_times_of_a_command_are_those_of_one_instant(tmp_path: Path) -> None:
    """Here a second ends whenever the command has looked at the clock."""
    clock, receiver = tmp_path / "date", Recorder()
    clock.write_text(f"#!/bin/sh\necho >> {tmp_path}/looks\necho $((1700000000 + $(wc -l < {tmp_path}/looks)))\n")
    clock.chmod(0o755)
    with listening(receiver) as url:
        pasted(curl(DELIVERIES["fresh"], url), WEBHOOK_SECRET=SECRET, PATH=f"{tmp_path}:{os.environ['PATH']}")
        headers, _ = receiver.got
    now = int(headers["webhook-timestamp"])
    wanted = {header.lower(): text for header, text in DELIVERIES["fresh"].fields(KEY, now)}
    assert {header: headers[header] for header in wanted if header in headers} == wanted


CALLBACK = Delivery(BODY, "it's a task", signing=CALLBACKS, headers=CALLBACKS.headers)


@pytest.mark.parametrize(
    "delivery",
    [CALLBACK, CALLBACK.forged(), CALLBACK.unsigned(), replace(CALLBACK, age=3600), CALLBACK.putting(good="{lower}")],
)
def test_a_callback_is_signed_by_the_command_too(delivery: Delivery) -> None:
    """By its task and time, with the secret as it stands."""
    receiver, key = Recorder(), "a key with 'quotes' & more"
    with listening(receiver) as url:
        result = pasted(curl(delivery, url), WEBHOOK_SECRET=key)
        headers, body = receiver.got
    assert "HTTP/1.1 " in result.stdout, result.stderr
    assert body == delivery.body
    near = range(int(time.time()) - 30, int(time.time()) + 1)
    shown = {name: text for name, text in headers.items() if name.startswith("x-webhook")}
    wanted = [{name.lower(): text for name, text in delivery.fields(key.encode(), now)} for now in near]
    assert shown in wanted


def test_a_flood_makes_no_flood_of_the_report() -> None:
    assert len(curl(DELIVERIES["deep"], "http://127.0.0.1:9/hook")) < 1_000


def test_the_secret_stands_in_no_command() -> None:
    """It is read from a variable; without that the command says what is missing and sends nothing."""
    command = curl(DELIVERIES["true"], "http://127.0.0.1:9/hook")
    assert SECRET.removeprefix("whsec_") not in command
    assert KEY.hex() not in command
    result = pasted(command)
    assert result.returncode
    assert "WEBHOOK_SECRET: has to be the secret" in result.stderr
