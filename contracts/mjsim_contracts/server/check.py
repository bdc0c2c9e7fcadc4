"""A server is judged from four sides at once: by Schemathesis, by the walk through the lives of jobs, by stories that are
compared with a model, and by what its webhooks tell.

Errors: CheckError where no verdict could be reached.
"""

import time
from dataclasses import dataclass
from functools import partial

from mjsim_contracts.configuration import Configuration
from mjsim_contracts.progress import Progress, silent
from mjsim_contracts.report.model import Report
from mjsim_contracts.server.clock import ManualClock, find_clock
from mjsim_contracts.server.conversation import Conversation
from mjsim_contracts.server.engine import Engine
from mjsim_contracts.server.events import Events
from mjsim_contracts.server.examination import WITH_SECRET, Examination, Part
from mjsim_contracts.server.patience import patience
from mjsim_contracts.server.probe import PROBES
from mjsim_contracts.server.profile import PROFILES, Profile
from mjsim_contracts.server.reach import Accounts, base_url, find_accounts
from mjsim_contracts.server.rules import RULES
from mjsim_contracts.server.walkthrough import Walkthrough
from mjsim_contracts.server.webhooks.job_hearing import JobHearing, Terms
from mjsim_contracts.server.webhooks.sink import listening
from mjsim_contracts.server.wire import shown_key


@dataclass(frozen=True, slots=True)
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

    def run(self) -> Report:
        """The report on the server; `CheckError` where there is none, a refused connection included."""
        began, started, base = time.time(), time.monotonic(), base_url(self.url)
        accounts = find_accounts(base, self.key, self.other_key, self.seed)
        clock = find_clock(base)
        examination = Examination(
            base=base,
            started=started,
            accounts=accounts,
            clock=clock,
            engine=self._engine(base, accounts),
            profile=self.profile.name,
            rules=RULES,
            progress=self.progress,
            secret=WITH_SECRET if self.webhook_key else "",
        )
        contract = self.configuration.document
        walker, hearer, teller = (Conversation(base, started, contract, free=accounts.free) for _ in range(3))
        parts = [
            Part(walker, partial(self._walk, walker, accounts, clock)),
            Part(hearer, partial(self._hear, hearer, accounts, clock)),
            Part(teller, partial(self._tell, teller, accounts, clock), shown=False),
        ]
        bearer = shown_key(accounts.named("engine"), free=accounts.free)
        return examination.run(Events(began, bearer), parts)

    def _engine(self, base: str, accounts: Accounts) -> Engine:
        return Engine(
            url=base,
            key=accounts.named("engine"),
            other_key=accounts.other,
            configuration=self.configuration,
            seed=self.seed,
            max_examples=self.profile.examples,
            phases=self.profile.phases,
            seconds=self.profile.seconds,
        )

    def _walk(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None) -> None:
        Walkthrough(conversation, accounts, patience(clock, self.profile.patience)).run()

    def _tell(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None) -> None:
        for probe in PROBES:
            probe.put(conversation, accounts.named("probes"))
        self.profile.stories.tell(conversation, accounts, clock, self.seed)

    def _hear(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None) -> None:
        waiting = patience(clock, self.profile.patience)
        with listening(base_url(self.url), conversation.started) as ear:
            if ear:
                terms = Terms(self.configuration.document, self.webhook_key, ear.certain)
                JobHearing(conversation, accounts.named("webhooks"), waiting, ear.sink, terms).run()
