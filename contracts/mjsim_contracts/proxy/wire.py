"""The same answer can be written in many ways; each of them is a change that a client must not notice."""

import gzip
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from mjsim_contracts.traffic.call import Headers


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as it goes out."""

    status: int
    headers: Headers
    body: bytes
    chunked: bool = False

    def with_header(self, name: str, value: str) -> "Written":
        """The same with this header instead of any of its name."""
        others = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*others, (name, value)))


Manner = Callable[[Written, Mapping[str, str]], Written]
"""Writes an answer differently, given the request's headers in lower case."""


def _json(change: Callable[[Any], str]) -> Manner:
    return lambda written, _asked: replace(written, body=change(json.loads(written.body)).encode())


def _backwards(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _backwards(value[name]) for name in reversed(value)}
    return [_backwards(item) for item in value] if isinstance(value, list) else value


def _gzip(written: Written, asked: Mapping[str, str]) -> Written:
    """Only for those who say that they can read it."""
    if "gzip" not in asked.get("accept-encoding", ""):
        return written
    packed = replace(written, body=gzip.compress(written.body, mtime=0))
    return packed.with_header("Content-Encoding", "gzip").with_header("Vary", "Accept-Encoding")


def unpacked(written: Written) -> bytes:
    """The body as its reader sees it."""
    packed = any(name.lower() == "content-encoding" and value == "gzip" for name, value in written.headers)
    return gzip.decompress(written.body) if packed else written.body


def _more_headers(written: Written, _asked: Mapping[str, str]) -> Written:
    for name, value in (
        ("X-Request-Id", "0f1e2d3c"),
        ("Set-Cookie", "session=1; Path=/; HttpOnly"),
        ("Cache-Control", "no-store"),
        ("X-RateLimit-Remaining", "17"),
    ):
        written = written.with_header(name, value)
    return written


MANNERS: Mapping[str, Manner] = {
    "key-order": _json(lambda value: json.dumps(_backwards(value))),
    "indented": _json(lambda value: json.dumps(value, indent=2) + "\n"),
    "escaped": _json(lambda value: json.dumps(value, ensure_ascii=True).replace("/", "\\/")),
    "bare-type": lambda written, _asked: written.with_header("Content-Type", "application/json"),
    "upper-type": lambda written, _asked: written.with_header("Content-Type", "application/json;charset=UTF-8"),
    "more-headers": _more_headers,
    "chunked": lambda written, _asked: replace(written, chunked=True),
    "gzip": _gzip,
}
"""The ways to write an answer, by the kind of their edits, whose path is empty; in the order in which they are applied."""

ASPECTS: Mapping[str, str] = {
    **{kind: kind for kind in MANNERS},
    **dict.fromkeys(("key-order", "indented", "escaped"), "text"),
    **dict.fromkeys(("bare-type", "upper-type"), "type"),
}
"""What each is about: of two that are about the same, the later one would undo the other."""
