"""A check of a server is parts that speak to it, and Schemathesis: they go side by side where they cannot disturb each
other, end together, and come to one report. The same seed asks the same questions.
"""

import shlex
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.server.clock import ManualClock
from mjsim_contracts.server.coverage import lanes, status_matrix, status_sentence
from mjsim_contracts.server.dialogue import Dialogue, Stopped
from mjsim_contracts.server.docket import Docket, Finding
from mjsim_contracts.server.engine import Engine, OutOfTime
from mjsim_contracts.server.events import Events
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.reach import Accounts
from mjsim_contracts.server.rules import Rule
from mjsim_contracts.server.sending import Unanswered

WITH_SECRET = ' --webhook-secret "$WEBHOOK_SECRET"'  # noqa: S105 - it names a variable
"""The option of a command that knows what webhooks are signed with."""


class Part(NamedTuple):
    """A part of a check: by what it speaks, what it does, and whether a reader is shown the lives of its jobs."""

    dialogue: Dialogue[Any]
    speak: Callable[[], None]
    shown: bool = True


@dataclass(frozen=True, slots=True)
class Examination:
    """One check of the server at `base`; it began at `started`, as `time.monotonic` counts.

    `options` are those of the command that repeats it, beside seed and profile; `secret` is what follows them unquoted.
    """

    base: str
    started: float
    accounts: Accounts
    clock: ManualClock | None
    engine: Engine
    profile: str
    rules: Mapping[str, Rule]
    progress: Progress
    options: tuple[str, ...] = ()
    secret: str = ""

    def run(self, events: Events, parts: Sequence[Part]) -> Report:
        """Let all of them do their work; what Schemathesis tells goes to the events, if it has any phases."""
        # One account has to be used in turns: a list must not grow while its pages are compared. So has a clock that is
        # moved: what one part waits for, another would pass by.
        apart = self.accounts.free and self.clock is None
        with ThreadPoolExecutor(len(parts) if apart else 1) as pool:
            try:
                under_way = [pool.submit(_spoken, part) for part in parts]
                if not self.accounts.free:
                    wait(under_way)
                if self.engine.phases:
                    self._explore(events)
                for each in under_way:
                    each.result()
            except BaseException:
                for part in parts:
                    part.dialogue.stop()
                raise
        return self._report(events, parts)

    def _explore(self, events: Events) -> None:
        try:
            self.engine.run(events, self.progress)
        except OutOfTime as error:
            # What was found until then counts, and the rest is known to be missing.
            events.docket.find(Finding(Expectation.TESTED, "", str(error)))

    def _report(self, events: Events, parts: Sequence[Part]) -> Report:
        docket, seen = Docket(), Counter(events.statuses)
        for part in parts:
            docket.merge(part.dialogue.close())
            seen.update(part.dialogue.statuses)
        # Last, because what was found there is told without what had happened before.
        docket.merge(events.docket)
        seconds, contract = time.monotonic() - self.started, self.engine.configuration.document
        requests = events.requests + sum(part.dialogue.said for part in parts)
        lives = {job: told for part in parts if part.shown for job, told in part.dialogue.events.items()}
        return Report(
            check="server",
            target=self.base,
            cases=tuple(self._repeatable(docket.cases(self.rules))),
            seconds=seconds,
            seed=self.engine.seed,
            profile=self.profile,
            headline=(f"{requests} requests in {seconds:.1f} s", status_sentence(seen, contract)),
            matrices=(status_matrix(seen, contract),),
            lanes=lanes(lives),
        )

    def _repeatable(self, cases: Iterator[Case]) -> Iterator[Case]:
        """Cases with a command that shows them again; where no single request does, the whole check does."""
        words = ["mjsim", "check", "server", self.base, *self.options, "--seed", str(self.engine.seed)]
        again = shlex.join([*words, "--profile", self.profile]) + self.secret
        for case in cases:
            shown = case.reproduce or case.outcome in {Outcome.PASS, Outcome.NOT_EXERCISED}
            yield case if shown else replace(case, reproduce=again)


def _spoken(part: Part) -> None:
    """A part that gets no answer any more has said so already."""
    with suppress(Unanswered, Stopped):
        part.speak()
