"""A promise that was broken is a failure of Schemathesis, of a class of its own: it tells failures apart by their class."""

from functools import cache

from schemathesis.core.failures import Failure, Severity
from schemathesis.errors import FailureGroup

from mjsim_contracts.lifecycle import Breach


def fail(breaches: list[Breach], operation: str | None) -> None:
    """Raise the first breach of each promise; nothing where there is none."""
    first = {breach.code: breach for breach in reversed(breaches)}
    failures = [
        _failure(code)(operation=operation, title=breach.sentence, message=breach.seen, severity=Severity.HIGH)
        for code, breach in first.items()
    ]
    if failures:
        raise FailureGroup(failures)


@cache
def _failure(code: str) -> type[Failure]:
    return type(f"Breach[{code}]", (Failure,), {"code": code})
