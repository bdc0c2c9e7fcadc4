"""One request to a simulator, straight to its address: no proxy, no redirect, bounded in time."""

import json
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from mjsim.core.error import ControlError, Unreachable

SECONDS = 60.0
"""How long an answer may take; an advance answers when everything that was due has happened."""


Headers = Sequence[tuple[str, str]]
"""Names and values as they are sent; a name may come more than once."""


class Answer(NamedTuple):
    """What came back; the names of headers are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """Sends requests to one server; `ControlError` says in a sentence what went wrong."""

    def __init__(self, url: str, token: str | None = None, seconds: float = SECONDS) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._seconds = seconds

    def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        query: Mapping[str, object] | None = None,
        patience: float = 0,
    ) -> Any:
        """The value of an answer in JSON, None of an empty one; `patience` is how long it waits on purpose, in seconds."""
        sent = None if body is None else json.dumps(body).encode()
        headers = [] if sent is None else [("Content-Type", "application/json")]
        data = self.fetch(method, path + _query(query or {}), headers, sent, patience)
        try:
            return json.loads(data) if data else None
        except ValueError:
            raise ControlError(f"{self.url} answered {method} {path} with something that is no JSON.") from None

    def fetch(
        self, method: str, target: str, headers: Headers, body: bytes | None = None, patience: float = 0
    ) -> bytes:
        """The body of an answer; `ControlError` with the server's own words where it refused."""
        bearer = [("Authorization", f"Bearer {self._token}")] if self._token else []
        answer = self.exchange(method, target, [*headers, *bearer], body, patience)
        if answer.status >= 300:
            raise _refusal(answer, f"{method} {target.partition('?')[0]}")
        return answer.body

    def exchange(self, method: str, target: str, headers: Headers, body: bytes | None, patience: float = 0) -> Answer:
        """Whatever is answered; `ControlError` where nothing is."""
        connection = self._connection(self._seconds + patience)
        try:
            has_host = any(name.lower() == "host" for name, _ in headers)
            connection.putrequest(method, target, skip_host=has_host, skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None or method in {"POST", "PUT", "PATCH"}:
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            answer = connection.getresponse()
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, found, answer.read())
        except (OSError, HTTPException, ValueError) as error:
            raise Unreachable(self.url, _reason(error)) from error
        finally:
            connection.close()

    def _connection(self, seconds: float) -> HTTPConnection:
        try:
            parts = urlsplit(self.url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in {"http", "https"}:
            raise ControlError(f"{self.url[:100]!r} is no URL of a simulator, such as http://127.0.0.1:8080.")
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        return kind(host, port, timeout=seconds)


def _query(query: Mapping[str, object]) -> str:
    given = {name: value for name, value in query.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""


def _reason(error: Exception) -> str:
    """What happened, in one line."""
    if isinstance(error, TimeoutError):
        return "it takes too long"
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(said.split())[:200]


def _refusal(answer: Answer, asked: str) -> ControlError:
    try:
        said = json.loads(answer.body)
        return ControlError(str(said["message"]), answer.status, str(said["code"]))
    except (ValueError, KeyError, TypeError):
        return ControlError(f"{asked} was answered with status {answer.status}; is this mjsim?", answer.status)
