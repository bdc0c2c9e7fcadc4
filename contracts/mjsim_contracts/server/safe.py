"""A server that costs money is asked little, nothing made up, and only after its user has seen what would be sent."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import ExitCode, Report
from mjsim_contracts.server.coverage import lanes, status_matrix, status_sentence
from mjsim_contracts.server.dialogue import Dialogue, Stopped
from mjsim_contracts.server.reach import base_url
from mjsim_contracts.server.rules import Rule
from mjsim_contracts.server.sending import Unanswered

_PROFILE = "safe"


class Plan(Protocol):
    """What is sent to a server of one API, and what its answers are held to."""

    @property
    def rules(self) -> Mapping[str, Rule]:
        """By code, the rules of the API."""
        ...

    @property
    def contract(self) -> str:
        """The name of its document."""
        ...

    @property
    def steps(self) -> Sequence[Any]:
        """The requests, in this order as far as the budget goes; each says as text what it is."""
        ...

    @property
    def dialogue(self) -> Dialogue[Any]:
        """By what it speaks."""
        ...

    def send(self, step: Any) -> None:
        """Send one of the steps, and judge the answer."""
        ...


@dataclass(frozen=True, slots=True)
class SafeCheck:
    """`requests` is the most that is sent; without `send` nothing is, and the report says what would be.

    `plan` makes what is sent of a base URL, the start of the check, as `time.monotonic` counts, and the key.
    """

    url: str
    key: str | None
    requests: int
    send: bool
    seed: int
    progress: Progress
    plan: Callable[[str, float, str], Plan]

    def run(self) -> Report:
        """The report; without `send` one in which nothing was exercised."""
        base, began = base_url(self.url), time.monotonic()
        if self.requests < 1:
            raise CheckError("--requests has to be 1 or more", ExitCode.USAGE)
        plan = self.plan(base, began, self.key or "")
        steps = list(islice(plan.steps, self.requests))
        if not self.send:
            told = (f"Nothing was sent to {base}. With --send, these {len(steps)} requests would be:", *map(str, steps))
            return Report("server", base, (), time.monotonic() - began, self.seed, _PROFILE, told)
        if not self.key:
            raise CheckError("a safe check needs a key: --key or MIDJOURNEY_TOKEN", ExitCode.USAGE)
        self._send(plan, steps)
        return self._report(base, began, plan)

    def _send(self, plan: Plan, steps: Sequence[Any]) -> None:
        for number, step in enumerate(steps, start=1):
            self.progress(number, len(steps), str(step))
            try:
                plan.send(step)
            except (Unanswered, Stopped) as error:
                if number == 1:
                    raise CheckError(f"{self.url} cannot be reached: {error}") from error
                return

    def _report(self, base: str, began: float, plan: Plan) -> Report:
        docket, statuses = plan.dialogue.close(), plan.dialogue.statuses
        sentence = f"{plan.dialogue.said} requests, of {self.requests} allowed"
        return Report(
            check="server",
            target=base,
            cases=tuple(docket.cases(plan.rules)),
            seconds=time.monotonic() - began,
            seed=self.seed,
            profile=_PROFILE,
            headline=(sentence, status_sentence(statuses, plan.contract)),
            matrices=(status_matrix(statuses, plan.contract),),
            lanes=lanes(plan.dialogue.events),
        )
