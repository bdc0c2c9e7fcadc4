"""A server of the task API is judged by Schemathesis, by a walk through the lives of tasks, and by promises over both.

Errors: CheckError where no verdict could be reached.
"""

import time
from dataclasses import dataclass
from functools import partial

from mjsim_contracts.configuration import Configuration
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress, silent
from mjsim_contracts.report.model import Report
from mjsim_contracts.report.printable import one_line
from mjsim_contracts.server.clock import ManualClock, find_clock
from mjsim_contracts.server.engine import Engine
from mjsim_contracts.server.events import Events
from mjsim_contracts.server.examination import WITH_SECRET, Examination, Part
from mjsim_contracts.server.patience import patience
from mjsim_contracts.server.profile import PROFILES, Profile
from mjsim_contracts.server.reach import Accounts, FirstAnswer, base_url, look
from mjsim_contracts.server.webhooks.sink import listening
from mjsim_contracts.server.wire import Wire, shown_key
from mjsim_contracts.task_operation import PATHS, TaskOperation, task_operation
from mjsim_contracts.taskserver.callbacks.hearing import CallbackHearing
from mjsim_contracts.taskserver.conversation import TaskConversation
from mjsim_contracts.taskserver.exchange import OK, read_task_exchange
from mjsim_contracts.taskserver.probe import ODD
from mjsim_contracts.taskserver.rules import TASK_RULES
from mjsim_contracts.taskserver.safe_plan import TaskPlan
from mjsim_contracts.taskserver.walk import Walk

_UNAUTHORIZED = 401
_BY_STATUS = ("negative_data_rejection", "ignored_auth", "missing_required_header")
"""The checks that look for refusals in the HTTP status."""


@dataclass(frozen=True, slots=True)
class TaskServerCheck:
    """What is checked, and how thoroughly. `key` is an account that nobody else uses meanwhile; without it, keys of the
    form sim-<name> are tried. `other_key` is that of another account, to which the first one's tasks must be unknown.
    With `webhook_key` it is known what callbacks have to be signed with.
    """

    url: str
    key: str | None = None
    other_key: str | None = None
    seed: int = 1
    profile: Profile = PROFILES["default"]
    progress: Progress = silent
    webhook_key: bytes | None = None

    def run(self) -> Report:
        """The report on the server; `CheckError` where there is none, a refused connection included."""
        began, started, base = time.time(), time.monotonic(), base_url(self.url)
        accounts, by_status = self._reach(base)
        clock = find_clock(base)
        examination = Examination(
            base=base,
            started=started,
            accounts=accounts,
            clock=clock,
            engine=self._engine(base, accounts, by_status),
            profile=self.profile.name,
            rules=TASK_RULES,
            progress=self.progress,
            options=("--api", TASKS.name),
            secret=WITH_SECRET if self.webhook_key else "",
        )
        walker, hearer, prober = (TaskConversation(base, started, free=accounts.free) for _ in range(3))
        parts = [
            Part(walker, partial(self._walk, walker, accounts, clock)),
            Part(hearer, partial(self._hear, hearer, accounts, clock)),
            Part(prober, partial(_probe, prober, accounts.named("probes")), shown=False),
        ]
        bearer = shown_key(accounts.named("engine"), free=accounts.free)
        events = Events(began, bearer, operation_of=_operation, told=_code)
        return examination.run(events, parts)

    def _reach(self, base: str) -> tuple[Accounts, bool]:
        """The keys, and whether HTTP statuses tell what the codes tell; CheckError where this is no such server."""
        key = self.key or f"sim-check-{self.seed}"
        credit, refused = (look(base, PATHS[TaskOperation.CREDITS], one) for one in (key, None))
        code = _told(credit)
        if code == _UNAUTHORIZED:
            advice = "--key is not accepted" if self.key else "it accepts no key of its own accord; give one with --key"
            raise CheckError(f"{base} answers with code 401: {advice}")
        if code != OK:
            seen = one_line(
                f"GET {PATHS[TaskOperation.CREDITS]} was answered {credit.status} ({credit.media_type})", 200
            )
            raise CheckError(f"{base} is no task API: {seen}, not the credits of the key")
        by_status = refused.status == _UNAUTHORIZED
        if self.key:
            return Accounts(key, self.other_key, free=False), by_status
        return Accounts(key, self.other_key or f"{key}-other", free=True), by_status

    def _engine(self, base: str, accounts: Accounts, by_status: bool) -> Engine:
        return Engine(
            url=base,
            key=accounts.named("engine"),
            configuration=Configuration.TASKS,
            seed=self.seed,
            max_examples=self.profile.examples,
            phases=self.profile.phases,
            waived=() if by_status else _BY_STATUS,
            seconds=self.profile.seconds,
        )

    def _walk(self, conversation: TaskConversation, accounts: Accounts, clock: ManualClock | None) -> None:
        Walk(conversation, accounts, patience(clock, self.profile.patience)).run()

    def _hear(self, conversation: TaskConversation, accounts: Accounts, clock: ManualClock | None) -> None:
        waiting, account = patience(clock, self.profile.patience), accounts.named("callbacks")
        with listening(base_url(self.url), conversation.started) as ear:
            if ear:
                CallbackHearing(conversation, account, waiting, ear, self.webhook_key).run()


def _probe(conversation: TaskConversation, key: str) -> None:
    """What costs nothing comes first: of what is merely odd, some may well be accepted."""
    plan = TaskPlan(conversation, key)
    for step in plan.steps:
        plan.send(step)
    for probe in ODD:
        probe.put(conversation, key)


def _operation(method: str, url: str) -> str:
    return task_operation(method, url) or ""


def _code(wire: Wire) -> int:
    """What the envelope says counts, wherever HTTP says it too."""
    exchange = read_task_exchange(wire.method, wire.url, "", wire.body, wire.status, wire.answer)
    return exchange.code if exchange else wire.status


def _told(answer: FirstAnswer) -> int | None:
    """The code of an envelope; None where there is none."""
    exchange = read_task_exchange("GET", PATHS[TaskOperation.CREDITS], "", b"", answer.status, answer.body)
    return exchange.code if exchange and isinstance(exchange.answer, dict) else None
