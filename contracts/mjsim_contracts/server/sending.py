"""A request goes out as it is meant, and its answer is read within bounds; every part of a check sends through here.

Errors: Unanswered where a request gets no answer.
"""

import time

import requests

from mjsim_contracts.server.body import SECONDS, whole_body
from mjsim_contracts.server.wire import Wire


class Unanswered(Exception):
    """A request got no answer; `wire` is what was sent."""

    def __init__(self, wire: Wire, reason: str) -> None:
        super().__init__(reason)
        self.wire = wire


class Line:
    """A connection to servers; `started` is when the check began, as `time.monotonic` counts."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._session = requests.Session()

    def send(self, request: requests.Request) -> Wire:
        """The exchange, byte for byte."""
        prepared = self._session.prepare_request(request)
        method, url = prepared.method or "", prepared.url or ""
        sent = {name: str(value) for name, value in prepared.headers.items()}
        body = prepared.body if isinstance(prepared.body, bytes) else b""
        settings = self._session.merge_environment_settings(url, {}, None, None, None)
        try:
            settings["stream"] = True
            with self._session.send(prepared, timeout=SECONDS, allow_redirects=False, **settings) as answer:
                content = whole_body(answer)
        except requests.RequestException as error:
            raise Unanswered(Wire(method, url, sent, body, 0, {}, b"", self._now), _reason(error)) from error
        return Wire(method, url, sent, body, answer.status_code, answer.headers, content, self._now)

    def close(self) -> None:
        """End it."""
        self._session.close()

    @property
    def _now(self) -> float:
        return time.monotonic() - self._started


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.Timeout):
        return f"no whole answer within {SECONDS} s"
    return f"the connection broke off ({type(error).__name__})"
