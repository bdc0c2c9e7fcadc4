"""What is asked of a server of the published API that costs money: at most one job is created, and cancelled at once, for
the contract says that a cancelled job costs no credits.
"""

from mjsim_contracts.contract import PUBLISHED
from mjsim_contracts.server.conversation import Conversation
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.probe import PROBES, Probe
from mjsim_contracts.server.rules import RULES

_CREATED = "{job}"
"""Stands in a path for the id of the one job that is created."""

_FREE = frozenset(
    {"refused-no-key", "refused-wrong-key", "unknown-get", "unknown-cancel", "unknown-parent", "refused-no-prompt"}
)
"""The probes that no server can take for an order."""

_LOOK, _CANCEL = Probe("", "", f"jobs/{_CREATED}"), Probe("", "", f"jobs/{_CREATED}/cancel", b"")

STEPS = (
    Probe("", "", "jobs", query={"limit": 2}),
    *(probe for probe in PROBES if probe.code in _FREE),
    Probe(Expectation.ACCEPTED, "", "imagine", {"prompt": "a lighthouse at dusk"}, allowed=frozenset({200})),
    *(_LOOK, _CANCEL, _LOOK, _CANCEL, _LOOK),
    Probe("", "", "jobs", query={"limit": 2}),
    Probe("", "", "jobs", query={"limit": 2, "offset": 1, "sort": "created_at_asc"}),
    Probe("", "", "jobs", query={"limit": 2, "status": "cancelled"}),
    _LOOK,
)
"""In the order in which they are sent."""


class JobPlan:
    """See `safe.Plan`."""

    rules = RULES
    contract = PUBLISHED
    steps = STEPS

    def __init__(self, base: str, began: float, key: str) -> None:
        self.dialogue = Conversation(base, began)
        self._key = key
        self._created = ""

    def send(self, step: Probe) -> None:
        """Send it; one about a job that was not created is left out."""
        if _CREATED in step.path and not self._created:
            return
        spoken = step.put(self.dialogue, self._key, step.path.replace(_CREATED, self._created))
        self._created = self._created or (spoken.exchange.created_id if spoken.exchange else "")
