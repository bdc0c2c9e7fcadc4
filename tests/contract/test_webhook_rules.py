"""What comes to a webhook is judged as a projection of the job's looks: what has to come, what may, and what must not."""

import json
from dataclasses import replace
from types import SimpleNamespace

import pytest

from mjsim_contracts.contract import OVERLAID, PUBLISHED
from mjsim_contracts.exchange import read_exchange
from mjsim_contracts.receiver.signing import hex_signature, standard_signature
from mjsim_contracts.server.webhooks.address import listening_place
from mjsim_contracts.server.webhooks.event import Event
from mjsim_contracts.server.webhooks.rules import Code
from mjsim_contracts.server.webhooks.sink import Message
from mjsim_contracts.server.webhooks.subscriber import Subscriber
from mjsim_contracts.sighting import seen_job

ID = "3b1f8a52-6c0d-4e7e-9a4b-5f2d7c8e9012"
IMAGE = {"url": "http://127.0.0.1/a.png", "content_type": "image/png", "width": 8, "height": 8}
PARAMETERS = {
    "aspect_ratio": "1:1",
    "model_version": "7.0",
    "process_mode": "fast",
    "quality": 1.0,
    "stylize": 100,
    "seed": 1,
}
KEY = b"0123456789abcdef01234567"
NAMES = {"completed": "job.completed", "failed": "job.failed", "cancelled": "job.cancelled"}


def job(status, second=1, **changes):
    at = f"2026-01-01T00:00:{second:02}Z"
    document = {"id": ID, "type": "imagine", "status": status, "created_at": "2026-01-01T00:00:00Z", "updated_at": at}
    document |= {"progress": 0, "prompt": "a bell", "parameters": PARAMETERS}
    if status == "completed":
        document |= {"completed_at": at, "progress": 100, "result": {"images": [IMAGE]}}
    if status == "failed":
        document["error"] = {"code": "content_filtered", "message": "The filter stopped the job."}
    return document | changes


def event(status, second=1, number=None, headers=(), **changes):
    body = job(status, second, **changes)
    body = {"event": NAMES.get(status, "job.progress"), "job_id": body["id"], "timestamp": body["updated_at"]} | body
    shown = {"content-type": "application/json", "webhook-id": number or status, **dict(headers)}
    return Event(Message("http://127.0.0.1:1/x", shown, json.dumps(body).encode(), 0.0))


def subscriber(kind="progress", looks=(), told=()):
    exchanges = [
        read_exchange("GET", f"http://a/v1/jobs/{ID}", "", None, 200, json.dumps(job(s)).encode()) for s in looks
    ]
    return Subscriber(
        kind, "http://127.0.0.1:1/x", ID, [SimpleNamespace(exchange=one) for one in exchanges], list(told)
    )


def broken(verdicts):
    return [verdict.code for verdict in verdicts if verdict.wrong]


@pytest.mark.parametrize(
    ("kind", "looks", "untold"),
    [
        ("progress", ["pending"], set()),
        ("progress", ["pending", "in_progress", "completed"], {"in_progress", "completed"}),
        ("progress", ["pending", "cancelled"], {"cancelled"}),
        ("result", ["pending", "in_progress", "cancelled"], set()),
        ("result", ["in_progress", "failed"], {"failed"}),
    ],
)
def test_what_was_seen_has_to_be_told(kind, looks, untold):
    silent = subscriber(kind, looks)
    assert silent.untold == untold
    assert all(silent.judge_change(status).wrong for status in untold)
    assert not subscriber(kind, looks, [event(status) for status in untold]).untold


def test_each_change_counts_for_the_rule_of_its_kind():
    assert subscriber().judge_change("cancelled").code is Code.CANCEL
    assert subscriber().judge_change("failed").code is Code.PROGRESS
    assert subscriber("result").judge_change("failed").code is Code.RESULT


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("progress", [event("in_progress"), event("completed", 2)]),
        ("progress", [event("completed", 2), event("in_progress")]),
        ("progress", [event("completed", 2), event("completed", 2)]),
        ("progress", [event("in_progress"), event("completed", 2), event("in_progress")]),
        ("result", [event("failed")]),
        ("progress", [event("in_progress", event="job.started")]),
    ],
)
def test_out_of_order_and_twice_is_no_fault(kind, told):
    heard = subscriber(kind, told=told)
    assert not [code for each in told for code in broken(heard.judge_event(each))]


@pytest.mark.parametrize(
    ("kind", "told", "code"),
    [
        ("progress", [event("pending")], Code.CHANGES),
        ("progress", [event("in_progress", 1, "a"), event("in_progress", 2, "b")], Code.CHANGES),
        ("progress", [event("completed", 2), event("in_progress", 3)], Code.CHANGES),
        ("progress", [event("completed", 2, event="job.progress")], Code.CHANGES),
        ("result", [event("cancelled")], Code.RESULT_ONLY),
        ("result", [event("in_progress")], Code.RESULT_ONLY),
    ],
)
def test_what_is_no_change_must_not_be_told(kind, told, code):
    heard = subscriber(kind, told=told)
    assert [each for one in told for each in broken(heard.judge_event(one))] == [code]


@pytest.mark.parametrize(
    ("told", "shown", "right"),
    [
        (event("in_progress"), job("completed"), True),
        (event("completed"), job("completed"), True),
        (event("completed"), job("in_progress"), False),
        (event("completed"), job("failed"), False),
        (event("in_progress"), job("pending"), False),
        (event("failed"), job("cancelled"), False),
        (event("completed", completed_at="2026-01-01T00:00:09Z"), job("completed"), False),
        (event("in_progress", type="upscale"), job("in_progress"), False),
        (event("in_progress", prompt="a gong"), job("in_progress"), False),
        (event("in_progress", progress=100), job("in_progress", progress=46), False),
        (event("in_progress", progress=46), job("in_progress", progress=100), True),
        (event("in_progress", created_at="2026-01-01T01:00:00+01:00"), job("in_progress"), True),
    ],
)
def test_an_event_tells_what_a_look_shows(told, shown, right):
    assert broken(subscriber().judge_truth(told, seen_job(shown))) == ([] if right else [Code.TRUTH])


def without(*names):
    whole = event("completed")
    body = {name: value for name, value in whole.document.items() if name not in names}
    return Event(whole.message._replace(body=json.dumps(body).encode()))


@pytest.mark.parametrize(
    ("told", "contract", "codes"),
    [
        (event("completed"), OVERLAID, []),
        (without("status"), PUBLISHED, [Code.BODY]),
        (without("event", "timestamp"), PUBLISHED, [Code.FIELDS]),
        (without("event"), OVERLAID, [Code.BODY, Code.FIELDS]),
        (event("completed", progress="all"), PUBLISHED, [Code.BODY]),
        (without("result"), PUBLISHED, [Code.BODY]),
        (event("completed", progress=99), PUBLISHED, [Code.BODY]),
        (event("in_progress", event="job.started"), PUBLISHED, [Code.FIELDS]),
        (event("in_progress", event="job.started"), OVERLAID, [Code.BODY, Code.FIELDS]),
        (event("completed", id="00000000-0000-4000-8000-000000000000"), PUBLISHED, [Code.JOB]),
        (event("completed", headers={"content-type": "text/plain"}), PUBLISHED, [Code.BODY]),
        (replace(event("failed"), message=Message("", {}, b"[" * 9, 0.0)), PUBLISHED, [Code.BODY, Code.FIELDS]),
    ],
)
def test_the_body_is_the_job(told, contract, codes):
    assert broken(told.judge(ID, contract, None)) == codes


GOOD = standard_signature(KEY, "failed", "1767225661", event("failed").message.body)
PLAIN = hex_signature(KEY, event("failed").message.body)


@pytest.mark.parametrize(
    ("headers", "right"),
    [
        ({}, False),
        ({"webhook-signature": f"v1,{GOOD}"}, True),
        ({"webhook-signature": f"v1,other v1,{GOOD}"}, True),
        ({"webhook-signature": f"v1,{GOOD[:-4]}AAA="}, False),
        ({"webhook-signature": "é"}, False),
        ({"x-midjourney-signature": PLAIN}, True),
        ({"webhook-signature": f"v1,{GOOD}", "x-midjourney-signature": PLAIN[::-1]}, False),
    ],
)
def test_a_signature_is_one_of_this_body_by_the_key(headers, right):
    told = event("failed", headers={"webhook-timestamp": "1767225661", **headers})
    assert broken(told.judge(ID, PUBLISHED, KEY)) == ([] if right else [Code.SIGNATURE])


@pytest.mark.parametrize(
    ("base", "host"),
    [("http://127.0.0.1:8080", "127.0.0.1"), ("http://localhost", "127.0.0.1"), ("http://8.8.8.8", None)],
)
def test_only_what_is_near_can_reach_us(base, host):
    place = listening_place(base)
    assert (place.host if place else None) == host
