"""What Schemathesis loads from here: the check `job_lifecycle`, which follows the story of every job through a run.

Schemathesis judges each answer by itself; whether a job that was completed is running again, it cannot see.
"""

import json
import os
from functools import cache
from pathlib import Path

import requests
import schemathesis
from schemathesis.core.failures import Failure, Severity
from schemathesis.errors import FailureGroup

from mjsim_contracts.closing import Closing
from mjsim_contracts.exchange import read_exchange
from mjsim_contracts.lifecycle import Breach, Lifecycle

NOTES = "MJSIM_CONTRACTS_NOTES"
"""The variable that names the file for the number of judgements by promise."""

OTHER_KEY = "MJSIM_CONTRACTS_OTHER_KEY"
"""The variable that holds the key of another account."""


@schemathesis.check
class job_lifecycle:  # noqa: N801 - Schemathesis names a check by its class, and its own are in snake case
    """Every job keeps the promises of `mjsim_contracts.promises`, from its creation to the end of the run."""

    def __init__(self) -> None:
        self._lifecycle = Lifecycle()
        self._base_url = ""
        self._authorization = ""

    def after_response(
        self, _ctx: schemathesis.CheckContext, response: schemathesis.Response, case: schemathesis.Case
    ) -> None:
        """Judge an exchange, and remember it."""
        request = response.request
        account = request.headers.get("Authorization", "")
        body = request.body.encode() if isinstance(request.body, str) else request.body
        exchange = read_exchange(
            request.method or "", request.url or "", account, body, response.status_code, response.content
        )
        if exchange is None:
            return
        if exchange.accepted:
            self._base_url, self._authorization = case.operation.base_url, account
        _fail(self._lifecycle.judge(exchange), case.operation.label)

    def after_run(self, _ctx: schemathesis.CheckContext) -> None:
        """Look at the jobs once more, and leave word of how often each promise was put to the test."""
        breaches = []
        if self._base_url:
            other = os.environ.get(OTHER_KEY)
            with requests.Session() as session:
                closing = Closing(self._lifecycle, self._base_url, self._authorization, session)
                breaches = closing.breaches(other and f"Bearer {other}")
        if notes := os.environ.get(NOTES):
            Path(notes).write_text(json.dumps(self._lifecycle.judged), encoding="utf-8")
        _fail(breaches, None)


def _fail(breaches: list[Breach], operation: str | None) -> None:
    first = {breach.code: breach for breach in reversed(breaches)}
    failures = [
        _failure(code)(operation=operation, title=breach.sentence, message=breach.seen, severity=Severity.HIGH)
        for code, breach in first.items()
    ]
    if failures:
        raise FailureGroup(failures)


@cache
def _failure(code: str) -> type[Failure]:
    """The failure of a promise; one class each, because Schemathesis tells failures apart by their class."""
    return type(f"Breach[{code}]", (Failure,), {"code": code})
