"""A correct receiver on the standard library's threading server; each of its steps can be replaced by a worse one."""

import base64
import binascii
import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = bytes(range(1, 33))
SECRET = "whsec_" + base64.b64encode(KEY).decode()
RANK = {"pending": 0, "in_progress": 1, "completed": 2, "failed": 2, "cancelled": 2}


class Refusal(Exception):
    """The status to answer with."""

    def __init__(self, status: int) -> None:
        self.status = status


class Receiver:
    """Verifies, remembers ids, counts one effect for each completed job's event, and keeps states that never go back."""

    server = ThreadingHTTPServer
    patience: float | None = 10
    """Seconds without a byte after which a connection is given up."""

    def __init__(self) -> None:
        self.closing = threading.Event()
        self.lock = threading.Lock()
        self.seen: set[str] = set()
        self.effects = 0
        self.states: dict[str, str] = {}

    def receive(self, headers: Any, body: bytes) -> int:
        self.verify(headers, body)
        return self.handle(headers, self.parse(body))

    def read(self, stream: Any, headers: Any) -> bytes:
        return stream.read(int(headers["Content-Length"]))

    def words(self) -> bytes:
        """What is said to a sender that is refused."""
        return b""

    def verify(self, headers: Any, body: bytes) -> None:
        message_id, stamp = headers.get("webhook-id"), headers.get("webhook-timestamp")
        if not message_id or not stamp:
            raise Refusal(400)
        self.check_time(stamp)
        expected = self.signature(f"{message_id}.{stamp}.".encode() + body)
        if not any(self.matches(token, expected) for token in self.tokens(headers.get("webhook-signature") or "")):
            raise Refusal(401)

    def signature(self, content: bytes) -> bytes:
        return hmac.digest(KEY, content, hashlib.sha256)

    def check_time(self, stamp: str) -> None:
        if not re.fullmatch("[0-9]{1,12}", stamp) or abs(time.time() - int(stamp)) > 300:
            raise Refusal(400)

    def tokens(self, header: str) -> list[str]:
        return header.split(" ")

    def matches(self, token: str, expected: bytes) -> bool:
        version, _, signature = token.partition(",")
        try:
            return version == "v1" and hmac.compare_digest(base64.b64decode(signature, validate=True), expected)
        except (binascii.Error, ValueError):
            return False

    def parse(self, body: bytes) -> dict[str, Any]:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400) from None
        if not isinstance(document, dict) or "event" not in document or "job_id" not in document:
            raise Refusal(400)
        return document

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        with self.lock:
            if not self.is_new(headers):
                return 200
            self.store(document)
            if document["event"] == "job.completed":
                self.act(document)
        return 200

    def is_new(self, headers: Any) -> bool:
        message_id = headers["webhook-id"]
        new = message_id not in self.seen
        self.seen.add(message_id)
        return new

    def store(self, document: dict[str, Any]) -> None:
        job_id, status = document["job_id"], document.get("status", "")
        if RANK.get(status, -1) >= RANK.get(self.states.get(job_id, "pending"), 0):
            self.states[job_id] = status

    def act(self, _document: dict[str, Any]) -> None:
        self.effects += 1


class Handler(BaseHTTPRequestHandler):
    receiver: Receiver
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.answer(200, json.dumps({"effects": self.receiver.effects, "states": self.receiver.states}).encode())

    def do_POST(self) -> None:
        if "Content-Length" not in self.headers:
            return self.answer(411)
        words = b""
        try:
            body = self.receiver.read(self.rfile, self.headers)
            status = self.receiver.receive(self.headers, body)
        except Refusal as refusal:
            status, words = refusal.status, self.receiver.words()
        except Exception:
            status = 500
        return self.answer(status, words)

    def answer(self, status: int, body: bytes = b"") -> None:
        self.close_connection = True
        self.send_response(status)
        if status in {301, 302, 307}:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: Any) -> None:
        pass


@contextmanager
def listening(receiver: Receiver) -> Iterator[str]:
    """The URL of a receiver, for as long as the context lasts."""

    class Own(Handler):
        timeout = receiver.patience

    Own.receiver = receiver
    server = receiver.server(("127.0.0.1", 0), Own)
    server.daemon_threads = True
    server.handle_error = lambda *_: None
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        receiver.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()
