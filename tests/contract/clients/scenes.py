"""Scenes are written down, one line for each call, so that a rule can be asked about just what it is about."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from mjsim_contracts.audit import agreement, pages, polling, requests, retries, webhooks
from mjsim_contracts.audit.rule import RULES, Judgement
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call, Origin, record
from mjsim_contracts.traffic.delivery import Delivery

MODULES = (agreement, pages, polling, requests, retries, webhooks)
CONTRACT = Contract(Path(__file__).parents[3] / "openapi" / "midjourney.json")
JOB = "3b1f8a52-6c0d-4e7e-9a4b-5f2d7c8e9012"
KEY = ("Authorization", "Bearer sim-secret")
JSON = ("Content-Type", "application/json")
LOST = 0


def post(at: float, status: int = 200, body: Any = None, path: str = "/v1/imagine", **more: Any) -> Call:
    """A call that creates a job; status 0 is an answer that was lost."""
    created = {"status": "SUCCESS", "message": "", "data": {"job_id": JOB}}
    return call("POST", path, at, status, created, body or {"prompt": "a cat"}, **more)


def look(at: float, shown: str | int = "in_progress", **more: Any) -> Call:
    """A look at the job, which shows a status, or is answered by a number."""
    if isinstance(shown, int):
        return call("GET", f"/v1/jobs/{JOB}", at, shown, {}, **more)
    answer = {"id": JOB, "type": "imagine", "status": shown, "progress": 4}
    return call("GET", f"/v1/jobs/{JOB}", at, 200, answer, **more)


def page(at: float, offset: int, length: int, total: int, limit: int = 30) -> Call:
    """A page of a list."""
    jobs = [
        {"id": f"{place:08d}", "type": "imagine", "status": "completed"} for place in range(offset, offset + length)
    ]
    answer = {"data": jobs, "total": total, "limit": limit, "offset": offset}
    return call("GET", f"/v1/jobs?limit={limit}&offset={offset}", at, 200, answer)


def call(
    method: str,
    target: str,
    at: float,
    status: int,
    answer: Any,
    body: Any = None,
    *,
    headers: tuple[tuple[str, str], ...] | None = None,
    wait: str | None = None,
    origin: Origin = Origin.API,
    accepted: bool = False,
) -> Call:
    """A call that takes ten milliseconds."""
    sent = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    given = ((KEY, JSON) if sent else (KEY,)) if headers is None else headers
    told = (("Retry-After", wait),) if wait is not None else ()
    request = (method, target, given, sent)
    return record(
        round(at * 1000),
        origin,
        request,
        (status, told, json.dumps(answer).encode()),
        (at, at + 0.01),
        lost=status == LOST,
        accepted=accepted,
    )


def told(at: float, status: str, answer: int = 200, *, seconds: float = 0.01, **more: Any) -> Delivery:
    """A webhook about the job, and the status of its answer."""
    body = json.dumps({"job_id": JOB, "status": status}).encode()
    return Delivery(JOB, "http://127.0.0.1:9/jobs", status, body, at, at + seconds, answer, **more)


def judged(code: str, *calls: Call, **circumstances: Any) -> list[Judgement]:
    """What a rule makes of a scene."""
    rule = next(rule for rule in RULES if rule.code == code)
    scene = Scene("a scene", calls, calls[-1].ended if calls else 0.0)
    return list(rule.judge(replace(scene, **circumstances), CONTRACT))


def outcome(code: str, *calls: Call, **circumstances: Any) -> Outcome:
    """The worst of it."""
    found = {judgement.outcome for judgement in judged(code, *calls, **circumstances)}
    return next((each for each in (Outcome.FAIL, Outcome.WARN, Outcome.PASS) if each in found), Outcome.NOT_EXERCISED)
