"""Faults are added, listed, explained and taken out here; one from outside passes the schema of the control API first."""

from collections.abc import Mapping
from typing import Any

from mjsim import spec
from mjsim.core.error import InvalidRequest, Refused
from mjsim.core.fault import Fault
from mjsim.core.faultbook import FaultBook
from mjsim.core.faultentry import Entry, Miss, Tally
from mjsim.core.faultform import read_fault
from mjsim.core.instant import Instant, rfc3339
from mjsim.ports import Clock
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import conform, read_value
from mjsim.web.control.pattern import BoundedPattern
from mjsim.web.route import Call, Route
from mjsim.web.substitute import check_patch

Written = Mapping[str, Any]


def admit(value: object) -> tuple[Fault, Written]:
    """The fault that a JSON value writes down, and the value; `InvalidRequest` says why it is none."""
    given = conform(value, "Fault", spec.CONTROL)
    fault = read_fault(given, BoundedPattern)
    if fault.effect.patch is not None:
        check_patch(fault.effect.patch)
    return fault, given


class FaultsApi:
    """Handlers of the control API that are tagged `faults`; `scenario` holds the settings of the world."""

    def __init__(self, book: FaultBook, clock: Clock, scenario: Written) -> None:
        self._book = book
        self._clock = clock
        self._scenario = scenario

    def routes(self) -> list[Route]:
        """Where the operations are."""
        return [
            Route("/_sim/faults", {"GET": self.list_faults, "POST": self.add_faults, "DELETE": self.clear_faults}),
            Route("/_sim/faults/{id}", {"GET": self.get_fault, "DELETE": self.remove_fault}),
            Route("/_sim/faults/{id}/near-misses", {"GET": self.explain_fault}),
            Route("/_sim/scenario", {"GET": self.get_scenario}),
        ]

    async def list_faults(self, _call: Call) -> web.Response:
        """listFaults."""
        now = self._clock.now()
        return plain_json({"faults": [_entry(entry, now) for entry in self._book.entries()]})

    async def add_faults(self, call: Call) -> web.Response:
        """addFaults."""
        value = await read_value(call.request)
        if value == []:
            raise InvalidRequest("The body is an empty list; a fault or a list of faults is expected.")
        faults = [_admitted(number, item) for number, item in enumerate(value)] if isinstance(value, list) else None
        entries = self._book.add(faults or [admit(value)], self._clock.now())
        return plain_json({"ids": [entry.fault.id for entry in entries]})

    async def clear_faults(self, call: Call) -> web.Response:
        """clearFaults."""
        tenants = call.request.query.getall("tenant", [])
        if set(call.request.query) - {"tenant"} or len(tenants) > 1 or not all(0 < len(one) <= 200 for one in tenants):
            raise InvalidRequest("The query can hold one tenant, such as ?tenant=sim-local, and nothing else.")
        return plain_json({"removed": self._book.clear(*tenants)})

    async def get_fault(self, call: Call) -> web.Response:
        """getFault."""
        return plain_json(_entry(self._book.entry(call.places["id"]), self._clock.now()))

    async def remove_fault(self, call: Call) -> web.Response:
        """removeFault."""
        self._book.remove(call.places["id"])
        return web.Response(status=204)

    async def explain_fault(self, call: Call) -> web.Response:
        """explainFault."""
        return plain_json({"misses": [_miss(miss) for miss in self._book.entry(call.places["id"]).misses]})

    async def get_scenario(self, _call: Call) -> web.Response:
        """getScenario."""
        return plain_json({**self._scenario, "faults": [entry.given for entry in self._book.entries()]})


def _admitted(number: int, value: object) -> tuple[Fault, Written]:
    """One of a list; a complaint begins with its number, counted from 0 as JSON Pointer does."""
    try:
        return admit(value)
    except Refused as refused:
        raise InvalidRequest(f"{number}: {refused}") from None


def _entry(entry: Entry, now: Instant) -> dict[str, Any]:
    fired = sum(tally.fired for tally in entry.tallies.values())
    tenants = {tenant: _tally(tally, entry.fault.count) for tenant, tally in entry.tallies.items()}
    bound = {} if entry.fault.count is None else {"remaining": entry.fault.count}
    return {**entry.given, "fired": fired, **bound, "expired": now >= entry.until, "tenants": tenants}


def _tally(tally: Tally, count: int | None) -> dict[str, int]:
    bound = {} if count is None else {"remaining": count - tally.fired}
    return {"matched": tally.matched, "fired": tally.fired, **bound}


def _miss(miss: Miss) -> dict[str, Any]:
    occasion = miss.occasion
    document: dict[str, Any] = {"at": rfc3339(miss.instant), "operation": occasion.operation, "tenant": occasion.tenant}
    document |= {} if occasion.job_id is None else {"job_id": occasion.job_id}
    document |= {} if occasion.prompt is None else {"prompt": occasion.prompt}
    conditions = [{"condition": one.name, "held": one.held, "found": one.found} for one in miss.conditions]
    return {**document, "conditions": conditions}
