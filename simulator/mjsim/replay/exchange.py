"""A recorded exchange as it is sent again, and what its answer is compared by: status, body, and the contract's headers."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from mjsim.client.shape import Body, Entry
from mjsim.client.wire import Answer
from mjsim.lines import clock_time, counted, printable

LARGEST_BODY = 1024 * 1024
"""The journal keeps no more of a body than this."""

REDACTED = "[redacted]"

HEADERS = (
    "content-type",
    "retry-after",
    "www-authenticate",
    "allow",
    "location",
    "etag",
    "cache-control",
    "content-range",
    "accept-ranges",
)
"""The headers that tell a client something; others, such as Date, are the server's own business."""

_CONNECTION = {"connection", "content-length", "transfer-encoding", "expect", "keep-alive", "upgrade"}


class Difference(NamedTuple):
    """Something that was answered otherwise than it had been."""

    what: str
    recorded: str
    answered: str


def request_headers(entry: Entry) -> list[tuple[str, str]]:
    """What is sent again: everything but what belongs to a connection, and a made-up key for one that is not shown."""
    # One that was refused has to be refused again; the others have to stay as many tenants as they were.
    key = f"sim-{entry['tenant']}" if entry.get("tenant") else "replayed"
    pairs = [(name, value) for name, value in entry["request_headers"] if name.lower() not in _CONNECTION]
    return [(name, f"Bearer {key}" if REDACTED in value else value) for name, value in pairs]


def has_hidden_key(entry: Entry) -> bool:
    """Whether a tenant asked with a key that the journal does not show."""
    return bool(entry.get("tenant")) and any(REDACTED in value for _, value in entry["request_headers"])


def is_whole(entry: Entry) -> bool:
    """Whether the journal kept all of what was sent."""
    return len(content(entry["request_body"])) < LARGEST_BODY


def content(body: Body) -> bytes:
    """The bytes of a body; ValueError where they cannot be read."""
    return base64.b64decode(body["base64"], validate=True) if "base64" in body else body.get("text", "").encode()


def differences(entry: Entry, answer: Answer) -> Iterator[Difference]:
    """Where the answer is another than the recorded one."""
    if answer.status != entry["status"]:
        yield Difference("status", str(entry["status"]), str(answer.status))
    recorded = {name.lower(): value for name, value in entry["headers"]}
    yield from _headers(recorded, answer.headers)
    if entry["method"] == "HEAD":
        return
    before, after = _comparable(entry, content(entry["body"])), _comparable(entry, answer.body)
    if before != after and not (len(before) == LARGEST_BODY and after.startswith(before)):
        yield Difference("body", *_around(before, after))


def _headers(recorded: Mapping[str, str], answered: Mapping[str, str]) -> Iterator[Difference]:
    for name in HEADERS:
        before, after = recorded.get(name), answered.get(name)
        if before != after and (before is not None or name != "content-type"):
            yield Difference(name, before or "(none)", after or "(none)")


def _comparable(entry: Entry, body: bytes) -> bytes:
    """The body without what took real time: the attempts that an advance tells of."""
    if entry["surface"] != "control":
        return body
    try:
        value = json.loads(body)
    except ValueError:
        return body
    if isinstance(value, dict):
        value.pop("attempts", None)
    return json.dumps(value).encode()


def _around(before: bytes, after: bytes) -> tuple[str, str]:
    """The two bodies from shortly before the first byte that differs."""
    pairs = zip(before, after, strict=False)
    place = next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(before), len(after)))
    start = max(0, place - 30)
    return _excerpt(before, start), _excerpt(after, start)


def _excerpt(body: bytes, start: int) -> str:
    text = body[start : start + 90].decode("utf-8", "backslashreplace")
    text = text if text.isprintable() else text.encode("unicode_escape").decode("ascii")
    return f"{'…' if start else ''}{text}{'…' if len(body) > start + 90 else ''}" or "(empty)"


def row(entry: Entry) -> list[str]:
    """An exchange as a line shows it."""
    target = printable(entry["target"])
    asked = [
        f"#{entry['number']}",
        clock_time(entry["at"]),
        entry["method"],
        target if len(target) < 90 else f"{target[:89]}…",
    ]
    who = "(control)" if entry["surface"] == "control" else entry.get("tenant", "")
    fired = [counted(len(entry["faults"]), "fault")] if entry["faults"] else []
    missed = [counted(len(entry["near_misses"]), "near miss", "near misses")] if "near_misses" in entry else []
    return [*asked, str(entry["status"]), who, ", ".join(fired + missed)]
