"""What the commands for webhooks and faults ask of the control API, and how they show its answers.

The simulator is played here: its answers are those of openapi/control.yaml.
"""

import io
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import pairwise

import pytest

from mjsim.cli import main

JOB = "7e83cf4d-ba30-4418-aaf5-8c5059cb9b1e"
AT = "2026-01-01T00:00:01.000Z"
DELIVERY = {"id": "msg_1", "tenant": "sim-a", "job_id": JOB, "event": "job.completed", "standing": "retrying"}
DELIVERY |= {"url": "http://127.0.0.1:9/\x1b[2Jhook", "happens_at": AT, "due_at": AT, "attempt_count": 1}
ATTEMPT = {
    "number": 1,
    "at": AT,
    "started_at": AT,
    "duration_seconds": 0.0042,
    "request": {"headers": {"webhook-id": "msg_1"}},
}
ATTEMPT |= {"response": {"status": 500, "headers": {}, "body": "oh\x07no", "body_truncated": False}, "next_at": AT}
ATTEMPT |= {"error": {"class": "status", "message": "It answered 500."}}
MESSAGE = {
    "number": 1,
    "received_at": AT,
    "webhook_signature": "valid",
    "midjourney_signature": "valid",
    "answered": 200,
}
MESSAGE |= {"headers": {}, "body": "{}", "body_truncated": False, "json": {"event": "job.completed", "job_id": JOB}}
FAULT = {"id": "f-1", "match": {"tenant": "sim-a"}, "effect": {"job": "stuck@93"}, "fired": 2, "remaining": None}
FAULT |= {"expired": True, "tenants": {}}
MISS = {"at": AT, "operation": "createImagineJob", "tenant": "sim-a"}
MISS |= {"conditions": [{"condition": "prompt", "held": False, "found": "a cat"}]}

ANSWERS = {
    "GET /_sim/webhooks/deliveries": {"deliveries": [DELIVERY]},
    "GET /_sim/webhooks/deliveries/msg_1": DELIVERY | {"attempts": [ATTEMPT]},
    "POST /_sim/webhooks/deliveries/msg_1/resend": DELIVERY,
    "POST /_sim/webhooks/resend": {"resent": 3},
    "POST /_sim/webhooks/wait": {"met": True, "deliveries": [DELIVERY | {"standing": "delivered"}]},
    "GET /_sim/inboxes/orders": {"name": "orders", "received": 1, "answers_left": 0, "messages": [MESSAGE]},
    "PUT /_sim/inboxes/orders/answers": {"name": "orders", "answers": 3},
    "GET /_sim/faults": {"faults": [FAULT, FAULT | {"id": "f-2", "match": {}, "expired": False, "fired": 1}]},
    "POST /_sim/faults": {"ids": ["f-1", "f-2"]},
    "DELETE /_sim/faults": {"removed": 1},
    "DELETE /_sim/faults/f-1": None,
    "GET /_sim/faults/f-1/near-misses": {"misses": [MISS]},
}


@pytest.fixture
def stage(monkeypatch):
    """What was asked, as (method, target, body)."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            length = int(self.headers.get("Content-Length") or 0)
            asked.append((self.command, self.path, json.loads(self.rfile.read(length) or b"null")))
            value = ANSWERS[f"{self.command} {self.path.partition('?')[0]}"]
            body = b"" if value is None else json.dumps(value).encode()
            self.send_response(200 if body else 204)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = answer

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        monkeypatch.setenv("MJSIM_CONTROL_URL", f"http://127.0.0.1:{server.server_port}")
        yield asked
        server.shutdown()
        thread.join()


ASKED = [
    (["webhooks"], ("GET", "/_sim/webhooks/deliveries?limit=50", None)),
    (
        ["webhooks", "list", "--tenant", "sim-a", "--job", JOB, "--standing", "given_up", "--limit", "2"],
        ("GET", f"/_sim/webhooks/deliveries?tenant=sim-a&job_id={JOB}&standing=given_up&limit=2", None),
    ),
    (["webhooks", "show", "msg_1"], ("GET", "/_sim/webhooks/deliveries/msg_1", None)),
    (["webhooks", "resend", "msg_1"], ("POST", "/_sim/webhooks/deliveries/msg_1/resend", None)),
    (["webhooks", "resend", "--since", AT], ("POST", "/_sim/webhooks/resend", {"since": AT})),
    (
        ["webhooks", "resend", "--tenant", "sim-a", "--standing", "given_up"],
        ("POST", "/_sim/webhooks/resend", {"tenant": "sim-a", "standing": "given_up"}),
    ),
    (
        ["webhooks", "wait", "--count", "1", "--timeout", "2"],
        ("POST", "/_sim/webhooks/wait", {"standing": "delivered", "count": 1, "timeout_seconds": 2.0}),
    ),
    (["webhooks", "inbox", "orders"], ("GET", "/_sim/inboxes/orders", None)),
    (
        ["webhooks", "inbox", "orders", "--answer", "500,500,200"],
        ("PUT", "/_sim/inboxes/orders/answers", {"answers": [500, 500, 200]}),
    ),
    (["faults"], ("GET", "/_sim/faults", None)),
    (["faults", "remove", "f-1"], ("DELETE", "/_sim/faults/f-1", None)),
    (["faults", "explain", "f-1"], ("GET", "/_sim/faults/f-1/near-misses", None)),
    (["faults", "clear"], ("DELETE", "/_sim/faults", None)),
    (["faults", "clear", "--tenant", "sim-a"], ("DELETE", "/_sim/faults?tenant=sim-a", None)),
]


@pytest.mark.parametrize(("arguments", "asked"), ASKED)
def test_a_command_asks_for_what_it_says(stage, capsys, arguments, asked):
    assert main(arguments) == 0
    assert stage == [asked]
    text = capsys.readouterr().out
    assert "\x1b" not in text
    assert "\x07" not in text
    assert main([*arguments, "--json"]) == 0
    out = capsys.readouterr().out
    assert bool(out) == bool(text)
    if out:
        json.loads(out)


def test_a_delivery_is_shown_with_what_was_sent_and_what_came_back(stage, capsys):
    main(["webhooks", "show", "msg_1"])
    first, *rest = capsys.readouterr().out.splitlines()
    assert first.split()[:5] == ["msg_1", "00:00:01.000", "job.completed", "retrying", "1"]
    assert [line.strip() for line in rest] == [
        f"job {JOB} of sim-a",
        "--> #1  00:00:01.000  4 ms",
        "webhook-id: msg_1",
        "<-- [500]  oh\\x07no",
        "status: It answered 500.",
        f"next attempt {AT}",
    ]


def test_an_inbox_shows_its_messages_and_where_it_is(stage, capsys):
    main(["webhooks", "inbox", "orders"])
    first, message = capsys.readouterr().out.splitlines()
    assert first.startswith("1 message at http://127.0.0.1:")
    assert first.endswith("/_sim/inbox/orders")
    assert message.split() == ["<--", "#1", "job.completed", JOB, "signature", "valid", "answered", "200"]


def test_a_callback_of_the_task_api_is_shown_by_its_code_and_task(stage, capsys, monkeypatch):
    callback = MESSAGE | {"json": {"code": 200, "msg": "success", "data": {"taskId": "t-1"}}}
    inbox = {"name": "orders", "received": 1, "answers_left": 0, "messages": [callback]}
    monkeypatch.setitem(ANSWERS, "GET /_sim/inboxes/orders", inbox)
    main(["webhooks", "inbox", "orders"])
    assert capsys.readouterr().out.splitlines()[1].split()[2:5] == ["code", "200", "t-1"]


def test_faults_are_listed_with_how_often_they_struck_and_explained_by_what_did_not_hold(stage, capsys):
    main(["faults"])
    assert "struck 2 times, expired" in capsys.readouterr().out
    main(["faults", "--tenant", "sim-a", "--json"])
    assert [fault["id"] for fault in json.loads(capsys.readouterr().out)["faults"]] == ["f-1"]
    main(["faults", "explain", "f-1"])
    assert [line.split() for line in capsys.readouterr().out.splitlines()] == [
        ["00:00:01.000", "createImagineJob", "sim-a"],
        ["NO", "prompt", '"a', 'cat"'],
    ]


EFFECT = {"effect": {"job": "stuck@93"}}


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("effect: {job: stuck@93}", [EFFECT]),
        ("- effect: {job: stuck@93}\n- effect: {job: stuck@93}", [EFFECT, EFFECT]),
        (json.dumps({"seed": 7, "faults": [EFFECT]}), [EFFECT]),
    ],
)
def test_faults_are_added_from_yaml_or_json_for_all_or_for_one_key(stage, capsys, tmp_path, text, sent):
    (tmp_path / "faults.yaml").write_text(text)
    assert main(["faults", "add", str(tmp_path / "faults.yaml")]) == 0
    assert capsys.readouterr().out == "f-1\nf-2\n"
    assert main(["faults", "add", str(tmp_path / "faults.yaml"), "--tenant", "sim-a"]) == 0
    assert [body for _, _, body in stage] == [sent, [fault | {"match": {"tenant": "sim-a"}} for fault in sent]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("match: {operation: [getJobStatus]}\neffect: {job: instant}", "faults.yaml: match: 'operation'"),
        ("seting: {}\neffect: {job: instant}", "faults.yaml: 'seting' is not known"),
        ("- effect: {job: instant}\n- effect: {job: fial}", "faults.yaml, fault 2: effect.job: 'fial'"),
    ],
)
def test_a_fault_that_is_none_is_told_with_its_file_and_its_place_there(mjsim, control, tmp_path, text, told):
    (tmp_path / "faults.yaml").write_text(text)
    said = mjsim("faults", "add", str(tmp_path / "faults.yaml"))
    assert said.code == 2
    assert told in said.err
    assert control.faults.all() == []


def test_faults_are_read_from_standard_input(stage, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("effect: {job: stuck@93}"))
    assert main(["faults", "add", "-"]) == 0
    assert stage == [("POST", "/_sim/faults", [EFFECT])]


@pytest.mark.parametrize(
    "text",
    [
        *("[1", "a: b: c", "a\tb: \x00", "", "1", "[]", "[1]", "[" * 1200, "!!python/object:a {}"),
        *("note: .nan", "note: 2026-01-31", "note: !!binary aGk=", "seed: 0x" + "f" * 4_000, "seed: " + "9" * 6_000),
        *("&a [*a]", 'note: "\\ud800"', "{a: 1, a: 2}", "#" * (1 << 21)),
        "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(f"{a}: &{a} [{f'*{b},' * 9}]\n" for b, a in pairwise("abcdefghi")),
    ],
    ids=lambda text: text[:20],
)
def test_a_file_without_faults_is_told_in_one_line(stage, capsys, tmp_path, text):
    (tmp_path / "faults.yaml").write_text(text)
    assert main(["faults", "add", str(tmp_path / "faults.yaml")]) == 2
    out, err = capsys.readouterr()
    assert (out, stage) == ("", [])
    (line,) = err.splitlines()
    assert "faults.yaml" in line
