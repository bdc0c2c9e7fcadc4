"""What a check says to a server of the published API, and what each answer is held to there."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mjsim_contracts.contract import PUBLISHED
from mjsim_contracts.exchange import Exchange, read_exchange
from mjsim_contracts.lifecycle import Lifecycle
from mjsim_contracts.server.dialogue import Dialogue, Gist, Sight, Spoken
from mjsim_contracts.server.expectations import MARKS
from mjsim_contracts.server.schema import answer_breaches
from mjsim_contracts.server.wire import Wire
from mjsim_contracts.sighting import seen_jobs

Said = Spoken[Exchange | None]
"""One exchange with a server of this API."""


class Conversation(Dialogue[Exchange]):
    """See `Dialogue`; `contract` is the document to which answers are held."""

    marks = MARKS

    def __init__(self, base_url: str, started: float, contract: str = PUBLISHED, *, free: bool = False) -> None:
        super().__init__(base_url, started, Lifecycle(), free=free)
        self._contract = contract

    def say(
        self, method: str, path: str, key: str | None, body: Any = None, query: Mapping[str, Any] | None = None
    ) -> Said:
        """Send a request, its body as JSON or as the given bytes, and judge the answer."""
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        wire = self._send(method, f"/v1/{path}", key, content, query)
        exchange = read_exchange(method, wire.url, f"Bearer {key}", content, wire.status, wire.answer)
        return Spoken(wire, exchange, tuple(self._heard(wire, exchange)) if exchange else ())

    def _gist(self, exchange: Exchange) -> Gist:
        return Gist(exchange.operation, exchange.status, exchange.created_id, exchange.job_id)

    def _sights(self, exchange: Exchange, wire: Wire) -> Iterator[Sight]:
        for job in seen_jobs(exchange) if exchange.job_id else ():
            progress = "" if job.progress is None else f", {job.progress:g} %"
            yield Sight(job.id, "cancel" if wire.method == "POST" else "poll", f"{job.status}{progress}")

    def _objections(self, exchange: Exchange, wire: Wire) -> Mapping[str, str]:
        media_type = wire.answer_headers.get("Content-Type", "")
        return answer_breaches(exchange.operation, exchange.status, exchange.answer, media_type, self._contract)
