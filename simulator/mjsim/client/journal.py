"""The journal, read from outside, and waited for instead of sleeping."""

from typing import cast

from mjsim.client.shape import Entry
from mjsim.client.wire import Wire
from mjsim.core.error import ControlError

MOST = 2_000
"""As many entries as a simulator keeps, and gives at once."""

PATIENCE = 10.0
"""How many seconds are waited where nothing else is said."""


class Journal:
    """The exchanges of one tenant, or of all. In a path `*` stands for anything."""

    def __init__(self, wire: Wire, tenant: str | None) -> None:
        self._wire = wire
        self._tenant = tenant

    def find(
        self,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        after: int | None = None,
        limit: int = MOST,
    ) -> list[Entry]:
        """The latest exchanges that match, oldest first; `after` is the number of one."""
        wanted = {"method": method, "path": path, "status": status, "after": after, "limit": limit}
        answer = self._wire.ask("GET", "/_sim/journal", query={"tenant": self._tenant, **wanted})
        return cast("list[Entry]", answer["data"])

    def wait(
        self,
        method: str | None = None,
        path: str | None = None,
        status: int | None = None,
        after: int | None = None,
        count: int = 1,
        seconds: float = PATIENCE,
    ) -> list[Entry]:
        """The exchanges that match, as soon as there are so many; `ControlError` where there are not in time."""
        wanted = {"tenant": self._tenant, "method": method, "path": path, "status": status, "after": after}
        body: dict[str, object] = {name: value for name, value in wanted.items() if value is not None}
        body |= {"count": count, "timeout_seconds": seconds}
        answer = self._wire.ask("POST", "/_sim/journal/wait", body, patience=seconds)
        if not answer["reached"]:
            raise ControlError(f"{len(answer['data'])} of {count} exchanges came within {seconds:g} s.")
        return cast("list[Entry]", answer["data"])

    def last_number(self) -> int:
        """The number of the latest exchange of anybody, 0 where there is none; to ask later for what came `after`."""
        latest = self._wire.ask("GET", "/_sim/journal", query={"limit": 1})["data"]
        return cast("int", latest[-1]["number"]) if latest else 0

    def clear(self) -> None:
        """Forget them."""
        self._wire.ask("DELETE", "/_sim/journal", query={"tenant": self._tenant})
