"""openapi-core reads the published contract without any of this check's code, so where both agree on a request, neither is
wrong alone.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from openapi_core import OpenAPI
from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict


@dataclass(slots=True)
class AskedRequest:
    """A request in the form in which openapi-core takes it, which wants it to be changeable."""

    host_url: str
    method: str
    path: str
    body: bytes | None
    content_type: str
    parameters: RequestParameters


class SecondOpinion:
    """What openapi-core thinks of requests, by one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.api = OpenAPI.from_dict(dict(document))
        self._host = document["servers"][0]["url"].rstrip("/") or "http://127.0.0.1"

    @classmethod
    def by(cls, contract: Path) -> "SecondOpinion":
        """By the document in a file."""
        return cls(json.loads(contract.read_bytes()))

    def asked(
        self, method: str, path: str, query: str, headers: Headers | Mapping[str, str], body: bytes | None
    ) -> AskedRequest:
        """The request as openapi-core takes it; its media type is that of the headers."""
        given = Headers(headers)
        return AskedRequest(
            host_url=self._host,
            method=method.lower(),
            path=path,
            body=body or None,
            content_type=given.get("Content-Type", "").lower(),
            parameters=RequestParameters(
                query=ImmutableMultiDict(parse_qsl(query, keep_blank_values=True)), header=given
            ),
        )

    def of_request(self, asked: AskedRequest) -> list[str]:
        """What is wrong with a request."""
        return [said(error) for error in self.api.iter_request_errors(asked)]


def said(error: Exception) -> str:
    """The kind of the error, and what is wrong by the schema; its own text fails on bytes that are no UTF-8."""
    causes = getattr(error.__cause__, "schema_errors", ())
    return f"{type(error).__name__}: {'; '.join(cause.message for cause in causes)}"[:300]
