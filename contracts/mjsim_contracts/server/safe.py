"""A server that costs money is asked little, nothing made up, and only after its user has seen what would be sent.

At most one job is created, and cancelled at once: the contract says that a cancelled job costs no credits.
"""

import time
from collections import Counter
from dataclasses import dataclass
from itertools import islice

from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import ExitCode, Report
from mjsim_contracts.server.conversation import Conversation
from mjsim_contracts.server.coverage import lanes, status_matrix, status_sentence
from mjsim_contracts.server.dialogue import Stopped
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.probe import PROBES, Probe
from mjsim_contracts.server.reach import base_url
from mjsim_contracts.server.sending import Unanswered

_CREATED = "{job}"
"""Stands in a path for the id of the one job that is created."""

_PROFILE = "safe"

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
"""In this order, as far as the budget goes."""


@dataclass(frozen=True, slots=True)
class SafeCheck:
    """`requests` is the most that is sent; without `send` nothing is, and the report says what would be."""

    url: str
    key: str | None
    requests: int
    send: bool
    seed: int
    progress: Progress

    def run(self) -> Report:
        """The report; without `send` one in which nothing was exercised."""
        base, began = base_url(self.url), time.monotonic()
        if self.requests < 1:
            raise CheckError("--requests has to be 1 or more", ExitCode.USAGE)
        steps = list(islice(STEPS, self.requests))
        conversation = Conversation(base, began)
        if not self.send:
            plan = (f"Nothing was sent to {base}. With --send, these {len(steps)} requests would be:", *map(str, steps))
            return Report("server", base, (), time.monotonic() - began, self.seed, _PROFILE, plan)
        if not self.key:
            raise CheckError("a safe check needs a key: --key or MIDJOURNEY_TOKEN", ExitCode.USAGE)
        self._send(conversation, self.key, steps)
        sentence = f"{conversation.said} requests, of {self.requests} allowed"
        return self._report(base, began, conversation, (sentence, status_sentence(conversation.statuses)))

    def _send(self, conversation: Conversation, key: str, steps: list[Probe]) -> None:
        created = ""
        for number, step in enumerate(steps, start=1):
            if _CREATED in step.path and not created:
                continue
            self.progress(number, len(steps), f"{step.method} /v1/{step.path}")
            path = step.path.replace(_CREATED, created)
            try:
                spoken = conversation.say(step.method, path, step.sender.key(key), step.body, step.query)
            except (Unanswered, Stopped) as error:
                if number == 1:
                    raise CheckError(f"{self.url} cannot be reached: {error}") from error
                return
            if step.code:
                conversation.expect(step.code, spoken, spoken.status in step.allowed, f"answered {spoken.status}")
            created = created or (spoken.exchange.created_id if spoken.exchange else "")

    def _report(self, base: str, began: float, conversation: Conversation, headline: tuple[str, ...]) -> Report:
        docket = conversation.close()
        return Report(
            check="server",
            target=base,
            cases=tuple(docket.cases()),
            seconds=time.monotonic() - began,
            seed=self.seed,
            profile=_PROFILE,
            headline=headline,
            matrices=(status_matrix(Counter(conversation.statuses)),),
            lanes=lanes(conversation.events),
        )
