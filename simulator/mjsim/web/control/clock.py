"""The clock by HTTP: what time it is, how fast it goes, and walks that answer when all that was due has happened."""

from collections.abc import Mapping
from typing import Any

from mjsim import spec
from mjsim.core.error import ClashingState, InvalidRequest
from mjsim.core.instant import DAY, HORIZON, Instant, parse_duration, parse_rfc3339, rfc3339
from mjsim.direction import Direction
from mjsim.ports import Errands
from mjsim.timekeeper import Change, Timekeeper, Walk
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_json
from mjsim.web.control.webhooks import show_sent
from mjsim.web.route import Call, Route

_FARTHEST = 3_650 * DAY


class ClockControl:
    """Handlers of `/_sim/clock`."""

    def __init__(self, timekeeper: Timekeeper, errands: Errands, direction: Direction) -> None:
        self._timekeeper = timekeeper
        self._errands = errands
        self._direction = direction

    def routes(self) -> list[Route]:
        """Where the clock is."""
        return [
            Route("/_sim/clock", {"GET": self.get, "PUT": self.change}),
            Route("/_sim/clock/advance", {"POST": self.advance}),
        ]

    async def get(self, _call: Call) -> web.Response:
        """getClock."""
        keeper, due = self._timekeeper, await self._errands.next_due()
        shown = {"now": rfc3339(keeper.now()), "rate": keeper.rate, "step": keeper.step}
        return plain_json(shown if due >= HORIZON else shown | {"next_due": rfc3339(due)})

    async def change(self, call: Call) -> web.Response:
        """setClock."""
        body = await read_json(call.request, "ClockChange", spec.CONTROL)
        if "step" in body:
            self._timekeeper.step = _bounded(body["step"], "step", DAY, "a day")
        if "rate" in body:
            await self._timekeeper.run_at(float(body["rate"]))
        return await self.get(call)

    async def advance(self, call: Call) -> web.Response:
        """advanceClock."""
        body = await read_json(call.request, "Advance", spec.CONTROL)
        return plain_json(_shown(await self._walk(body)))

    async def _walk(self, body: Mapping[str, Any]) -> Walk:
        if "by" in body:
            return await self._timekeeper.advance(_bounded(body["by"], "by", _FARTHEST, "ten years"))
        if "to" in body:
            return await self._timekeeper.advance_to(_instant(body["to"], self._timekeeper.now()))
        if "job" in body:
            return await self._timekeeper.advance_to_next((await self._direction.look(body["job"].lower())).job)
        return await self._timekeeper.advance_until_quiet()


def _bounded(text: str, field: str, most: int, called: str) -> int:
    """The milliseconds of a duration; what is longer than `most` is refused, not cut short."""
    try:
        milliseconds = parse_duration(text)
    except ValueError as error:
        raise InvalidRequest(f"{field}: {error}.") from None
    if milliseconds > most:
        raise ClashingState(f"{field}: {text} is more than {called}, the most at once.")
    return milliseconds


def _instant(text: str, now: Instant) -> Instant:
    try:
        instant = parse_rfc3339(text)
    except ValueError as error:
        raise InvalidRequest(f"to: {error}.") from None
    if instant < now:
        raise ClashingState(f"to: {text} is past, it is {rfc3339(now)}; time does not go back.")
    if instant > now + _FARTHEST:
        raise ClashingState(f"to: {text} is more than ten years away, the most at once.")
    return instant


def _shown(walk: Walk) -> dict[str, Any]:
    return {
        "before": rfc3339(walk.before),
        "after": rfc3339(walk.after),
        "quiet": walk.quiet,
        "changes": [_change(change) for change in walk.changes],
        "changed": walk.changed,
        "attempts": [show_sent(attempt) for attempt in walk.attempts],
        "attempted": walk.attempted,
    }


def _change(change: Change) -> dict[str, Any]:
    job, moment = change.job, change.moment
    return {
        "at": rfc3339(moment.instant),
        "job_id": job.id,
        "tenant": job.tenant,
        "type": job.type,
        "status": moment.status,
        "progress": moment.progress,
    }
