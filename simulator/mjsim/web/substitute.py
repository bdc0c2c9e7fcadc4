"""An answer can be replaced or changed before it is sent: another status, an error of any kind, a page, a patch of JSON."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from email.utils import formatdate
from http import HTTPStatus
from typing import Any

import msgspec

from mjsim.core.error import InvalidRequest
from mjsim.core.fault import Effect, Response, RetryAfter
from mjsim.web import http as web
from mjsim.web.answer import encode, error_answer

CODES: Mapping[int, str] = {
    400: "invalid_request",
    401: "unauthorized",
    404: "not_found",
    413: "payload_too_large",
    429: "rate_limited",
    500: "internal_error",
}
"""The codes that come with a status here; other statuses come with their phrase."""

_PAGE = """<html>
<head><title>{title}</title></head>
<body><center><h1>{title}</h1></center><hr><center>nginx</center></body>
</html>
"""

_USUAL_WAIT = RetryAfter(1)
"""What the answers of the contract that limit a client say at least."""


LARGEST_PATCHED = 8 << 20
"""How large an answer may become by a patch, in bytes: copies of copies double it each time."""

State = Callable[[int, str | None, str | None], web.Response]
"""Makes the error of a status as an API tells it; its code and message where they are given."""


def stated(status: int, code: str | None, message: str | None) -> web.Response:
    """An ErrorResponse of the published contract."""
    phrase = _phrase(status)
    usual = CODES.get(status, re.sub("[^a-z0-9]+", "_", phrase.lower()))
    return error_answer(status, code or usual, message or f"{phrase}, as it was asked for.")


def substitute(wanted: Response, state: State = stated) -> web.Response:
    """The answer that is wanted in place of the true one."""
    if wanted.page:
        title = f"{wanted.status} {_phrase(wanted.status)}"
        answer = web.Response(text=_PAGE.format(title=title), content_type="text/html")
        answer.set_status(wanted.status)
    elif wanted.body is None:
        answer = state(wanted.status, wanted.code, wanted.message)
    else:
        answer = error_answer(wanted.status, "", "")
        answer.body = wanted.body.encode() if isinstance(wanted.body, str) else encode(wanted.body)
    if wanted.status in (204, 304):
        answer.body = None
    _add_headers(answer, wanted)
    return answer


def restated(truth: web.Response, wanted: Response) -> web.Response:
    """The true answer with the status that is wanted; a refusal stays what it is."""
    if truth.status >= 300:
        return truth
    truth.set_status(wanted.status)
    if wanted.status == 204:
        truth.body = None
    _add_headers(truth, wanted)
    return truth


def _add_headers(answer: web.Response, wanted: Response) -> None:
    wait = wanted.retry_after or (_USUAL_WAIT if wanted.status in (429, 503) else None)
    if wait is not None and wait.seconds is not None:
        until = formatdate(time.time() + wait.seconds, usegmt=True)
        answer.headers["Retry-After"] = until if wait.as_date else str(wait.seconds)
    if wanted.status == 401:
        answer.headers["WWW-Authenticate"] = 'Bearer realm="mjsim"'
    for name, value in (wanted.headers or {}).items():
        answer.headers[name] = value


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return f"Status {status}"


def altered(truth: web.Response, effect: Effect) -> web.Response:
    """The answer with another body or type of it, where the effect wants that."""
    if effect.patch is not None and isinstance(truth.body, bytes):
        truth.body = patched(truth.body, effect.patch)
    if effect.malformed and isinstance(truth.body, bytes):
        half = len(truth.body) // 2
        # Neither UTF-8 nor JSON nor a picture.
        truth.body = truth.body[:half] + b'\xff\x00}"' + truth.body[half:]
    if effect.content_type is not None:
        truth.headers["Content-Type"] = effect.content_type
    return truth


def check_patch(operations: Sequence[Mapping[str, Any]]) -> None:
    """`InvalidRequest` where these are no operations of a JSON Patch (RFC 6902)."""
    from jsonpath.exceptions import JSONPatchError, JSONPointerError
    from jsonpath.patch import JSONPatch

    try:
        JSONPatch(operations)
    except (JSONPatchError, JSONPointerError) as error:
        raise InvalidRequest(f"effect.patch: {str(error).rstrip('.')}.") from None


def patched(body: bytes, operations: Sequence[Mapping[str, Any]]) -> bytes:
    """The JSON after the operations; all of them or, where one does not fit or it would grow beyond `LARGEST_PATCHED`, none:
    then it stays as it was.
    """
    from jsonpath.exceptions import JSONPatchError, JSONPointerError
    from jsonpath.patch import JSONPatch

    try:
        value, size = msgspec.json.decode(body), len(body)
        for operation in operations:
            # The size is not measured each time: no copy more than doubles it, nothing else adds more than its value.
            size += size if operation["op"] == "copy" else len(encode(operation.get("value")))
            if size > LARGEST_PATCHED and (size := 2 * len(encode(value))) > LARGEST_PATCHED:
                return body
            value = JSONPatch([operation]).apply(value)
        return encode(value)
    except (JSONPatchError, JSONPointerError, msgspec.DecodeError, RecursionError):
        return body
