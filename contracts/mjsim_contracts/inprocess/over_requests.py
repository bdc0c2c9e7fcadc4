"""requests, whose wire is a function."""

from io import BytesIO
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPHeaderDict, HTTPResponse

from mjsim_contracts.inprocess.conversation import Answer


class MemoryAdapter(HTTPAdapter):
    """Sends nothing anywhere."""

    def __init__(self, answer: Answer) -> None:
        super().__init__()
        self._answer = answer

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        """The answer to a request, as requests would have read it."""
        headers = tuple((str(name), str(value)) for name, value in request.headers.items())
        try:
            written = self._answer(request.method or "GET", request.url or "", headers, _body(request))
        except ConnectionError as error:
            raise requests.ConnectionError(str(error), request=request) from error
        raw = HTTPResponse(
            body=BytesIO(written.body),
            headers=HTTPHeaderDict(written.headers),
            status=written.status,
            preload_content=False,
        )
        return self.build_response(request, raw)


def _body(request: requests.PreparedRequest) -> bytes:
    body: Any = request.body
    if hasattr(body, "read"):
        body = body.read()
    elif body is not None and not isinstance(body, str | bytes):
        body = b"".join(body)
    return body.encode() if isinstance(body, str) else body or b""
