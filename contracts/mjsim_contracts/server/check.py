"""A server is judged from four sides at once: by Schemathesis, by the walk through the lives of jobs, by stories that are
compared with a model, and by what its webhooks tell. All of it ends in one report; the same seed asks the same questions.

Errors: CheckError where no verdict could be reached.
"""

import shlex
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass, field, replace

from mjsim_contracts.configuration import Configuration
from mjsim_contracts.progress import Progress, silent
from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.server.clock import ManualClock, find_clock
from mjsim_contracts.server.conversation import Conversation
from mjsim_contracts.server.coverage import lanes, status_matrix, status_sentence
from mjsim_contracts.server.dialogue import Stopped
from mjsim_contracts.server.docket import Docket, Finding
from mjsim_contracts.server.engine import Engine, OutOfTime
from mjsim_contracts.server.events import Events
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.patience import patience
from mjsim_contracts.server.probe import PROBES
from mjsim_contracts.server.profile import PROFILES, Profile
from mjsim_contracts.server.reach import Accounts, base_url, find_accounts
from mjsim_contracts.server.sending import Unanswered
from mjsim_contracts.server.walkthrough import Walkthrough
from mjsim_contracts.server.webhooks.address import listening_place
from mjsim_contracts.server.webhooks.hearing import Hearing, Terms
from mjsim_contracts.server.webhooks.sink import Sink
from mjsim_contracts.server.wire import TOKEN_VARIABLE

_BUSY = 429


@dataclass(slots=True)
class ServerCheck:
    """What is checked, and how thoroughly.

    `key` is an account that nobody else uses meanwhile; without it, keys of the form sim-<name> are tried. `other_key`
    is that of another account, to which the first one's jobs must be unknown. With `webhook_key` it is known what
    webhooks have to be signed with.
    """

    url: str
    key: str | None = None
    other_key: str | None = None
    configuration: Configuration = Configuration.PUBLISHED
    seed: int = 1
    profile: Profile = PROFILES["default"]
    progress: Progress = silent
    webhook_key: bytes | None = None
    _started: float = field(default=0.0, init=False)

    def run(self) -> Report:
        """The report on the server; `CheckError` where there is none, a refused connection included."""
        began, self._started = time.time(), time.monotonic()
        base = base_url(self.url)
        accounts = find_accounts(base, self.key, self.other_key, self.seed)
        events = Events(began, accounts.named("engine") if accounts.free else f"${TOKEN_VARIABLE}")
        clock, tasks = find_clock(base), (self._walk, self._hear, self._tell)
        parts = [Conversation(base, self._started, self.configuration.document, free=accounts.free) for _ in tasks]
        # One account has to be used in turns: a list must not grow while its pages are compared. So has a clock that is
        # moved: what one part waits for, another would pass by.
        with ThreadPoolExecutor(len(tasks) if accounts.free and clock is None else 1) as pool:
            try:
                under_way = [pool.submit(task, part, accounts, clock) for task, part in zip(tasks, parts, strict=True)]
                if not accounts.free:
                    wait(under_way)
                if self.profile.phases:
                    self._engine(base, accounts, events)
                for each in under_way:
                    each.result()
            except BaseException:
                for part in parts:
                    part.stop()
                raise
        return self._report(base, events, parts)

    def _engine(self, base: str, accounts: Accounts, events: Events) -> None:
        engine = Engine(
            url=base,
            key=accounts.named("engine"),
            other_key=accounts.other,
            configuration=self.configuration,
            seed=self.seed,
            max_examples=self.profile.examples,
            phases=self.profile.phases,
            seconds=self.profile.seconds,
        )
        try:
            engine.run(events, self.progress)
        except OutOfTime as error:
            # What was found until then counts, and the rest is known to be missing.
            events.docket.find(Finding(Expectation.TESTED, "", str(error)))

    def _walk(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None) -> None:
        with suppress(Unanswered, Stopped):
            Walkthrough(conversation, accounts, patience(clock, self.profile.patience)).run()

    def _tell(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None) -> None:
        with suppress(Unanswered, Stopped):
            self._probe(conversation, accounts.named("probes"))
            self.profile.stories.tell(conversation, accounts, clock, self.seed)

    def _hear(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None) -> None:
        place = listening_place(base_url(self.url))
        if place is None:
            return
        waiting = patience(clock, self.profile.patience)
        # An address that cannot be listened at lets nothing be heard, which the report says of each rule.
        with suppress(Unanswered, Stopped, OSError), Sink(place.host, self._started) as sink:
            terms = Terms(self.configuration.document, self.webhook_key, place.certain)
            Hearing(conversation, accounts.named("webhooks"), waiting, sink, terms).run()

    def _repeatable(self, case: Case, base: str) -> Case:
        """A case with a command that shows it again; where no single request does, the whole check does."""
        if case.reproduce or case.outcome in {Outcome.PASS, Outcome.NOT_EXERCISED}:
            return case
        words = ["mjsim", "check", "server", base, "--seed", str(self.seed), "--profile", self.profile.name]
        secret = ' --webhook-secret "$WEBHOOK_SECRET"' if self.webhook_key else ""
        return replace(case, reproduce=shlex.join(words) + secret)

    @staticmethod
    def _probe(conversation: Conversation, key: str) -> None:
        for probe in PROBES:
            spoken = conversation.say(probe.method, probe.path, probe.sender.key(key), probe.body, probe.query)
            if spoken.status != _BUSY:
                conversation.expect(probe.code, spoken, spoken.status in probe.allowed, f"answered {spoken.status}")

    def _report(self, base: str, events: Events, parts: list[Conversation]) -> Report:
        docket, seen = Docket(), Counter(events.statuses)
        walked, heard, _ = parts
        for each in parts:
            docket.merge(each.close())
            seen.update(each.statuses)
        # Last, because what was found there is told without what had happened before.
        docket.merge(events.docket)
        seconds = time.monotonic() - self._started
        requests = events.requests + sum(each.said for each in parts)
        return Report(
            check="server",
            target=base,
            cases=tuple(self._repeatable(case, base) for case in docket.cases()),
            seconds=seconds,
            seed=self.seed,
            profile=self.profile.name,
            headline=(f"{requests} requests in {seconds:.1f} s", status_sentence(seen)),
            matrices=(status_matrix(seen),),
            lanes=lanes(walked.events | heard.events),
        )
