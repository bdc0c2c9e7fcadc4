"""A client that is told by webhook, and looks for itself where it is told nothing for a while; then it upscales once."""

import http.client
import json
import os
import queue
import sys
import threading
import time
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BASE = os.environ["MIDJOURNEY_BASE_URL"].rstrip("/")
KEY = os.environ["MIDJOURNEY_TOKEN"]
PATIENCE = 6
SILENCE = 1
NEWS = queue.Queue()


class GaveUp(Exception):
    """The server, the network or the job let this client down."""


class Receiver(BaseHTTPRequestHandler):
    """Notes what it is told, and says so at once; what it makes of it is decided elsewhere."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            job = json.loads(content)
        except ValueError:
            job = None
        self.send_response(204 if isinstance(job, dict) else 400)
        self.end_headers()
        if isinstance(job, dict):
            NEWS.put(job)

    def log_message(self, *_):
        pass


def call(method, path, body=None, tries=4):
    """The object that was answered; a POST is sent again only where the server said that it did nothing."""
    for attempt in range(tries):
        headers = {"Authorization": f"Bearer {KEY}"} | ({"Content-Type": "application/json"} if body else {})
        data = json.dumps(body).encode() if body else None
        pause = 0.3 * 2**attempt
        try:
            request = urllib.request.Request(BASE + path, data=data, method=method, headers=headers)
            with urllib.request.urlopen(request, timeout=3) as answer:
                found = json.load(answer)
            if isinstance(found, dict):
                return found
            raise ValueError("no object")
        except urllib.error.HTTPError as error:
            after = error.headers.get("Retry-After", "")
            pause = int(after) + 0.02 if after.isdigit() else pause
            if error.code not in (429, 503) and (method == "POST" or error.code < 500):
                raise GaveUp(f"{method} {path}: HTTP {error.code}") from error
        except (OSError, http.client.HTTPException, ValueError) as error:
            if method == "POST":
                raise GaveUp(f"the answer to {path} was lost; look at the list of jobs") from error
        time.sleep(pause)
    raise GaveUp(f"{method} {path}: {tries} tries, all in vain")


def make(path, body, port):
    """The job that a request starts, once it has ended well."""
    body |= {"webhook_url": f"http://127.0.0.1:{port}/jobs", "webhook_type": "progress"}
    job_id = (call("POST", path, body).get("data") or {}).get("job_id")
    if not isinstance(job_id, str):
        raise GaveUp("the server named no job")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            job = NEWS.get(timeout=SILENCE)
        except queue.Empty:
            job = call("GET", f"/v1/jobs/{job_id}")
        if job.get("job_id", job_id) != job_id or job.get("status") not in ("completed", "failed", "cancelled"):
            continue
        if job["status"] != "completed":
            raise GaveUp(f"the job {job['status']}")
        return job_id, (job.get("result") or {}).get("images") or []
    raise GaveUp("no end in sight")


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        grid, _ = make("/v1/imagine", {"prompt": "a lighthouse"}, server.server_port)
        _, pictures = make("/v1/upscale", {"job_id": grid, "index": 2}, server.server_port)
    except GaveUp as error:
        sys.exit(f"gave up: {error}")
    print(*[picture.get("url") for picture in pictures], sep="\n")


main()
