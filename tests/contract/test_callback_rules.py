"""What comes to a callBackUrl is judged beside the record of its task: what is right passes, whatever is wrong is named, and
nothing that a server may send ends the check.
"""

import json
import socket
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from mjsim_contracts.receiver.callback import callback as told_of
from mjsim_contracts.receiver.signing import CALLBACKS, base64_signature
from mjsim_contracts.server.dialogue import Spoken
from mjsim_contracts.server.webhooks.sink import Message, Sink
from mjsim_contracts.server.wire import Wire
from mjsim_contracts.task_operation import TaskOperation
from mjsim_contracts.taskserver.callbacks.callback import Callback
from mjsim_contracts.taskserver.callbacks.caller import Caller
from mjsim_contracts.taskserver.callbacks.rules import CALLBACK_RULES, Code
from mjsim_contracts.taskserver.exchange import TaskExchange

from .clients.task_scenes import TASK, envelope, shown

KEY = b"a key"
EXTENDED = {"taskType": "mj_video_extend_auto"}


def signed(stamp: str = "1767225600", key: bytes = KEY, task: str = TASK) -> dict[str, str]:
    signature = base64_signature(key, CALLBACKS.content(task, stamp, b""))
    return {"x-webhook-timestamp": stamp, "x-webhook-signature": signature}


def heard(body: Any, headers: Mapping[str, str] | None = None) -> Callback:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **(signed() if headers is None else headers)}
    return Callback(Message("http://127.0.0.1:1/x", given, content, 0.0))


def caller(*flags: int, told: tuple[Callback, ...] = ()) -> Caller:
    """A task that was seen with these flags after its birth."""
    looks = [envelope(200, {"taskId": TASK}), *(envelope(200, shown(flag)) for flag in flags)]
    exchanges = [TaskExchange(TaskOperation.GET, "", {"taskId": TASK}, 200, each) for each in looks]
    wire = Wire("GET", "http://a/", {}, b"", 200, {}, b"")
    said = [Spoken(wire, each) for each in exchanges]
    return Caller("http://127.0.0.1:1/x", TASK, TaskOperation.GENERATE, said, list(told))


def wrong(callback: Callback, operation: TaskOperation = TaskOperation.GENERATE) -> set[str]:
    return {code for code, seen in callback.judge(TASK, operation, KEY) if seen}


def changed(**changes: Any) -> dict[str, Any]:
    """The callback of a success with other data."""
    document = told_of(shown(1))
    return document | {"data": {**document["data"], **changes}}


@pytest.mark.parametrize("flag", [1, 2, 3])
@pytest.mark.parametrize(("kind", "operation"), [({}, TaskOperation.UPSCALE), (EXTENDED, TaskOperation.EXTEND)])
def test_a_right_callback_breaks_nothing(flag: int, kind: dict[str, str], operation: TaskOperation) -> None:
    record = shown(flag) | kind
    callback = heard(told_of(record))
    assert not wrong(callback, operation)
    assert [verdict.wrong for verdict in callback.judge_truth(record)] == [""]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"taskId=1", Code.BODY),
        ([], Code.BODY),
        (changed(promptJson=None), Code.BODY),
        (changed(resultUrls=[{"resultUrl": "http://127.0.0.1/a.jpeg"}]), Code.BODY),
        (changed(resultUrls=[]), Code.BODY),
        (told_of(shown(3)) | {"code": 200}, Code.BODY),
        (told_of(shown(1)) | {"code": 501}, Code.BODY),
        (changed(taskId="f" * 32), Code.TASK),
    ],
)
def test_what_is_wrong_with_a_callback_is_named(body: Any, code: Code) -> None:
    assert code in wrong(heard(body))


def test_a_longer_video_has_a_callback_of_its_own() -> None:
    """And no other task has it."""
    assert wrong(heard(told_of(shown(1))), TaskOperation.EXTEND) == {Code.EXTEND}
    assert wrong(heard(told_of(shown(1) | EXTENDED))) == {Code.BODY}
    wrongly = told_of(shown(1) | EXTENDED)
    wrongly["data"]["successFlag"] = 3
    assert wrong(heard(wrongly), TaskOperation.EXTEND) == {Code.EXTEND}


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        (signed(), True),
        (signed(key=b"another"), False),
        (signed(task="f" * 32), False),
        (signed() | {"x-webhook-timestamp": "1767225601"}, False),
        ({}, False),
        ({"x-webhook-signature": signed()["x-webhook-signature"]}, False),
    ],
)
def test_a_signature_is_one_of_task_and_time(headers: dict[str, str], right: bool) -> None:
    assert (Code.SIGNATURE not in wrong(heard(told_of(shown(1)), headers))) is right


@pytest.mark.parametrize(
    ("body", "flag", "right"),
    [
        (told_of(shown(1)), 1, True),
        (told_of(shown(1)), 0, False),
        (told_of(shown(1)), 3, False),
        (told_of(shown(3)), 2, True),
        (told_of(shown(3)), 1, False),
        (changed(resultUrls=told_of(shown(1))["data"]["resultUrls"][1:]), 1, False),
        (changed(resultUrls=[f"{url}?expires=1" for url in told_of(shown(1))["data"]["resultUrls"]]), 1, True),
    ],
)
def test_a_callback_tells_what_a_look_shows(body: Any, flag: int, right: bool) -> None:
    """Whatever its addresses are signed with."""
    assert [not verdict.wrong for verdict in heard(body).judge_truth(shown(flag))] == [right]


def test_an_end_that_was_seen_has_to_be_told() -> None:
    """By its own kind; a task at work has nothing to tell, and twice is no fault."""
    success, failure = heard(told_of(shown(1))), heard(told_of(shown(3)))
    assert list(caller(0).judge_end()) == list(caller().judge_end()) == []
    assert [(code, bool(seen)) for code, seen in caller(0, 1).judge_end()] == [(Code.SUCCESS, True)]
    assert [(code, bool(seen)) for code, seen in caller(3, told=(success,)).judge_end()] == [(Code.FAILURE, True)]
    assert [(code, bool(seen)) for code, seen in caller(2, told=(failure, failure)).judge_end()] == [
        (Code.FAILURE, False)
    ]


def test_a_sink_hears_headers_that_are_no_text_and_refuses_once_where_it_is_told_to() -> None:
    """What it hears can be encoded again, whatever was sent."""
    with Sink("127.0.0.1", 0.0) as sink:
        parts = urlsplit(sink.url("x", refusal=500))
        for _ in range(2):
            with socket.create_connection((parts.hostname, parts.port), timeout=10) as connection:
                head = f"POST {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n"
                connection.sendall(head.encode() + b"Connection: close\r\nX-Odd: \xff\r\n\r\n")
                while connection.recv(1 << 16):
                    pass
        messages = sink.heard(10)
    assert [message.answered for message in messages] == [500, 200]
    assert [message.headers["x-odd"] for message in messages] == ["\ufffd"] * 2


def test_an_id_that_cannot_be_asked_for_is_asked_for_as_far_as_it_can() -> None:
    """Half a surrogate pair comes through JSON, and through nothing else."""
    made = TaskExchange(TaskOperation.GENERATE, "", {}, 200, envelope(200, {"taskId": "a\ud800"})).made
    assert made.encode() == b"a?"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 9999,
        b"\xff",
        {"code": []},
        {"code": True, "data": []},
        {"code": 200, "data": {"taskId": ["x"], "resultUrls": [1, "http://["], "successFlag": {}}},
        b'{"code": 1e400, "data": {"taskId": "\\ud800"}}',
        {"code": 500.0, "data": {"resultInfoJson": {"resultUrls": [{"resultUrl": 7}, 8]}}},
    ],
)
@pytest.mark.parametrize("operation", [TaskOperation.VARY, TaskOperation.EXTEND])
def test_nothing_that_comes_ends_the_check(body: Any, operation: TaskOperation) -> None:
    """It is wrong, and that is all."""
    callback = heard(body)
    assert wrong(callback, operation) & {Code.BODY, Code.EXTEND}
    for record in (shown(1), None, {"successFlag": []}, {"successFlag": 1, "resultInfoJson": 7}):
        list(callback.judge_truth(record))
    assert set(CALLBACK_RULES) == set(Code)
