"""Scenes of the task API are written down, one line for each call, as `scenes.py` does it for the published one."""

import json
from pathlib import Path
from typing import Any

from mjsim_contracts.audit.rule import RULES
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call, Origin, record
from mjsim_contracts.traffic.delivery import Delivery

from .scenes import JSON, KEY, LOST

CONTRACT = Contract(Path(__file__).parents[3] / "openapi" / "tasks.json", TASKS)
PASS, WARN, FAIL, NOTHING = Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.NOT_EXERCISED
MJ = "/api/v1/mj"
TASK = "1c2d3e4f5a6b4c7d8e9f0a1b2c3d4e5f"
WISH = {"taskType": "mj_txt2img", "prompt": "a cat", "speed": "fast"}
RESULTS = {"resultUrls": [{"resultUrl": f"https://cdn.example.com/m/{TASK}_0_{n}.jpeg"} for n in range(4)]}
PICTURE = f"/m/{TASK}_0_0.jpeg"


def envelope(said: int = 200, data: Any = None) -> dict[str, Any]:
    """An answer of the task API."""
    return {"code": said, "msg": "success" if said == 200 else "no", "data": data}


def shown(flag: int) -> dict[str, Any]:
    """The record of a task with this flag."""
    ended, failed = flag != 0, flag > 1
    return {
        "taskId": TASK,
        "taskType": "mj_txt2img",
        "paramJson": json.dumps(WISH),
        "createTime": 1767225600000,
        "completeTime": 1767225661000 if ended else None,
        "resultInfoJson": RESULTS if flag == 1 else None,
        "successFlag": flag,
        "errorCode": 501 if failed else None,
        "errorMessage": "The image filter stopped the job midway." if failed else None,
    }


def call(at: float, method: str, target: str, answer: Any, body: Any = None, **more: Any) -> Call:
    """A call that takes ten milliseconds."""
    status, wait = more.pop("status", 200), more.pop("wait", None)
    sent = b"" if body is None else json.dumps(body).encode()
    headers = more.pop("headers", (KEY, JSON) if sent else (KEY,))
    told = (("Retry-After", wait),) if wait else ()
    request, answered = (method, target, headers, sent), (status, told, json.dumps(answer).encode())
    origin = more.pop("origin", Origin.API)
    return record(round(at * 1000), origin, request, answered, (at, at + 0.01), TASKS, lost=status == LOST, **more)


def make(at: float, said: int = 200, body: Any = None, path: str = "generate", **more: Any) -> Call:
    """A call that creates a task."""
    data = {"taskId": TASK} if said == 200 else None
    return call(at, "POST", f"{MJ}/{path}", envelope(said, data), body or WISH, **more)


def look(at: float, flag: int = 0, said: int = 200, task: str = TASK, **more: Any) -> Call:
    """A look at the task, which shows a flag, or is refused with a code."""
    data = shown(flag) if said == 200 else None
    return call(at, "GET", f"{MJ}/record-info?taskId={task}", envelope(said, data), **more)


def told(at: float, status: int = 200, *, seconds: float = 0.01, **more: Any) -> Delivery:
    """A callback about the task, and the status of its answer."""
    body = json.dumps(envelope(200, {"taskId": TASK, "promptJson": "{}", "resultUrls": []})).encode()
    return Delivery(TASK, "http://127.0.0.1:9/tasks", "completed", body, at, at + seconds, status, **more)


def judged(rule_code: str, *calls: Call, **circumstances: Any) -> Outcome:
    """The worst that a rule makes of a scene."""
    rule = next(rule for rule in RULES if rule.code == rule_code)
    scene = Scene("a scene", calls, calls[-1].ended if calls else 0.0, **circumstances)
    found = {each.outcome for each in rule.judge(scene, CONTRACT)}
    return next((each for each in (FAIL, WARN, PASS) if each in found), NOTHING)
