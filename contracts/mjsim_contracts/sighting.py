"""A job as an answer showed it, reduced to what promises speak of. What breaks the contract's schema is not judged
here a second time: it reads as absent.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from mjsim_contracts.exchange import CREATES, Exchange, Operation, identifier, inside

TERMINAL = frozenset({"completed", "failed", "cancelled"})

STEPS: Mapping[str, frozenset[str]] = {
    "pending": frozenset({"pending", "in_progress"}) | TERMINAL,
    "in_progress": frozenset({"in_progress"}) | TERMINAL,
    **{status: frozenset({status}) for status in TERMINAL},
}
"""From each status, those in which a later look may find the job; steps between the looks go unseen."""


@dataclass(frozen=True, slots=True)
class SeenJob:
    """A job at the moment of an answer."""

    id: str
    type: str
    status: str
    progress: float | None
    prompt: str | None
    created_at: datetime | None
    updated_at: datetime | None
    completed_at: datetime | None
    result: Mapping[str, Any] | None
    error: Mapping[str, Any] | None

    @property
    def settled(self) -> bool:
        """Whether its status is final."""
        return self.status in TERMINAL

    @property
    def images(self) -> list[Mapping[str, Any]]:
        """The images of its result."""
        return _objects(inside(self.result, "images"))

    @property
    def prompts(self) -> list[Any]:
        """The prompts of its result."""
        prompts = inside(self.result, "prompts")
        return prompts if isinstance(prompts, list) else []


@dataclass(frozen=True, slots=True)
class Sighting:
    """A job as it is seen now, as it was seen last, and the request that created it, where these are known."""

    now: SeenJob
    before: SeenJob | None
    birth: Exchange | None


def seen_jobs(exchange: Exchange) -> Iterator[SeenJob]:
    """The jobs that an answer shows."""
    if not exchange.accepted:
        return
    if exchange.operation in {Operation.GET, Operation.CANCEL}:
        documents = _objects([exchange.answer])
    else:
        documents = _objects(inside(exchange.answer, "data"))
    yield from filter(None, map(seen_job, documents))


def seen_job(document: Mapping[str, Any]) -> SeenJob | None:
    """The job of a document; None where it has no id, type or status of the contract."""
    job_id, kind, status = identifier(document.get("id")), document.get("type"), document.get("status")
    if not job_id or not isinstance(kind, str) or not isinstance(status, str):
        return None
    if kind not in CREATES.values() or status not in STEPS:
        return None
    progress, prompt, result, error = (document.get(name) for name in ("progress", "prompt", "result", "error"))
    return SeenJob(
        id=job_id,
        type=kind,
        status=status,
        progress=progress if isinstance(progress, int | float) else None,
        # Half a surrogate pair is legal in JSON, and not every reader can hold it: all show it alike here.
        prompt=prompt.encode(errors="replace").decode() if isinstance(prompt, str) else None,
        created_at=_instant(document.get("created_at")),
        updated_at=_instant(document.get("updated_at")),
        completed_at=_instant(document.get("completed_at")),
        result=result if isinstance(result, Mapping) else None,
        error=error if isinstance(error, Mapping) else None,
    )


def _objects(values: Any) -> list[Mapping[str, Any]]:
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def _instant(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None
