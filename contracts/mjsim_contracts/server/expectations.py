"""What a check can tell because it knows what it sent: rules beside the promises that hold for any traffic."""

from collections.abc import Mapping
from enum import StrEnum


class Expectation(StrEnum):
    """The codes of these rules."""

    ANSWERED = "every-request-is-answered"
    TESTED = "every-operation-is-tested"
    ACCEPTED = "valid-requests-are-accepted"
    PROMPT = "prompts-are-kept"
    PARAMETERS = "parameters-are-kept"
    FLAGS = "flags-are-settings"
    LISTED = "lists-are-the-created-jobs"
    TOTAL = "total-is-the-number-of-jobs"
    CANCELLED = "open-jobs-can-be-cancelled"
    PICTURES = "pictures-are-what-they-say"


EXPECTATIONS: Mapping[str, tuple[str, str, str]] = {
    Expectation.ANSWERED: (
        "Every request is answered, whatever is in it.",
        "One client can end the service for all.",
        "",
    ),
    Expectation.TESTED: (
        "Schemathesis could put every operation to the test.",
        "What was not tested is not known to work.",
        "",
    ),
    Expectation.ACCEPTED: ("A valid request is accepted.", "A correct client is turned away.", ""),
    Expectation.PROMPT: ("A job shows the prompt that it was given.", "Clients match jobs to requests by it.", "Job"),
    Expectation.PARAMETERS: (
        "The settings that a request gave explicitly are those in force.",
        "The pictures would not be what was asked and paid for.",
        "Job",
    ),
    Expectation.FLAGS: (
        "The settings that a prompt gave as flags are those in force.",
        "The pictures would not be what was asked and paid for.",
        "Job",
    ),
    Expectation.LISTED: (
        "A list holds exactly the created jobs that match, in order, from offset on.",
        "A client that pages through the list misses jobs, or sees them twice.",
        "listJobs",
    ),
    Expectation.TOTAL: (
        "total is the number of created jobs that match.",
        "A client pages until it has as many as total says.",
        "listJobs",
    ),
    Expectation.CANCELLED: (
        "A job that has not ended can be cancelled.",
        "Credits are spent on work that nobody wants.",
        "cancelJob",
    ),
    Expectation.PICTURES: (
        "Every image can be fetched, and has the media type and the size that its job says.",
        "A client stores what it fetched under the wrong name, or a broken picture.",
        "GeneratedImage",
    ),
}
"""By code: the sentence, why it matters, and the place in the contract."""

MARKS: Mapping[str, str] = {
    "cancelling-cancels": "status",
    "completed-is-complete": "progress",
    "completion-has-its-time": "completed_at",
    "error-belongs-to-failed": "error",
    "identity-is-fixed": "created_at",
    "images-have-places": "index",
    "limit-bounds-the-page": "limit",
    "progress-never-falls": "progress",
    "result-belongs-to-completed": "status",
    "status-goes-forward": "status",
    "the-asked-job-is-answered": "id",
    "the-filter-holds": "status",
    "the-order-holds": "created_at",
    "times-are-in-order": "created_at",
    "too-late-means-ended": "status",
    "total-counts-all-jobs": "total",
    "total-fits-the-page": "total",
    "update-times-never-go-back": "updated_at",
    Expectation.PROMPT: "prompt",
    Expectation.PARAMETERS: "parameters",
    Expectation.TOTAL: "total",
}
"""By code, the field of the answer to look at."""
