"""The delivery log over HTTP: what was sent, what came of it, what comes next; and sending it again."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from multidict import MultiMapping

from mjsim.bell import Bell
from mjsim.core.delivery import Attempt, Delivery, Headers, Reply, Sent, Standing
from mjsim.core.error import InvalidRequest, NotFound
from mjsim.core.instant import Instant, parse_rfc3339, rfc3339
from mjsim.core.status import Status
from mjsim.core.webhook import EVENTS
from mjsim.ports import Clock, DeliveryQuery, Outbox
from mjsim.spec import CONTROL
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_json
from mjsim.web.query import choice, once, whole
from mjsim.web.route import Call, Route

_MOST, _LAST = 10**19 - 1, 2**63 - 1
"""The greatest cursor that the document allows, and the greatest number that a delivery can have."""

_STATUSES = {event: status for status, event in EVENTS.items()}


class WebhooksApi:
    """Handlers of `/_sim/webhooks`."""

    def __init__(self, outbox: Outbox, clock: Clock) -> None:
        self._outbox = outbox
        self._clock = clock
        self._bell = Bell()
        outbox.watch(self._bell.ring)

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/_sim/webhooks/deliveries", {"GET": self.list}),
            Route("/_sim/webhooks/deliveries/{id}", {"GET": self.show}),
            Route("/_sim/webhooks/deliveries/{id}/resend", {"POST": self.resend_one}),
            Route("/_sim/webhooks/resend", {"POST": self.resend}),
            Route("/_sim/webhooks/wait", {"POST": self.wait}),
            Route("/_sim/webhooks/disabled", {"GET": self.disabled, "DELETE": self.enable}),
        ]

    async def list(self, call: Call) -> web.Response:
        """A page of deliveries, the last planned first; `next` is the cursor of the page that follows."""
        parameters = call.request.query
        limit = whole(parameters, "limit", default=100, least=1, most=1_000)
        found = await self._outbox.deliveries(_read_query(parameters), limit + 1)
        page: dict[str, Any] = {"deliveries": [_shown(one) for one in found[:limit]]}
        if len(found) > limit:
            page["next"] = str(found[limit - 1].number)
        return plain_json(page)

    async def show(self, call: Call) -> web.Response:
        """A delivery with all its attempts."""
        delivery = await self._known(call)
        attempts = [_attempt(one) for one in await self._outbox.attempts(delivery)]
        return plain_json({**_shown(delivery), "attempts": attempts})

    async def resend_one(self, call: Call) -> web.Response:
        """Send a delivery again, under the same id; it is due at once."""
        await self._outbox.resend_one(await self._known(call), self._clock.now())
        return plain_json(_shown(await self._known(call)))

    async def resend(self, call: Call) -> web.Response:
        """Send again what was tried since an instant, or stands in a certain way."""
        body = await read_json(call.request, "ResendRequest", CONTROL)
        return plain_json({"resent": await self._outbox.resend(_query(body), self._clock.now())})

    async def wait(self, call: Call) -> web.Response:
        """Answer once so many deliveries are there that stand as asked for, or time is up."""
        body = await read_json(call.request, "DeliveryWait", CONTROL)
        query, count = _query({"standing": "delivered", **body}), int(body.get("count", 1))

        async def found() -> Sequence[Delivery]:
            return await self._outbox.deliveries(query, count)

        deliveries = await self._bell.until(found, lambda some: len(some) >= count, body.get("timeout_seconds", 10))
        return plain_json({"met": len(deliveries) >= count, "deliveries": [_shown(one) for one in deliveries]})

    async def disabled(self, _call: Call) -> web.Response:
        """The URLs that have answered 410."""
        urls = [
            {"tenant": one.tenant, "url": one.url, "since": rfc3339(one.since)} for one in await self._outbox.disabled()
        ]
        return plain_json({"disabled": urls})

    async def enable(self, call: Call) -> web.Response:
        """Let webhooks go to URLs again that have answered 410: all, or those of a tenant, or one."""
        parameters = call.request.query
        number = await self._outbox.enable(once(parameters, "tenant"), once(parameters, "url"))
        return plain_json({"enabled": number})

    async def _known(self, call: Call) -> Delivery:
        message = call.places["id"]
        if (delivery := await self._outbox.delivery(message)) is None:
            raise NotFound(f"There is no delivery {message[:60]!r}; its id may be wrong, or its job has expired.")
        return delivery


def _read_query(parameters: MultiMapping[str]) -> DeliveryQuery:
    """What a list request asks for; `InvalidRequest` names the parameter and the rule that it breaks."""
    event = once(parameters, "event")
    if event is not None and event not in _STATUSES:
        raise InvalidRequest(f"event: {event[:40]!r} is none of {', '.join(_STATUSES)}.")
    cursor = once(parameters, "cursor")
    return DeliveryQuery(
        tenant=once(parameters, "tenant"),
        job_id=_job_id(once(parameters, "job_id")),
        status=None if event is None else _STATUSES[event],
        standing=choice(parameters, "standing", Standing, None),
        since=_instant(once(parameters, "since")),
        before=None if cursor is None else min(whole(parameters, "cursor", default=0, least=0, most=_MOST), _LAST),
    )


def _query(body: Mapping[str, Any]) -> DeliveryQuery:
    """The same out of a body that obeys its schema."""
    return DeliveryQuery(
        tenant=body.get("tenant"),
        job_id=_job_id(body.get("job_id")),
        status=_STATUSES[body["event"]] if "event" in body else None,
        standing=Standing(body["standing"]) if "standing" in body else None,
        since=_instant(body.get("since")),
    )


def _job_id(text: str | None) -> str | None:
    """The id as the outbox knows it; what cannot be the id of a job is that of none."""
    if text is None:
        return None
    bare = text.replace("-", "").lower()
    if len(bare) != 32 or not set(bare) <= set("0123456789abcdef"):
        raise InvalidRequest(f"job_id: {text[:60]!r} is not a UUID.")
    return bare


def _instant(text: str | None) -> Instant | None:
    if text is None:
        return None
    try:
        return parse_rfc3339(text)
    except ValueError:
        raise InvalidRequest(f"since: {text[:60]!r} is no RFC 3339 time, such as 2026-01-31T12:00:00Z.") from None


def show_sent(sent: Sent) -> dict[str, Any]:
    """An attempt that was made, and how its delivery stands after it."""
    delivery = sent.delivery._replace(standing=sent.standing, attempts=sent.attempt.number, due=sent.attempt.next)
    return {"delivery": _shown(delivery), "attempt": _attempt(sent.attempt)}


def _shown(delivery: Delivery) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": delivery.id,
        "tenant": delivery.tenant,
        "job_id": delivery.job_id,
        "event": EVENTS[Status(delivery.status)],
        "url": delivery.url,
        "standing": delivery.standing,
        "happens_at": rfc3339(delivery.instant),
        "attempt_count": delivery.attempts,
    }
    if delivery.due is not None:
        shown["due_at"] = rfc3339(delivery.due)
    return shown


def _attempt(attempt: Attempt) -> dict[str, Any]:
    started = datetime.fromtimestamp(attempt.started, UTC).isoformat(timespec="milliseconds")
    shown: dict[str, Any] = {
        "number": attempt.number,
        "at": rfc3339(attempt.instant),
        "started_at": started.replace("+00:00", "Z"),
        "duration_seconds": round(attempt.reply.seconds, 6),
        "request": {"headers": _headers(attempt.headers)},
        **_outcome(attempt.reply),
    }
    if attempt.cause is not None:
        shown["fault"] = {"id": attempt.cause.fault, "reason": attempt.cause.reason}
    if attempt.next is not None:
        shown["next_at"] = rfc3339(attempt.next)
    return shown


def _outcome(reply: Reply) -> dict[str, Any]:
    """The answer, if one came, and the error, if it is one."""
    shown: dict[str, Any] = {}
    if reply.status is not None:
        shown["response"] = {
            "status": reply.status,
            "headers": _headers(reply.headers),
            "body": reply.body.decode(errors="replace"),
            "body_truncated": reply.cut,
        }
    if reply.problem is not None:
        shown["error"] = {"class": reply.problem, "message": reply.explanation}
    return shown


def _headers(headers: Headers) -> dict[str, str]:
    """By name; the values of a name that stands more than once are joined, as HTTP does."""
    shown: dict[str, str] = {}
    for name, value in headers:
        shown[name] = f"{shown[name]}, {value}" if name in shown else value
    return shown
