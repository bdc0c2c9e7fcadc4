"""Faults, added and taken out from outside: what shall go wrong, for whom, and how often."""

from collections.abc import Mapping, Sequence
from typing import Any, cast
from urllib.parse import quote

from mjsim.client.wire import Wire

_FAULTS = "/_sim/faults"

Fault = Mapping[str, Any]
"""A fault as openapi/control.yaml describes it: a `match`, an `effect`, and how often."""


class Faults:
    """The faults of a simulator; limited to a tenant, they are added for this one and strike no other."""

    def __init__(self, wire: Wire, tenant: str | None) -> None:
        self._wire = wire
        self._tenant = tenant

    def all(self) -> list[dict[str, Any]]:
        """The faults in the order in which they are asked, each with how often it struck."""
        found = cast("list[dict[str, Any]]", self._wire.ask("GET", _FAULTS)["faults"])
        return [
            fault for fault in found if self._tenant is None or fault.get("match", {}).get("tenant") == self._tenant
        ]

    def add(self, *faults: Fault) -> Sequence[str]:
        """Add faults after those that are there, all or none; their ids."""
        return cast("Sequence[str]", self._wire.ask("POST", _FAULTS, [self._limited(one) for one in faults])["ids"])

    def remove(self, fault_id: str) -> None:
        """Take one out."""
        self._wire.ask("DELETE", _path(fault_id))

    def clear(self) -> int:
        """Take them all out; how many."""
        return cast("int", self._wire.ask("DELETE", _FAULTS, query={"tenant": self._tenant})["removed"])

    def explain(self, fault_id: str) -> list[dict[str, Any]]:
        """The last occasions on which it did not strike, with the condition that did not hold."""
        return cast("list[dict[str, Any]]", self._wire.ask("GET", f"{_path(fault_id)}/near-misses")["misses"])

    def _limited(self, fault: Fault) -> dict[str, Any]:
        if self._tenant is None:
            return dict(fault)
        return {**fault, "match": {"tenant": self._tenant, **fault.get("match", {})}}


def _path(fault_id: str) -> str:
    return f"{_FAULTS}/{quote(fault_id, safe='')}"
