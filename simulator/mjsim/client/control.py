"""A simulator's control API as one object, of all tenants or limited to one."""

from typing import Any, cast

from mjsim.client.clock import Clock
from mjsim.client.faults import Faults
from mjsim.client.jobs import Jobs
from mjsim.client.journal import Journal
from mjsim.client.shape import Info
from mjsim.client.webhooks import Webhooks
from mjsim.client.wire import Wire
from mjsim.core.error import ControlError

NOT_FOUND = 404


class Control:
    """Directs the simulator at `url`; every call may raise `ControlError`, whose text is the simulator's own."""

    def __init__(self, url: str, token: str | None = None, tenant: str | None = None) -> None:
        self.url = url.rstrip("/")
        self._token = token
        self._tenant = tenant
        self._wire = Wire(url, token)
        self.clock = Clock(self._wire)
        self.jobs = Jobs(self._wire, tenant)
        self.journal = Journal(self._wire, tenant)
        self.faults = Faults(self._wire, tenant)
        self.webhooks = Webhooks(self._wire, tenant)

    def of(self, tenant: str) -> "Control":
        """The same, limited to the tenant of a key; the clock is everybody's."""
        return Control(self.url, self._token, tenant)

    def info(self) -> Info:
        """What it was started with."""
        return cast("Info", self._wire.ask("GET", "/_sim/info"))

    def scenario(self) -> dict[str, Any]:
        """The settings of its world and the faults; empty where it has no scenarios."""
        try:
            return cast("dict[str, Any]", self._wire.ask("GET", "/_sim/scenario"))
        except ControlError as error:
            if error.status == NOT_FOUND:
                return {}
            raise

    def reset(self) -> int:
        """Start over; done when it returns. How many jobs are gone."""
        body = None if self._tenant is None else {"tenant": self._tenant}
        return cast("int", self._wire.ask("POST", "/_sim/reset", body)["jobs"])

    def export_state(self) -> bytes:
        """Everything that is kept, of all tenants, as a data file."""
        return self._wire.fetch("GET", "/_sim/export", [])

    def import_state(self, data: bytes) -> int:
        """Keep what such a file holds instead; how many jobs."""
        import json

        headers = [("Content-Type", "application/vnd.sqlite3")]
        return cast("int", json.loads(self._wire.fetch("POST", "/_sim/import", headers, data))["jobs"])
