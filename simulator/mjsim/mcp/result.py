"""Every answer of the server is a result that a model can act on: its JSON and links to its pictures, or what is wrong."""

import json
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain, islice
from typing import Any

from jsonschema_rs import Draft202012Validator
from mcp_types import CallToolResult, ContentBlock, ResourceLink, TextContent

from mjsim.mcp.operation import Operation
from mjsim.mcp.upstream import Answer

_ADVICE = {
    401: "The key is not accepted: set MIDJOURNEY_TOKEN, or send a header 'Authorization: Bearer KEY'.",
    404: "listjobs shows the jobs that exist.",
    429: "Wait, then call the tool again with the same arguments.",
}
"""What to do, by status; every other message of the server speaks for itself."""


def success(operation: Operation, answer: Answer, links: Iterable[ResourceLink]) -> CallToolResult:
    """The server's document, as structure and as text, and its pictures; an error where it is none of the contract."""
    if answer.value is None:
        return failure("The server's answer is no JSON document.")
    if (breach := _breach(operation, answer.value)) is not None:
        return failure(f"The server's answer breaks the contract of the API: {breach}")
    content: list[ContentBlock] = [TextContent(text=as_text(answer.value)), *links]
    return CallToolResult(content=content, structured_content=answer.value)


def failure(text: str) -> CallToolResult:
    """A result that says what is wrong."""
    return CallToolResult(content=[TextContent(text=text)], is_error=True)


def refusal(answer: Answer) -> CallToolResult:
    """What the server says that did not do it: status, code and message of the server, and when to come again."""
    value = answer.value if isinstance(answer.value, dict) else {}
    what = f"{answer.status} {value.get('code', '')}".strip()
    message = value.get("message") or answer.body[:300].decode(errors="replace").strip() or "no message"
    wait = "" if answer.retry_after is None else f" Retry-After: {answer.retry_after} s."
    advice = _ADVICE.get(answer.status, "")
    return failure(f"{what}: {message}{wait} {advice}".strip())


def as_text(value: Any) -> str:
    """The value as JSON, compact."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def links_of(document: Any) -> Iterator[ResourceLink]:
    """Links to the pictures that a document of the API names: all of a job; of each job of a list the first."""
    jobs = document.get("data") if isinstance(document, dict) else None
    if not isinstance(jobs, list):
        return job_links(document)
    # A page of jobs would drown in links.
    return chain.from_iterable(islice(job_links(job), 1) for job in jobs)


def job_links(job: Any) -> Iterator[ResourceLink]:
    """Links to the pictures of a job, the grid first."""
    result = job.get("result") if isinstance(job, dict) else None
    images = result.get("images") if isinstance(result, dict) else None
    for image in images if isinstance(images, list) else []:
        if isinstance(image, dict) and isinstance(url := image.get("url"), str):
            yield _link(job, image, url)


def _link(job: dict[str, Any], image: dict[str, Any], url: str) -> ResourceLink:
    kind = image.get("content_type")
    which = f"image {image['index']}" if "index" in image else "the whole picture"
    return ResourceLink(
        uri=url,
        name=url.partition("?")[0].rpartition("/")[2] or "picture",
        title=f"{job.get('type', 'job')} {job.get('id', '')}: {which}",
        description=f"{image.get('width', '?')}×{image.get('height', '?')} pixels",
        mime_type=kind if isinstance(kind, str) else None,
    )


def _breach(operation: Operation, value: Any) -> str | None:
    """Where and how the document is not what the tool promises; None where it is."""
    error = next(iter(_validator(operation).iter_errors(value)), None)
    return None if error is None else f"/{'/'.join(map(str, error.instance_path))}: {error.message}"


@cache
def _validator(operation: Operation) -> Draft202012Validator:
    return Draft202012Validator(operation.output_schema)
