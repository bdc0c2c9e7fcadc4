"""Every answer is made here: JSON of a value, or of an error, with the headers that belong to it."""

import math
from collections.abc import Callable

import msgspec

from mjsim.core.error import (
    MethodNotAllowed,
    RangeNotSatisfiable,
    Refused,
    RequestTimeout,
    TooManyRequests,
    Unauthorized,
)
from mjsim.web import http as web
from mjsim.web.whole import CommonHeaders, WholeAnswer

JSON = "application/json; charset=utf-8"
_OPEN = CommonHeaders({"Content-Type": JSON, "Access-Control-Allow-Origin": "*"})
_OWN = CommonHeaders({"Content-Type": JSON})
encode = msgspec.json.Encoder().encode

RealSeconds = Callable[[int], float]
"""Turns simulated milliseconds into the real seconds that a client will wait."""


def json_answer(value: object, status: int = 200) -> web.Response:
    """The value as JSON; readable from any web page."""
    return encoded_answer(encode(value), status)


def encoded_answer(body: bytes, status: int = 200) -> web.Response:
    """A body that is JSON already; readable from any web page."""
    return WholeAnswer(body=body, status=status, headers=_OPEN)


def plain_json(value: object) -> web.Response:
    """The value as JSON that no foreign web page may read."""
    return WholeAnswer(body=encode(value), headers=_OWN)


def error_answer(status: int, code: str, message: str) -> web.Response:
    """An ErrorResponse of the contract."""
    return json_answer({"status": "ERROR", "code": code, "message": message}, status)


def refusal(error: Refused, real_seconds: RealSeconds) -> web.Response:
    """The answer to a refused request, with what helps to do it right."""
    answer = error_answer(error.status, error.code, str(error))
    answer.headers["Access-Control-Expose-Headers"] = "Retry-After, WWW-Authenticate"
    match error:
        case Unauthorized():
            answer.headers["WWW-Authenticate"] = 'Bearer realm="mjsim"'
        case MethodNotAllowed():
            answer.headers["Allow"] = ", ".join(error.allowed)
        case RangeNotSatisfiable():
            answer.headers["Content-Range"] = f"bytes */{error.length}"
        case TooManyRequests():
            # Rounded up: a client that waits as long as it is told has waited long enough.
            answer.headers["Retry-After"] = str(max(1, math.ceil(real_seconds(error.wait))))
        case RequestTimeout():
            answer.force_close()
        case _:
            pass
    return answer


def preflight(request: web.Request, allowed: tuple[str, ...]) -> web.Response:
    """The answer to OPTIONS: which methods there are, and to a browser that other pages may use them."""
    headers = {"Allow": ", ".join(allowed), "Access-Control-Allow-Origin": "*"}
    if "Access-Control-Request-Method" in request.headers:
        asked = request.headers.get("Access-Control-Request-Headers", "")
        headers |= {
            "Access-Control-Allow-Methods": ", ".join(allowed),
            "Access-Control-Allow-Headers": asked or "Authorization, Content-Type",
            "Access-Control-Max-Age": "600",
        }
    return web.Response(status=204, headers=headers)
