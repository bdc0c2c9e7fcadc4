"""How an API tells of a job is one value; the JSON that does so can be written in several forms, which all say the same."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mjsim_contracts.receiver.signing import Signing

Job = Mapping[str, Any]
"""A job as the API shows it."""


@dataclass(frozen=True, slots=True)
class News:
    """`tell` makes the body that tells how a job stands, and `message_id` the id that is signed with it; every attempt to
    deliver it has the same. A job's own id is in the field `id_name`; `new_id` makes one that no job has.
    """

    signing: Signing
    id_name: str
    new_id: Callable[[], str]
    tell: Callable[[Job], dict[str, Any]]
    message_id: Callable[[Mapping[str, Any]], str]


def compact(document: Any) -> bytes:
    """As senders write JSON: no spaces, UTF-8."""
    return json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()


def spaced(document: Any) -> bytes:
    """The same, indented and with a line's end."""
    return json.dumps(document, indent=3, ensure_ascii=False).encode() + b"\n"


def reordered(document: dict[str, Any]) -> bytes:
    """The same, the fields in another order."""
    return compact(dict(reversed(document.items())))


def escaped(document: Any) -> bytes:
    r"""The same, every letter beyond ASCII as \u, and solidus escaped as some encoders do."""
    return json.dumps(document, separators=(",", ":")).replace("/", "\\/").encode()
