"""The body of a delivery is the Job as the API showed it, with event, job_id and timestamp; other forms say the same."""

import json
from collections.abc import Mapping
from typing import Any

Job = Mapping[str, Any]

EVENTS = {"completed": "job.completed", "failed": "job.failed", "cancelled": "job.cancelled"}
"""The event that tells of a status; every other status is told by job.progress."""

OPTIONAL = ("prompt", "parameters", "progress", "type", "created_at", "updated_at", "completed_at")
"""Fields of an event that the contract lets a sender leave out, and that no receiver can be lost without."""


def event(job: Job, **changes: Any) -> dict[str, Any]:
    """The event that tells how the job stands; changes are put on top."""
    news = {
        "event": EVENTS.get(job["status"], "job.progress"),
        "job_id": job["id"],
        "timestamp": job.get("updated_at", job.get("created_at")),
    }
    return news | dict(job) | changes


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
