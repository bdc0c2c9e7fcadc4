"""Every answer of the task API is one envelope `{code, msg, data}`; what went wrong in it is told by its code alone.

The HTTP status is 200 for whatever is the business of that API. What HTTP itself has to say (no such path, another method,
a body that is too large) keeps its status.
"""

from collections.abc import Mapping

from mjsim.core.error import (
    BannedPrompt,
    FeatureOff,
    ImageInaccessible,
    InternalError,
    InvalidImage,
    InvalidJson,
    InvalidRequest,
    JobNotFound,
    MethodNotAllowed,
    NotFound,
    OutOfCredits,
    ParentFailed,
    PayloadTooLarge,
    Refused,
    RequestTimeout,
    TooManyRequests,
    Unauthorized,
)
from mjsim.web import http as web
from mjsim.web.answer import RealSeconds, json_answer, refusal

_OK = 200

MEANINGS: Mapping[int, str] = {
    400: "Bad Request - Invalid request parameters",
    401: "Unauthorized - Authentication credentials are missing or invalid",
    402: "Insufficient Credits - Account does not have enough credits to perform the operation",
    404: "Not Found - The requested resource or endpoint does not exist",
    422: "Validation Error - The request parameters failed validation checks",
    429: "Rate Limited - Request limit has been exceeded for this resource",
    455: "Service Unavailable - System is currently undergoing maintenance",
    500: "Server Error - An unexpected error occurred while processing the request",
    501: "Generation Failed - Image generation task failed",
    505: "Feature Disabled - The requested feature is currently disabled",
}
"""The codes of the published page, but for 200, with what it says of them."""

_CODES: tuple[tuple[type[Refused], int], ...] = (
    (Unauthorized, 401),
    (OutOfCredits, 402),
    (TooManyRequests, 429),
    (ParentFailed, 501),
    (FeatureOff, 505),
    (JobNotFound, 422),
    (NotFound, 404),
    (MethodNotAllowed, 404),
    (InvalidJson, 400),
    (InvalidImage, 400),
    (ImageInaccessible, 400),
    (BannedPrompt, 400),
    (InvalidRequest, 422),
    (InternalError, 500),
)
"""The codes of refusals, the nearest kind first; 400 for all others."""

_HTTP = (MethodNotAllowed, PayloadTooLarge, RequestTimeout)
"""What is the business of HTTP."""


def success(data: object) -> web.Response:
    """The envelope of what was asked for."""
    return json_answer({"code": _OK, "msg": "success", "data": data})


class Envelopes:
    """Envelopes of errors; `mirrored` gives them the HTTP status that their code names."""

    def __init__(self, *, mirrored: bool) -> None:
        self._mirrored = mirrored

    def state(self, status: int, _code: str | None, message: str | None) -> web.Response:
        """The envelope of an error whose code is this status; see `substitute.State`."""
        usual = MEANINGS.get(status, f"Code {status}, as it was asked for.")
        return json_answer(_error(status, message or usual), status if self._mirrored else _OK)

    def refuse(self, refused: Refused, real_seconds: RealSeconds) -> web.Response:
        """The envelope of a refusal, with the headers that belong to it."""
        code = next((code for kind, code in _CODES if isinstance(refused, kind)), 400)
        by_http = isinstance(refused, _HTTP) or (isinstance(refused, NotFound) and not isinstance(refused, JobNotFound))
        status = refused.status if by_http else code if self._mirrored else _OK
        answer = json_answer(_error(code, str(refused)), status)
        usual = refusal(refused, real_seconds)
        for name in _KEPT:
            if name in usual.headers:
                answer.headers[name] = usual.headers[name]
        if not usual.keep_alive:
            answer.force_close()
        return answer


_KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "Access-Control-Expose-Headers")
"""The headers of a refusal that help, whatever its body and status."""


def _error(code: int, message: str) -> dict[str, object]:
    return {"code": code, "msg": message, "data": None}
