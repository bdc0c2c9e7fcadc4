"""A fault as it is written, in a control request or a scenario, becomes a `Fault`; its shape has been checked by schema,
what a schema cannot say is checked here. Errors are `InvalidRequest` or `InvalidParameter` and name the place.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from mjsim.core.directive import parse_directives, parse_mishaps
from mjsim.core.duration import parse_duration
from mjsim.core.error import InvalidRequest
from mjsim.core.fate import Fate
from mjsim.core.fault import (
    OPERATIONS,
    Connection,
    Delay,
    Effect,
    Fault,
    Fixed,
    Lognormal,
    Match,
    Pattern,
    Response,
    RetryAfter,
    Uniform,
    parts_at,
)
from mjsim.core.value import changed

Written = Mapping[str, Any]
"""A JSON object."""


Compile = Callable[[str], Pattern]
"""Makes the pattern that a regular expression stands for; ValueError where it is none."""


def read_fault(given: Written, compiled: Compile = re.compile) -> Fault:
    """The fault that is written so; its regular expressions, which may be anybody's, are `compiled`."""
    fault = Fault(
        id=given.get("id", ""),
        match=_match(given.get("match", {}), compiled),
        effect=_effect(given["effect"]),
        succeed_first=int(given.get("succeed_first", 0)),
        count=_whole(given.get("count")),
        probability=float(given.get("probability", 1)),
        ttl=_duration(given, "ttl", ""),
        seed=_whole(given.get("seed")),
        note=given.get("note", ""),
    )
    _check(fault)
    return fault


def _check(fault: Fault) -> None:
    """Every operation that is named can be struck, and every part can strike somewhere."""
    named = [operation for operation in OPERATIONS if operation in fault.match.operations]
    parts = set(fault.effect.parts)
    if not parts:
        raise InvalidRequest("effect: does nothing; it needs one of its parts.")
    for operation in named:
        if not parts & parts_at(operation):
            possible = ", ".join(sorted(parts_at(operation)))
            raise InvalidRequest(f"effect: nothing of it can strike {operation}; there can be {possible}.")
    reached = frozenset[str]().union(*(parts_at(operation) for operation in named or OPERATIONS))
    if lost := sorted(parts - reached):
        raise InvalidRequest(f"effect.{lost[0]}: can strike none of {', '.join(named)}.")


def _match(given: Written, compiled: Compile) -> Match:
    nth = given.get("nth", "every")
    return Match(
        operations=frozenset(given.get("operations", ())),
        tenant=given.get("tenant"),
        job_id=given["job_id"].lower() if "job_id" in given else None,
        prompt=_pattern(given["prompt"], compiled) if "prompt" in given else None,
        after=_duration(given, "after", "match."),
        nth=None if nth == "every" else 1 if nth == "first" else int(nth),
    )


def _pattern(text: str, compiled: Compile) -> Pattern:
    try:
        return compiled(text)
    except (re.error, RecursionError, OverflowError, ValueError) as error:
        raise InvalidRequest(f"match.prompt: {text[:40]!r} is no regular expression: {error}.") from None


def _effect(given: Written) -> Effect:
    return Effect(
        latency=_delay(given.get("latency")),
        connection=Connection(given["connection"]) if "connection" in given else None,
        response=_response(given["response"]) if "response" in given else None,
        job=_fate(given["job"], given.get("message")) if "job" in given else None,
        stale=_duration(given, "stale", "effect."),
        drift=_whole(given.get("drift")),
        patch=tuple(given["patch"]) if "patch" in given else None,
        content_type=given.get("content_type"),
        malformed=given.get("malformed"),
        truncate=given.get("truncate"),
        first_byte=_delay(given.get("first_byte")),
        drip=_whole(given.get("drip")),
        webhook=parse_mishaps(given["webhook"], "effect.webhook") if "webhook" in given else None,
    )


def _delay(given: Written | None) -> Delay | None:
    match given:
        case None:
            return None
        case {"type": "fixed", "milliseconds": milliseconds}:
            return Fixed(float(milliseconds))
        case {"type": "uniform", "lower": lower, "upper": upper}:
            return Uniform(float(lower), float(upper))
        case _:
            return Lognormal(float(given["median"]), float(given["sigma"]))


def _response(given: Written) -> Response:
    return Response(
        status=int(given["status"]),
        code=given.get("code"),
        message=given.get("message"),
        body=given.get("body"),
        page=given.get("page", False),
        afterwards=given.get("afterwards", False),
        retry_after=read_retry_after(str(given["retry_after"])) if "retry_after" in given else None,
        headers=given.get("headers"),
    )


def read_retry_after(text: str) -> RetryAfter:
    """What `2`, `date:2` or `absent` means; the form has been checked."""
    if text == "absent":
        return RetryAfter(None)
    return RetryAfter(int(float(text.removeprefix("date:"))), text.startswith("date:"))


def _fate(text: str, message: str | None) -> Fate:
    directives = parse_directives(text, "effect.job")
    if directives.fate is None or directives.webhook:
        raise InvalidRequest(f"effect.job: {text[:60]!r} has to say what becomes of a job, and nothing of webhooks.")
    failure = directives.fate.failure
    if message is None or failure is None:
        return directives.fate
    return changed(directives.fate, failure=failure._replace(message=message))


def _duration(given: Written, name: str, place: str) -> int | None:
    return parse_duration(given[name], place + name) if name in given else None


def _whole(number: float | None) -> int | None:
    """`4.0` is the integer that it equals."""
    return None if number is None else int(number)
