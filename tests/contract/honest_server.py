"""A server of another hand that keeps the published contract and shares nothing with the simulator: whole seconds with an
offset for times, two fixed keys, short lives by the wall clock, one WebP per job on a host that nobody can reach.

`python honest_server.py` prints its URL.
"""

import base64
import binascii
import json
import re
import time
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import RLock, Thread
from urllib.parse import parse_qsl, urlsplit
from urllib.request import Request, urlopen
from uuid import UUID, uuid4

from jsonschema_rs import Draft202012Validator

CONTRACT = json.loads((Path(__file__).parents[2] / "openapi" / "midjourney.published.json").read_bytes())
KEYS = {"Bearer alice": "alice", "Bearer bob": "bob"}
SCHEMAS = {
    "imagine": "Imagine",
    "upscale": "Upscale",
    "variations": "Variation",
    "describe": "Describe",
    "blend": "Blend",
}
PENDING, WORKING = 0.3, 1.2
STATUSES = ("pending", "in_progress", "completed", "failed", "cancelled")
jobs: dict[str, dict] = {}
lock = RLock()


class Refused(Exception):
    """A request that is answered by an error: the status, and a sentence."""


def validator(name):
    wanted = {"components": CONTRACT["components"], "$ref": f"#/components/schemas/{name}Request"}
    return Draft202012Validator(wanted, validate_formats=True)


VALIDATORS = {path: validator(name) for path, name in SCHEMAS.items()}


def moment(seconds):
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()


def shown(job, age=None):
    """The job as it is now, or was at some age in seconds."""
    age = time.time() - job["born"] if age is None else age
    end = job.get("cancelled")
    status = "cancelled" if end else "pending" if age < PENDING else "in_progress" if age < WORKING else "completed"
    updated = end or job["born"] + {"pending": 0, "in_progress": PENDING, "completed": WORKING}[status]
    worked = min(end - job["born"] if end else age, WORKING) / WORKING
    document = {
        "created_at": moment(job["born"]),
        "updated_at": moment(updated),
        "status": status,
        "progress": 100 if status == "completed" else 0 if status == "pending" else max(0, min(99, int(worked * 100))),
        "id": job["id"],
        "type": job["type"],
    }
    if end:
        document["progress"] = job["reached"]
    if "prompt" in job:
        document["prompt"] = job["prompt"]
    if status == "completed":
        document["completed_at"] = moment(updated)
        image = {"url": f"https://pictures.invalid/{job['id']}.webp", "content_type": "image/webp"}
        document["result"] = {"prompts": ["a thing"]} if job["type"] == "describe" else {"images": [image]}
    return document


def create(account, path, body):
    if errors := [error.message for error in VALIDATORS[path].iter_errors(body)]:
        raise Refused(400, errors[0])
    pictures = body["images"] if path == "blend" else [body] if path == "describe" else []
    for picture in pictures:
        data = picture.get("image_base64", picture.get("base64"))
        if data is None and not picture.get("image_url", picture.get("url")):
            raise Refused(400, "no picture")
        if data is not None:
            try:
                base64.b64decode(data, validate=True)
            except (binascii.Error, ValueError):
                raise Refused(400, "no base64") from None
    if "job_id" in body:
        parent = find(account, body["job_id"])
        if parent["type"] in {"upscale", "describe"} or shown(parent)["status"] != "completed":
            raise Refused(400, "no grid yet, or never")
    job = {"id": str(uuid4()), "account": account, "born": time.time(), "type": path.removesuffix("s")}
    job |= {"prompt": body["prompt"]} if "prompt" in body else {}
    jobs[job["id"]] = job
    if body.get("webhook_url", "").startswith("http://127.0.0.1:"):
        Thread(target=announce, args=(job, body["webhook_url"], body.get("webhook_type")), daemon=True).start()
    return {"status": "SUCCESS", "data": {"job_id": job["id"]}}


def announce(job, url, kind):
    """Post the job at each change of its status, and nothing beside the job."""
    for age in (PENDING, WORKING):
        while time.time() < job["born"] + age and "cancelled" not in job:
            time.sleep(0.01)
        with lock:
            document = shown(job, age)
        if kind == "progress" or document["status"] == "completed":
            headers = {"Content-Type": "application/json"}
            with suppress(OSError), urlopen(Request(url, json.dumps(document).encode(), headers), timeout=5):
                pass
        if "cancelled" in job:
            return


def find(account, text):
    try:
        job = jobs.get(str(UUID(text)))
    except ValueError:
        job = None
    if job is None or job["account"] != account or not re.fullmatch("[0-9a-fA-F-]{36}", text):
        raise Refused(404, "no such job")
    return job


def cancel(account, text):
    job = find(account, text)
    before = shown(job)
    if before["status"] not in {"pending", "in_progress"}:
        raise Refused(400, "too late")
    job |= {"cancelled": time.time(), "reached": before["progress"]}
    return shown(job)


def number(asked, name, usual, least, most):
    text = asked.get(name, usual)
    if not re.fullmatch("-?[0-9]{1,18}", text, re.ASCII) or not least <= int(text) <= most:
        raise Refused(400, f"{name} is out of range")
    return int(text)


def listed(account, query):
    pairs = parse_qsl(query, keep_blank_values=True)
    asked = dict(pairs)
    status, sort = asked.get("status"), asked.get("sort", "created_at_desc")
    if len(asked) != len(pairs) or status not in {None, *STATUSES} or sort not in {"created_at_desc", "created_at_asc"}:
        raise Refused(400, "a bad query")
    limit, offset = number(asked, "limit", "25", 1, 100), number(asked, "offset", "0", 0, 10**18)
    found = [
        document
        for job in jobs.values()
        if job["account"] == account and status in {None, (document := shown(job))["status"]}
    ]
    ordered = found if sort == "created_at_asc" else found[::-1]
    return {"data": ordered[offset : offset + limit], "total": len(found), "limit": limit, "offset": offset}


class Handler(BaseHTTPRequestHandler):
    """One request at a time; connections stay open. Methods that it does not know are left to the library, which says 501;
    half a surrogate in a prompt, which JSON allows, it shows as it came.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def answer(self):
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.allowed = ""
        try:
            with lock:
                status, document = 200, self.result(content)
        except Refused as refused:
            status, message = refused.args
            document = {"status": "ERROR", "code": str(status), "message": message}
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.allowed:
            self.send_header("Allow", self.allowed)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def result(self, content):
        parts = urlsplit(self.path)
        account = KEYS.get(self.headers.get("Authorization", ""))
        match = re.fullmatch(
            r"/v1/(?:(imagine|upscale|variations|describe|blend)|jobs/([^/]+)(/cancel)?|jobs)", parts.path
        )
        if match is None:
            raise Refused(404, "no such path")
        created, job_id, cancelled = match.groups()
        method = "POST" if created or cancelled else "GET"
        if self.command != method:
            self.allowed = method
            raise Refused(405, "no such method")
        if account is None:
            raise Refused(401, "no such key")
        if created:
            return create(account, created, self.read(content))
        if cancelled:
            return cancel(account, job_id)
        return shown(find(account, job_id)) if job_id else listed(account, parts.query)

    def read(self, content):
        if self.headers.get_content_type() != "application/json":
            raise Refused(400, "no JSON")
        try:
            body = json.loads(content.decode())
            json.dumps(body, allow_nan=False)
        except (ValueError, RecursionError):
            raise Refused(400, "no JSON") from None
        return body

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = answer

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(f"http://127.0.0.1:{server.server_port}", flush=True)
        server.serve_forever()
