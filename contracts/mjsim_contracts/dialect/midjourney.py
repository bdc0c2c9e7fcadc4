"""The published API: jobs are resources under /v1, and HTTP statuses say how a request went."""

from collections.abc import Mapping
from typing import Any

from mjsim_contracts.dialect import Dialect, Notice, Prospect, Reading, Role
from mjsim_contracts.exchange import CREATES, Exchange, Operation, read_exchange
from mjsim_contracts.promises.listing import listing
from mjsim_contracts.sighting import seen_jobs

_BUSY = frozenset({429, 503})
_PASSING = frozenset({408, 425})
_SHOWS_ONE = frozenset({Operation.GET, Operation.CANCEL})


class _Midjourney:
    """See `Dialect`."""

    name = "midjourney"
    roles: Mapping[str, Role] = {
        **dict.fromkeys(CREATES, Role.CREATE),
        Operation.GET: Role.LOOK,
        Operation.LIST: Role.LIST,
        Operation.CANCEL: Role.CANCEL,
    }
    root = "/v1"
    prefixes = frozenset({"v1", "v2", "api"})
    address = "url"
    fields: Mapping[str, tuple[str, ...]] = {
        "": ("id", "type", "status", "progress", "prompt", "parameters", "result", "error", "created_at", "updated_at",
             "completed_at"),
        "result": ("images", "prompts"),
        "error": ("code", "message"),
        "parameters": ("aspect_ratio", "model_version", "process_mode", "quality", "stylize", "seed"),
        "result.images": ("url", "index", "width", "height", "content_type"),
    }  # fmt: skip
    notice = Notice("webhook", 5.0, lambda _body: Operation.GET, frozenset({"event", "job_id", "timestamp"}))

    def operation(self, method: str, target: str) -> Operation | None:
        exchange = read_exchange(method, target, "", None, 0, b"")
        return exchange.operation if exchange else None

    def read(self, method: str, url: str, body: bytes | None, status: int, content: bytes) -> Reading | None:
        exchange = read_exchange(method, url, "", body, status, content)
        if exchange is None:
            return None
        return Reading(
            operation=exchange.operation,
            role=self.roles[exchange.operation],
            query=exchange.query,
            body=exchange.body,
            status=status,
            prospect=_prospect(exchange),
            answer=exchange.answer,
            job_id=exchange.job_id,
            created_id=exchange.created_id,
            documents=_documents(exchange),
            jobs=tuple(seen_jobs(exchange)),
            page=next(listing(exchange), None),
        )

    def state(self, operation: str, status: int, document: Any) -> str:
        if operation in _SHOWS_ONE and status == 200 and isinstance(document, dict):
            return str(document.get("status", status))
        return str(status)

    def pictured(self, path: str) -> str:
        steps = path.split("/")
        return steps[3] if len(steps) > 4 else ""


def _prospect(exchange: Exchange) -> Prospect:
    status = exchange.status
    if status in _BUSY:
        return Prospect.BUSY
    if status in _PASSING or status >= 500:
        return Prospect.TROUBLED
    if status == 404 and exchange.operation is Operation.GET:
        return Prospect.UNKNOWN
    return Prospect.REFUSED if status >= 400 else Prospect.DONE


def _documents(exchange: Exchange) -> tuple[Mapping[str, Any], ...]:
    answer = exchange.answer
    if exchange.operation in CREATES or not exchange.accepted or not isinstance(answer, dict):
        return ()
    if isinstance(answer.get("data"), list):
        return tuple(each for each in answer["data"] if isinstance(each, dict))
    return (answer,) if "status" in answer else ()


MIDJOURNEY: Dialect = _Midjourney()
