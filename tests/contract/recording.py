"""What was sent and what was answered, byte for byte, by a client that adds nothing of its own."""

import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

REFUSALS = {
    "unauthorized",
    "invalid_request",
    "invalid_json",
    "payload_too_large",
    "not_found",
    "method_not_allowed",
}
"""The codes that say that the request itself breaks the contract, whatever jobs there are."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A request, by a name that says what is special about it, and its answer."""

    name: str
    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes
    status: int
    answer_headers: dict[str, str]
    answer: bytes

    @property
    def document(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.answer)

    @property
    def called_valid(self) -> bool:
        """Whether the server took the request for one that the contract allows."""
        return self.status < 400 or self.document["code"] not in REFUSALS


class Client:
    """Sends requests and keeps what happened in `recorded`."""

    def __init__(self, url: str, key: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=10)
        self._key = {"Authorization": f"Bearer {key}"}
        self.recorded: list[Recorded] = []

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def get(self, name: str, path: str, query: str = "", headers: dict[str, str] | None = None) -> Recorded:
        """A GET; headers other than the usual ones replace these."""
        return self._say(name, "GET", path, query, self._key if headers is None else headers, b"")

    def post(self, name: str, path: str, body: Any = b"", headers: dict[str, str] | None = None) -> Recorded:
        """A POST of a value as JSON, or of bytes as they are."""
        usual = self._key if path.endswith("/cancel") else self._key | {"Content-Type": "application/json"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self._say(name, "POST", path, "", usual if headers is None else headers, content)

    def delete(self, name: str, path: str) -> Recorded:
        """A DELETE, which no operation allows."""
        return self._say(name, "DELETE", path, "", self._key, b"")

    def _say(self, name: str, method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> Recorded:
        self._connection.request(method, f"{path}?{query}" if query else path, body or None, headers)
        if self._connection.sock:
            # An answer in two parts would otherwise wait for the acknowledgement of the first.
            self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        answer = self._connection.getresponse()
        found = dict(answer.getheaders())
        recorded = Recorded(name, method, path, query, headers, body, answer.status, found, answer.read())
        self.recorded.append(recorded)
        return recorded
