"""Webhooks seen from outside: what was delivered and what not, sending again, and the receivers that are built in."""

from typing import Any, cast
from urllib.parse import quote

from mjsim.client.wire import Wire
from mjsim.core.error import ControlError
from mjsim.core.tenant import inbox_of

PATIENCE = 10.0
"""How many real seconds are waited where nothing else is said."""

_DELIVERIES = "/_sim/webhooks/deliveries"


class Webhooks:
    """The deliveries of one tenant, or of all. Deliveries are told as openapi/control.yaml describes them."""

    def __init__(self, wire: Wire, tenant: str | None) -> None:
        self._wire = wire
        self._tenant = tenant

    def latest(
        self, job_id: str | None = None, standing: str | None = None, limit: int | None = None
    ) -> list[dict[str, Any]]:
        """The deliveries that match, the last planned first."""
        wanted = {"tenant": self._tenant, "job_id": job_id, "standing": standing, "limit": limit}
        return cast("list[dict[str, Any]]", self._wire.ask("GET", _DELIVERIES, query=wanted)["deliveries"])

    def show(self, delivery_id: str) -> dict[str, Any]:
        """A delivery with all its attempts."""
        return cast("dict[str, Any]", self._wire.ask("GET", f"{_DELIVERIES}/{quote(delivery_id, safe='')}"))

    def resend(self, delivery_id: str) -> dict[str, Any]:
        """Send a delivery once more, at once."""
        path = f"{_DELIVERIES}/{quote(delivery_id, safe='')}/resend"
        return cast("dict[str, Any]", self._wire.ask("POST", path))

    def resend_all(self, since: str | None = None, job_id: str | None = None, standing: str | None = None) -> int:
        """Send again whatever matches, `since` an instant; how many."""
        wanted = {"tenant": self._tenant, "since": since, "job_id": job_id, "standing": standing}
        return cast("int", self._wire.ask("POST", "/_sim/webhooks/resend", _given(wanted))["resent"])

    def wait(
        self,
        count: int = 1,
        job_id: str | None = None,
        standing: str = "delivered",
        seconds: float = PATIENCE,
    ) -> list[dict[str, Any]]:
        """The deliveries that match, as soon as there are so many; `ControlError` where there are not in time."""
        wanted = {"tenant": self._tenant, "job_id": job_id, "standing": standing}
        body = _given(wanted) | {"count": count, "timeout_seconds": seconds}
        answer = self._wire.ask("POST", "/_sim/webhooks/wait", body, patience=seconds)
        if not answer["met"]:
            raise ControlError(f"{len(answer['deliveries'])} of {count} webhooks were {standing} within {seconds:g} s.")
        return cast("list[dict[str, Any]]", answer["deliveries"])

    def inbox(self, name: str) -> "Inbox":
        """A receiver that is built in; it exists as soon as it is used. Each tenant has inboxes of its own."""
        return Inbox(self._wire, name if self._tenant is None else inbox_of(self._tenant, name))


class Inbox:
    """A receiver that keeps what it gets, and answers as it is told. Name its `url` as webhook_url."""

    def __init__(self, wire: Wire, name: str) -> None:
        self._wire = wire
        self._path = f"/_sim/inboxes/{quote(name, safe='')}"
        self.url = f"{wire.url}/_sim/inbox/{quote(name, safe='')}"

    def messages(self) -> list[dict[str, Any]]:
        """What has come in, oldest first."""
        return cast("list[dict[str, Any]]", self._wire.ask("GET", self._path)["messages"])

    def answer(self, *answers: int | dict[str, Any], then: int | dict[str, Any] | None = None) -> None:
        """Answer so, one after the other: a status, or an object of control.yaml's InboxAnswer; `then` ever after."""
        body = {"answers": list(answers)} | ({} if then is None else {"then": then})
        self._wire.ask("PUT", f"{self._path}/answers", body)

    def wait(self, count: int = 1, seconds: float = PATIENCE) -> list[dict[str, Any]]:
        """The messages, as soon as there are so many; `ControlError` where there are not in time."""
        body = {"count": count, "timeout_seconds": seconds}
        answer = self._wire.ask("POST", f"{self._path}/wait", body, patience=seconds)
        if not answer["met"]:
            raise ControlError(f"{answer['received']} of {count} messages came within {seconds:g} s.")
        return cast("list[dict[str, Any]]", answer["messages"])

    def forget(self) -> None:
        """Forget it, its messages and its answers."""
        self._wire.ask("DELETE", self._path)


def _given(wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in wanted.items() if value is not None}
