"""What openapi-core thinks of recorded exchanges, answers included."""

from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers

from mjsim_contracts.second_opinion import AskedRequest, said
from mjsim_contracts.second_opinion import SecondOpinion as OfRequests

from .recording import Recorded


@dataclass(slots=True)
class _Response:
    status_code: int
    headers: Headers
    content_type: str
    data: bytes


class SecondOpinion:
    """What openapi-core thinks of recorded exchanges, by one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._opinion = OfRequests(document)

    def of_request(self, recorded: Recorded) -> list[str]:
        """What is wrong with the request."""
        return self._opinion.of_request(self._request(recorded))

    def of_response(self, recorded: Recorded) -> list[str]:
        """What is wrong with the answer, headers included."""
        headers = Headers(recorded.answer_headers)
        response = _Response(recorded.status, headers, headers.get("Content-Type", ""), recorded.answer)
        return [said(error) for error in self._opinion.api.iter_response_errors(self._request(recorded), response)]

    def _request(self, recorded: Recorded) -> AskedRequest:
        headers = Headers(recorded.headers)
        return self._opinion.asked(recorded.method, recorded.path, recorded.query, headers, recorded.body)
