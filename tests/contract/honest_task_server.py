"""A server of another hand that keeps the contract of the task API and shares nothing with the simulator: two fixed keys,
short lives by the wall clock, results on a host that nobody can reach, and no videos.

`python honest_task_server.py` prints its URL. Callbacks are signed with the key `honest`.
"""

import base64
import hmac
import json
import time
from collections import Counter
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import RLock, Timer
from urllib.parse import parse_qs, urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

from jsonschema_rs import Draft202012Validator

CONTRACT = json.loads((Path(__file__).parents[2] / "openapi" / "tasks.json").read_bytes())
KEYS = {"Bearer alice": "alice", "Bearer bob": "bob"}
PRICES = {"relaxed": 3, "fast": 8, "turbo": 16}
SCHEMAS = {
    "generate": "Generate",
    "generateUpscale": "Upscale",
    "generateVary": "Vary",
    "generateVideoExtend": "Extend",
}
ROUTES = {
    **{f"/api/v1/mj/{name}": "POST" for name in SCHEMAS},
    "/api/v1/mj/record-info": "GET",
    "/api/v1/chat/credit": "GET",
}
SECONDS = 0.8
RETRIES = (60, 300, 900)
tasks: dict[str, dict] = {}
spent: Counter[str] = Counter()
lock = RLock()


class Refused(Exception):
    """A request that is answered by a code and a sentence."""


def validator(name):
    wanted = {"components": CONTRACT["components"], "$ref": f"#/components/schemas/{name}Request"}
    return Draft202012Validator(wanted, validate_formats=True)


VALIDATORS = {path: validator(name) for path, name in SCHEMAS.items()}


def milliseconds(seconds):
    return int(seconds * 1000)


def record(task):
    over = time.time() >= task["born"] + SECONDS
    return {
        "taskId": task["id"],
        "taskType": task["type"],
        "paramJson": task["param"],
        "createTime": milliseconds(task["born"]),
        "completeTime": milliseconds(task["born"] + SECONDS) if over else None,
        "resultInfoJson": {"resultUrls": [{"resultUrl": url} for url in task["urls"]]} if over else None,
        "successFlag": int(over),
        "errorCode": None,
        "errorMessage": None,
    }


def found(account, task_id):
    task = tasks.get(task_id.replace("-", "").lower())
    if task is None or task["account"] != account:
        raise Refused(422, "There is no such task.")
    return task


def make(account, name, body):
    if not VALIDATORS[name].is_valid(body):
        raise Refused(422, "The body is not valid.")
    kind, price, number = body.get("taskType", ""), 0, 4
    if name == "generateVideoExtend" or kind.startswith("mj_video"):
        raise Refused(505, "There are no videos.")
    if name == "generate":
        price = PRICES[body.get("speed", "fast")]
    else:
        kind, number = name.replace("generate", "mj_").lower(), 1 if name == "generateUpscale" else 4
        if not record(found(account, body["taskId"]))["successFlag"]:
            raise Refused(422, "That task is at work.")
    with lock:
        if spent[account] + price > 100_000:
            raise Refused(402, "There are no credits left.")
        spent[account] += price
        new = uuid4().hex
        urls = [f"https://files.invalid/m/{new}_0_{n}.jpeg" for n in range(number)]
        param = json.dumps({field: body[field] for field in sorted(body) if field != "callBackUrl"})
        tasks[new] = {
            "id": new, "account": account, "type": kind, "param": param, "born": time.time(), "urls": urls,
            "to": body.get("callBackUrl"), "tries": 0,
        }  # fmt: skip
    if tasks[new]["to"]:
        later(SECONDS + 0.05, new)
    return {"taskId": new}


def later(seconds, task_id):
    timer = Timer(seconds, tell, [task_id])
    timer.daemon = True
    timer.start()


def tell(task_id):
    task, stamp = tasks[task_id], str(int(time.time()))
    signature = base64.b64encode(hmac.digest(b"honest", f"{task_id}.{stamp}".encode(), "sha256")).decode()
    headers = {"Content-Type": "application/json", "X-Webhook-Timestamp": stamp, "X-Webhook-Signature": signature}
    data = {"taskId": task_id, "promptJson": task["param"], "resultUrls": task["urls"]}
    body = json.dumps({"code": 200, "msg": "done", "data": data}).encode()
    with suppress(OSError, ValueError):
        urlopen(Request(task["to"], body, headers), timeout=15).close()
        return
    if task["tries"] < len(RETRIES):
        later(RETRIES[task["tries"]], task_id)
        task["tries"] += 1


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self, status, code, message, data=None, **headers):
        content = json.dumps({"code": code, "msg": message, "data": data}).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def handle_request(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        method, account = ROUTES.get(parts.path), KEYS.get(self.headers.get("Authorization", ""))
        if method is None:
            return self.answer(404, 404, "There is nothing here.")
        if self.command != method:
            return self.answer(405, 404, "Not that way.", Allow=method)
        try:
            if account is None:
                raise Refused(401, "Who are you?")
            return self.answer(200, 200, "success", self.done(account, parts, content))
        except Refused as refused:
            return self.answer(200, *refused.args)

    def done(self, account, parts, content):
        name = parts.path.rpartition("/")[2]
        if name == "credit":
            return 100_000 - spent[account]
        if name == "record-info":
            return record(found(account, parse_qs(parts.query).get("taskId", [""])[0]))
        try:
            body = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "That is no JSON.") from error
        if not isinstance(body, dict):
            raise Refused(422, "That is no object.")
        return make(account, name, body)

    def log_message(self, *_):
        pass


for verb in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "TRACE"):
    setattr(Handler, f"do_{verb}", Handler.handle_request)

if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    server.serve_forever()
