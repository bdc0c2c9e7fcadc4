"""The requests of the benchmark, as the bytes that go over the wire."""

import json
from collections.abc import Mapping

from load import NUMBER

_FIELDS = {
    "aspect_ratio": "16:9",
    "model_version": "7.0",
    "process_mode": "fast",
    "stylize": 250,
    "chaos": 10,
}


def get(path: str) -> str:
    """A GET with a key."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer sim-local\r\n\r\n"


def post(path: str, body: Mapping[str, object]) -> str:
    """A POST of a JSON body with a key."""
    text = json.dumps(body)
    return (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAuthorization: Bearer sim-local\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}"
    )


SAME = post("/v1/imagine", {"prompt": "a lighthouse at dusk in heavy rain", **_FIELDS})
"""A valid request of six fields, the same each time."""

NEW = post("/v1/imagine", {"prompt": f"a lighthouse at dusk {NUMBER}", **_FIELDS})
"""The same with a new prompt each time."""

INVALID = post("/v1/imagine", {"prompt": "a lighthouse at dusk in heavy rain", **_FIELDS, "stylize": 1_001})
"""The same with one value out of range."""
