"""The body of a webhook of the published API is the Job as the API showed it, with event, job_id and timestamp."""

import uuid
from typing import Any

from mjsim_contracts.receiver.news import Job, News
from mjsim_contracts.receiver.signing import STANDARD_WEBHOOKS

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


JOB_NEWS = News(
    STANDARD_WEBHOOKS,
    id_name="id",
    new_id=lambda: str(uuid.uuid4()),
    tell=event,
    message_id=lambda _document: f"msg_{uuid.uuid4().hex[:22]}",
)
