"""Query parameters are read strictly: what the contract does not allow is refused, not guessed at."""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

from multidict import MultiMapping

from mjsim.core.error import InvalidRequest
from mjsim.core.status import Status
from mjsim.ports import Query

_Choice = TypeVar("_Choice", bound=StrEnum)
_WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
_MOST_DIGITS = 4_000
"""Longer numbers, which Python would refuse to read, are out of every range."""


class Sort(StrEnum):
    """The orders of a list."""

    OLDEST_FIRST = "created_at_asc"
    NEWEST_FIRST = "created_at_desc"


def read_query(parameters: MultiMapping[str]) -> Query:
    """The page that a list request asks for; `InvalidRequest` names the parameter and the rule that it breaks."""
    if not parameters:
        return Query(None, 25, 0, newest_first=True)
    status = choice(parameters, "status", Status, None)
    sort = choice(parameters, "sort", Sort, Sort.NEWEST_FIRST)
    limit = whole(parameters, "limit", default=25, least=1, most=100)
    offset = whole(parameters, "offset", default=0, least=0, most=None)
    return Query(status, limit, offset, newest_first=sort is Sort.NEWEST_FIRST)


def refuse_unknown(parameters: MultiMapping[str], names: Sequence[str]) -> None:
    """`InvalidRequest` where a parameter is given that is none of these."""
    for name in parameters:
        if name not in names:
            known = ", ".join(names) or "none"
            raise InvalidRequest(f"{name[:40]}: is no parameter here; there are: {known}.")


def once(parameters: MultiMapping[str], name: str) -> str | None:
    """The value of a parameter, None where it is not given; `InvalidRequest` where it is given more than once."""
    values = parameters.getall(name, [])
    if len(values) > 1:
        raise InvalidRequest(f"{name}: is given {len(values)} times; once is enough.")
    return values[0] if values else None


def choice(parameters: MultiMapping[str], name: str, choices: type[_Choice], default: _Choice | None) -> _Choice | None:
    """One of the choices; `InvalidRequest` where it is none of them."""
    text = once(parameters, name)
    if text is None:
        return default
    if text not in list(choices):
        raise InvalidRequest(f"{name}: {text[:40]!r} is none of {', '.join(choices)}.")
    return choices(text)


def whole(parameters: MultiMapping[str], name: str, *, default: int, least: int, most: int | None) -> int:
    """A whole number within bounds; `InvalidRequest` names the one that it breaks."""
    text = once(parameters, name)
    if text is None:
        return default
    if not _WHOLE.fullmatch(text):
        raise InvalidRequest(f"{name}: {text[:40]!r} is no whole number.")
    if len(text) > _MOST_DIGITS:
        raise InvalidRequest(f"{name}: has more than {_MOST_DIGITS} digits.")
    value = int(text)
    if value < least or (most is not None and value > most):
        allowed = f"at least {least}" if most is None else f"from {least} to {most}"
        raise InvalidRequest(f"{name}: {text[:40]} is not {allowed}.")
    return value
