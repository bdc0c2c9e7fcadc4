"""What checks of promises tell Schemathesis, and whoever started it: what was broken, and how often each was tested.

A promise that was broken is a failure of a class of its own, for Schemathesis tells failures apart by their class.
"""

import json
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from schemathesis.core.failures import Failure, Severity
from schemathesis.errors import FailureGroup

from mjsim_contracts.configuration import NOTES
from mjsim_contracts.promises import Breach


def fail(breaches: list[Breach], operation: str | None) -> None:
    """Raise the first breach of each promise; nothing where there is none."""
    first = {breach.code: breach for breach in reversed(breaches)}
    failures = [
        _failure(code)(operation=operation, title=breach.sentence, message=breach.seen, severity=Severity.HIGH)
        for code, breach in first.items()
    ]
    if failures:
        raise FailureGroup(failures)


def leave_word(judged: Mapping[str, int]) -> None:
    """Write down how often each promise was put to the test, where somebody wants to know."""
    if notes := os.environ.get(NOTES):
        Path(notes).write_text(json.dumps(judged), encoding="utf-8")


@cache
def _failure(code: str) -> type[Failure]:
    return type(f"Breach[{code}]", (Failure,), {"code": code})
