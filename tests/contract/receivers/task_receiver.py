"""A correct receiver of the task API's callbacks; each of its steps can be replaced by a worse one."""

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from .threaded import Receiver, Refusal

TASK_KEY = "the-webhook-key-of-a-test"
SUCCESS = 200


class TaskReceiver(Receiver):
    """Verifies task and time, knows tasks by their id, and counts one effect for each that succeeded."""

    def receive(self, headers: Any, body: bytes) -> int:
        document = self.parse(body)
        self.verify(headers, document)
        return self.handle(headers, document)

    def verify(self, headers: Any, document: Any) -> None:
        stamp = headers.get("X-Webhook-Timestamp")
        if not stamp:
            raise Refusal(400)
        self.check_time(stamp)
        if not self.matches(headers.get("X-Webhook-Signature") or "", self.expected(document, stamp)):
            raise Refusal(401)

    def expected(self, document: Any, stamp: str) -> bytes:
        content = f"{document['data']['taskId']}.{stamp}".encode()
        return hmac.digest(TASK_KEY.encode(), content, hashlib.sha256)

    def matches(self, given: str, expected: bytes) -> bool:
        try:
            return hmac.compare_digest(base64.b64decode(given, validate=True), expected)
        except (binascii.Error, ValueError):
            return False

    def parse(self, body: bytes) -> dict[str, Any]:
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            raise Refusal(400) from None
        data = document.get("data") if isinstance(document, dict) else None
        if not isinstance(data, dict) or not isinstance(data.get("taskId"), str):
            raise Refusal(400)
        return document

    def handle(self, headers: Any, document: dict[str, Any]) -> int:
        with self.lock:
            if not self.is_new(document):
                return 200
            self.store(document)
            if document["code"] == SUCCESS:
                self.act(document)
        return 200

    def is_new(self, document: Any) -> bool:
        task = document["data"]["taskId"]
        new = task not in self.seen
        self.seen.add(task)
        return new

    def store(self, document: dict[str, Any]) -> None:
        succeeded = document["code"] == SUCCESS
        self.states[document["data"]["taskId"]] = "succeeded" if succeeded else "failed"
        self.keep(self.results(document["data"]) if succeeded else [])

    def results(self, data: dict[str, Any]) -> list[str]:
        if "resultInfoJson" in data:
            return [one["resultUrl"] for one in data["resultInfoJson"]["resultUrls"]]
        return data["resultUrls"]

    def keep(self, _results: list[str]) -> None:
        pass
