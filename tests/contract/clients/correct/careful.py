"""A client with the standard library alone: creates, polls, downloads, upscales; retries what passes, refuses the rest."""

import http.client
import json
import os
import random
import sys
import time
import urllib.error
import urllib.request
from datetime import datetime

BASE = os.environ["MIDJOURNEY_BASE_URL"].rstrip("/")
KEY = os.environ["MIDJOURNEY_TOKEN"]
INTERVAL = 0.06
PATIENCE = 6
TRIES = 4
TIMEOUT = 3
TERMINAL = ("completed", "failed", "cancelled")


class GaveUp(Exception):
    """The server, the network or the job let this client down."""


class Lost(Exception):
    """No whole answer came."""


def exchange(method, url, body=None, key=KEY):
    """Status, headers and bytes of an answer; `Lost` where none came whole."""
    headers = {"User-Agent": "careful/1.0"}
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if body is not None:
        headers["Content-Type"] = "application/json"
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers, b""
    except (OSError, http.client.HTTPException) as error:
        raise Lost(str(error)) from error


def pause(attempt, headers):
    """How many seconds to wait before the next try."""
    try:
        return float(headers.get("Retry-After"))
    except (TypeError, ValueError):
        return 0.2 * 2**attempt + random.random() * 0.02


def call(method, path, body=None):
    """The JSON object that the API answers."""
    for attempt in range(TRIES):
        headers = {}
        try:
            status, headers, content = exchange(method, BASE + path, body)
            if status == 200:
                return parsed(content)
            if status not in (429, 500, 502, 503, 504):
                raise GaveUp(f"{method} {path}: {status}")
        except Lost:
            if method == "POST":
                raise
        wait = pause(attempt, headers)
        if wait > 30:
            raise GaveUp(f"{method} {path}: asked to wait {wait} s")
        time.sleep(wait)
    raise GaveUp(f"{method} {path}: gave up after {TRIES} tries")


def parsed(content):
    try:
        document = json.loads(content)
    except ValueError as error:
        raise Lost("no JSON") from error
    if not isinstance(document, dict):
        raise Lost("no JSON object")
    return document


def create(path, body):
    """The id of a new job; after an answer that was lost, that of the job that it may have meant."""
    since = known()
    try:
        answer = call("POST", path, body)
        job_id = (answer.get("data") or {}).get("job_id")
    except Lost:
        job_id = None
    if not job_id:
        new = [job["id"] for job in listed() if job.get("id") and job["id"] not in since]
        job_id = new[0] if new else None
    if not job_id:
        raise GaveUp(f"POST {path}: no job was created")
    return job_id


def listed():
    jobs = call("GET", "/v1/jobs?limit=10&sort=created_at_desc").get("data")
    return [job for job in jobs if isinstance(job, dict)] if isinstance(jobs, list) else []


def known():
    return {job.get("id") for job in listed()}


def wait(job_id):
    """The job, completed."""
    end = time.monotonic() + PATIENCE
    while True:
        job = call("GET", f"/v1/jobs/{job_id}")
        status = job.get("status")
        if status in TERMINAL:
            break
        print(f"{status} {progress(job):g} %", flush=True)
        if time.monotonic() > end:
            raise GaveUp(f"job {job_id} is still {status}")
        time.sleep(INTERVAL)
    if status != "completed":
        error = job.get("error") or {}
        raise GaveUp(f"job {status}: {error.get('message', 'no reason given')}")
    return job


def progress(job):
    try:
        return float(job.get("progress") or 0)
    except (TypeError, ValueError):
        return 0.0


def moment(text):
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None


def images(job):
    found = (job.get("result") or {}).get("images") or []
    return [image for image in found if isinstance(image, dict) and image.get("url")]


def download(image):
    """The bytes of a picture; only what looks like one."""
    for attempt in range(TRIES):
        try:
            status, headers, content = exchange("GET", image["url"], key=None)
        except Lost:
            status, headers, content = 599, {}, b""
        if status == 200:
            break
        if status < 500:
            raise GaveUp(f"picture: {status}")
        time.sleep(pause(attempt, headers))
    else:
        raise GaveUp("picture: gave up")
    if content[:8] != b"\x89PNG\r\n\x1a\n" and content[8:12] != b"WEBP":
        raise GaveUp(f"picture: {headers.get('Content-Type')} is none")
    return content


def main():
    job_id = create("/v1/imagine", {"prompt": "a lighthouse in a storm", "aspect_ratio": "1:1"})
    job = wait(job_id)
    created, done = moment(job.get("created_at")), moment(job.get("completed_at"))
    pictures = images(job)
    if not pictures:
        raise GaveUp("the job has no picture")
    for image in pictures:
        print(image.get("index", "grid"), image.get("width"), len(download(image)))
    print("took", done - created if created and done else "some time")


if __name__ == "__main__":
    try:
        main()
    except (GaveUp, Lost) as error:
        sys.exit(f"careful: {error}")
