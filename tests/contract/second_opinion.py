"""openapi-core reads the contract without any of our code, so where it and the simulator agree, neither is wrong alone."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from .recording import Recorded


@dataclass(slots=True)
class _Request:
    host_url: str
    method: str
    path: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters


@dataclass(slots=True)
class _Response:
    status_code: int
    headers: Headers
    content_type: str
    data: bytes


class SecondOpinion:
    """What openapi-core thinks of recorded exchanges, by one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._api = OpenAPI.from_dict(document)
        url = document["servers"][0]["url"].rstrip("/")
        self._host = url or "http://127.0.0.1"

    def of_request(self, recorded: Recorded) -> list[str]:
        """What is wrong with the request."""
        return [_text(error) for error in self._api.iter_request_errors(self._request(recorded))]

    def of_response(self, recorded: Recorded) -> list[str]:
        """What is wrong with the answer, headers included."""
        headers = Headers(recorded.answer_headers)
        response = _Response(recorded.status, headers, headers.get("Content-Type", ""), recorded.answer)
        return [_text(error) for error in self._api.iter_response_errors(self._request(recorded), response)]

    def _request(self, recorded: Recorded) -> _Request:
        query = ImmutableMultiDict(parse_qsl(recorded.query, keep_blank_values=True))
        return _Request(
            host_url=self._host,
            method=recorded.method.lower(),
            path=recorded.path,
            body=recorded.body or None,
            content_type=recorded.headers.get("Content-Type", "").lower(),
            parameters=RequestParameters(query=query, header=Headers(recorded.headers)),
        )


def _text(error: Exception) -> str:
    """The kind of the error, and what is wrong by the schema; its own text fails on bytes that are no UTF-8."""
    causes = getattr(error.__cause__, "schema_errors", ())
    return f"{type(error).__name__}: {'; '.join(cause.message for cause in causes)}"[:300]
