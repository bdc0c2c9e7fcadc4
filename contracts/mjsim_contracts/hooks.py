"""What Schemathesis loads from here: the check `job_lifecycle`, which follows the story of every job through a run, and
real pictures among the base64 that it makes up.

Schemathesis judges each answer by itself; whether a job that was completed is running again, it cannot see. And of
what it draws at random nothing is ever a picture, so that only refusals would be tested.
"""

import base64
import json
import os
from contextlib import suppress
from typing import Any

import requests
import schemathesis
from hypothesis import strategies

from mjsim_contracts.closing import Closing
from mjsim_contracts.configuration import OTHER_KEY
from mjsim_contracts.exchange import read_exchange
from mjsim_contracts.failing import fail, leave_word
from mjsim_contracts.lifecycle import Lifecycle
from mjsim_contracts.promises import Breach
from mjsim_contracts.server.sample import BLUE, ORANGE

schemathesis.openapi.format(
    "byte",
    strategies.sampled_from((ORANGE, BLUE)) | strategies.binary().map(lambda drawn: base64.b64encode(drawn).decode()),
)


@schemathesis.hook
def after_call(
    _context: schemathesis.HookContext, _case: "schemathesis.Case[Any]", response: schemathesis.Response
) -> None:
    """Half a surrogate pair is legal in JSON, and what Schemathesis learns from answers cannot hold it: it would end the
    tests of every operation that takes what another one gave.
    """
    if b"\\ud" in response.content.lower():
        with suppress(ValueError, RecursionError):
            response.content = json.dumps(json.loads(response.content), ensure_ascii=False).encode(errors="replace")


@schemathesis.check
class job_lifecycle:  # noqa: N801 - Schemathesis names a check by its class, and its own are in snake case
    """Every job keeps the promises of `mjsim_contracts.promises`, from its creation to the end of the run."""

    def __init__(self) -> None:
        self._lifecycle = Lifecycle()
        self._base_url = ""
        self._authorization = ""

    def after_response(
        self, _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: "schemathesis.Case[Any]"
    ) -> None:
        """Judge an exchange, and remember it."""
        request = response.request
        account = _text(request.headers.get("Authorization", ""))
        body = _text(request.body if isinstance(request.body, str | bytes) else b"").encode()
        exchange = read_exchange(
            request.method or "", request.url or "", account, body, response.status_code, response.content
        )
        if exchange is None:
            return
        if exchange.accepted:
            self._base_url, self._authorization = case.operation.base_url, account
        fail(self._lifecycle.judge(exchange), case.operation.label)

    def after_run(self, _ctx: schemathesis.CheckContext) -> None:
        """Look at the jobs once more, and leave word of how often each promise was put to the test."""
        try:
            fail(self._last_looks(), None)
        finally:
            leave_word(self._lifecycle.judged)

    def _last_looks(self) -> list[Breach]:
        if not self._base_url:
            return []
        other = os.environ.get(OTHER_KEY)
        with requests.Session() as session:
            closing = Closing(self._lifecycle, self._base_url, self._authorization, session)
            return closing.breaches(other and f"Bearer {other}")


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode(errors="replace")
