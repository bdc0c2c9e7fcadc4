"""A client that is called back, and looks for itself where it hears nothing for a while; given a key it verifies them."""

import base64
import hashlib
import hmac
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
from urllib.parse import quote

BASE = os.environ["MIDJOURNEY_BASE_URL"].rstrip("/") + "/api/v1/mj"
TOKEN = os.environ["MIDJOURNEY_TOKEN"]
WEBHOOK_KEY = os.environ.get("WEBHOOK_SECRET", "").encode()
PATIENCE = 6
SILENCE = 1
PASSING = (429, 455, 500)
NEWS = queue.Queue()


class GaveUp(Exception):
    """The service, the network or the task let this client down."""


class Receiver(BaseHTTPRequestHandler):
    """Notes what it is told, and says so at once; what it makes of it is decided elsewhere."""

    def do_POST(self):
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            told = json.loads(content)
            data = told["data"]
            good = isinstance(data["taskId"], str) and genuine(data["taskId"], self.headers)
        except (ValueError, TypeError, KeyError):
            good = False
        self.send_response(200 if good else 400)
        self.end_headers()
        if good:
            NEWS.put((data["taskId"], int(told.get("code") or 0) == 200, data))

    def log_message(self, *_):
        pass


def genuine(task, headers):
    """Whether it is signed with the key, if there is one."""
    stamp, shown = headers.get("X-Webhook-Timestamp", ""), headers.get("X-Webhook-Signature", "")
    right = base64.b64encode(hmac.digest(WEBHOOK_KEY, f"{task}.{stamp}".encode(), hashlib.sha256)).decode()
    return not WEBHOOK_KEY or hmac.compare_digest(shown, right)


def call(method, path, body=None, tries=4):
    """What the envelope of a success holds; a POST is sent again only where the server said that it did nothing."""
    for attempt in range(tries):
        headers = {"Authorization": f"Bearer {TOKEN}"} | ({"Content-Type": "application/json"} if body else {})
        data, pause = json.dumps(body).encode() if body else None, 0.3 * 2**attempt
        try:
            request = urllib.request.Request(f"{BASE}/{path}", data=data, method=method, headers=headers)
            with urllib.request.urlopen(request, timeout=3) as answer:
                after, envelope = answer.headers.get("Retry-After", ""), json.load(answer)
            code, said = int(envelope["code"]), envelope.get("msg")
        except urllib.error.HTTPError as error:
            after, code, said = error.headers.get("Retry-After", ""), error.code, "no reason given"
            if code != 429 and method == "POST":
                raise GaveUp(f"{path}: HTTP {code}") from error
        except (OSError, http.client.HTTPException, ValueError, TypeError, KeyError) as error:
            if method == "POST":
                raise GaveUp(f"{path}: perhaps it was done, perhaps not: {error!r}") from error
            after, code, said = "", 500, repr(error)
        if code == 200:
            return envelope.get("data")
        if code not in (*PASSING, 502, 503, 504):
            raise GaveUp(f"{path}: code {code}: {said}")
        time.sleep(int(after) + 0.02 if after.isdigit() else pause)
    raise GaveUp(f"{path}: {tries} tries, all in vain")


def ended(task):
    """A look at a task, in the form of news of it; None where it goes on."""
    record = call("GET", f"record-info?taskId={quote(task)}")
    record = record if isinstance(record, dict) else {}
    if record.get("successFlag") == 0:
        return None
    found = (record.get("resultInfoJson") or {}).get("resultUrls") or []
    urls = [each["resultUrl"] for each in found if isinstance(each, dict) and each.get("resultUrl")]
    return task, record.get("successFlag") == 1, {"resultUrls": urls}


def make(path, body, port):
    """The task that a request starts, once it has succeeded, and where its results are."""
    data = call("POST", path, body | {"callBackUrl": f"http://127.0.0.1:{port}/tasks"})
    task = data.get("taskId") if isinstance(data, dict) else None
    if not isinstance(task, str):
        raise GaveUp("the server named no task")
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            news = NEWS.get(timeout=SILENCE)
        except queue.Empty:
            news = ended(task)
        if news is None or news[0] != task:
            continue
        if not news[1]:
            raise GaveUp(f"task {task} failed")
        return task, news[2].get("resultUrls") or []
    raise GaveUp("no end in sight")


def main():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        wish = {"taskType": "mj_txt2img", "prompt": "a lighthouse", "speed": "fast"}
        task, _ = make("generate", wish, server.server_port)
        _, urls = make("generateUpscale", {"taskId": task, "imageIndex": 1}, server.server_port)
    except GaveUp as error:
        sys.exit(f"gave up: {error}")
    print(*urls, sep="\n")


main()
