"""A server that costs money is asked little, nothing made up, and only after its user has seen what would be sent.

At most one job is created, and cancelled at once: the contract says that a cancelled job costs no credits.
"""

import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import ExitCode, Report
from mjsim_contracts.server import sample
from mjsim_contracts.server.conversation import Conversation, Stopped, Unanswered
from mjsim_contracts.server.coverage import lanes, status_matrix, status_sentence
from mjsim_contracts.server.reach import base_url
from mjsim_contracts.server.sample import NOBODY

_CREATED = "{job}"
"""Stands in a path for the id of the one job that is created."""

_PROFILE = "safe"
_NO_KEY, _WRONG_KEY = "no key", "a wrong key"


@dataclass(frozen=True, slots=True)
class Step:
    """One request, under whose key it is sent, and the statuses that a rule allows for it, where one does."""

    method: str
    path: str
    body: Any = None
    query: Mapping[str, Any] | None = None
    key: str = "the key"
    rule: str = ""
    allowed: frozenset[int] = frozenset()

    def __str__(self) -> str:
        query = "?" + "&".join(f"{name}={value}" for name, value in self.query.items()) if self.query else ""
        body = "" if self.body is None else f" {json.dumps(self.body)}"
        return f"{self.method:<4} /v1/{self.path}{query}{body} with {self.key}"


_ABSENT, _REFUSED, _CLOSED = frozenset({404}), frozenset({400}), frozenset({401})

STEPS = (
    Step("GET", "jobs", query={"limit": 2}),
    Step("GET", "jobs", key=_NO_KEY, rule="ST203", allowed=_CLOSED),
    Step("GET", "jobs", key=_WRONG_KEY, rule="ST401", allowed=_CLOSED),
    Step("GET", f"jobs/{NOBODY}", rule="unknown-get", allowed=_ABSENT),
    Step("POST", f"jobs/{NOBODY}/cancel", rule="unknown-cancel", allowed=_ABSENT),
    Step("POST", "upscale", sample.child(NOBODY, 1), rule="unknown-parent", allowed=_ABSENT),
    Step("POST", "imagine", {}, rule="refused-no-prompt", allowed=_REFUSED),
    Step(
        "POST",
        "imagine",
        {"prompt": "a lighthouse at dusk"},
        rule="valid-requests-are-accepted",
        allowed=frozenset({200}),
    ),
    Step("GET", f"jobs/{_CREATED}"),
    Step("POST", f"jobs/{_CREATED}/cancel"),
    Step("GET", f"jobs/{_CREATED}"),
    Step("POST", f"jobs/{_CREATED}/cancel"),
    Step("GET", f"jobs/{_CREATED}"),
    Step("GET", "jobs", query={"limit": 2}),
    Step("GET", "jobs", query={"limit": 2, "offset": 1, "sort": "created_at_asc"}),
    Step("GET", "jobs", query={"limit": 2, "status": "cancelled"}),
    Step("GET", f"jobs/{_CREATED}"),
)
"""In this order, as far as the budget goes."""


@dataclass(frozen=True, slots=True)
class SafeCheck:
    """`requests` is the most that is sent; without `send` nothing is, and the report says what would be."""

    url: str
    key: str | None
    other_key: str | None
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
        self._send(conversation, steps)
        sentence = f"{conversation.said} requests, of {self.requests} allowed"
        return self._report(base, began, conversation, (sentence, status_sentence(conversation.statuses)))

    def _send(self, conversation: Conversation, steps: list[Step]) -> None:
        created = ""
        for number, step in enumerate(steps, start=1):
            if _CREATED in step.path and not created:
                continue
            self.progress(number, len(steps), f"{step.method} /v1/{step.path}")
            path = step.path.replace(_CREATED, created)
            try:
                spoken = conversation.say(step.method, path, self._key(step), step.body, step.query)
            except (Unanswered, Stopped) as error:
                if number == 1:
                    raise CheckError(f"{self.url} cannot be reached: {error}") from error
                return
            if step.rule:
                conversation.expect(step.rule, spoken, spoken.status in step.allowed, f"answered {spoken.status}")
            created = created or (spoken.exchange.created_id if spoken.exchange else "")

    def _key(self, step: Step) -> str | None:
        return {_NO_KEY: None, _WRONG_KEY: f"not-{self.key}"}.get(step.key, self.key)

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
