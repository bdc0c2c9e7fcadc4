"""What a client uses of the API, read off its first runs: variations are only made of what it would see."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mjsim_contracts.dialect import Dialect, Role
from mjsim_contracts.proxy.fault import IMAGE
from mjsim_contracts.traffic.call import Call, Origin

if TYPE_CHECKING:
    from mjsim_contracts.client.run import Run

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Surface:
    """`places` are the operations, and `image`; `answers` holds a whole answer for each operation and state."""

    places: tuple[str, ...]
    answers: Mapping[tuple[str, str], Document]
    waits: bool
    """Whether it follows jobs of its own until they are completed."""
    cancels: bool
    limit: int
    """The largest page of jobs that it reads; 0 where it reads none."""
    seconds: float
    news: int = 0
    """How many webhooks or callbacks it is sent about one job at most; 0 where it asks for none."""

    def creates(self, dialect: Dialect) -> tuple[str, ...]:
        """The operations by which it creates jobs."""
        creating = (operation for operation, role in dialect.roles.items() if role is Role.CREATE)
        return tuple(operation for operation in creating if operation in self.places)


def surface(runs: Iterable["Run"], dialect: Dialect, failed: Callable[[Document], Document]) -> Surface:
    """The surface of truthful runs; `failed` makes of the answer that shows a completed job that of a failed one."""
    runs = list(runs)
    calls = [call for run in runs for call in run.calls]
    answers: dict[tuple[str, str], Document] = {}
    for call in calls:
        if call.exchange and call.code == 200 and isinstance(call.exchange.answer, dict):
            state = dialect.state(call.exchange.operation, call.status, call.exchange.answer)
            answers.setdefault((call.exchange.operation, state), call.exchange.answer)
    look = next(operation for operation, role in dialect.roles.items() if role is Role.LOOK)
    deliveries = [each for run in runs for each in run.deliveries]
    for each in deliveries:
        told = {name: value for name, value in json.loads(each.body).items() if name not in dialect.notice.beside}
        answers.setdefault((each.place, each.told), told)
    created = {call.exchange.created_id for call in calls if call.exchange} - {""}
    settled = {job.id for call in calls for job in call.jobs() if job.status == "completed"}
    settled |= {each.job_id for each in deliveries if each.told == "completed" and each.accepted}
    waits, cancels = bool(created & settled), any(call.role is Role.CANCEL for call in calls)
    done = answers.get((look, "completed"))
    if done is not None and waits and not cancels:
        answers[look, "failed"] = failed(done)
    pages = [call.exchange.page.limit for call in calls if call.exchange and call.exchange.page]
    return Surface(
        places=places(runs[0]),
        answers=answers,
        waits=waits,
        cancels=cancels,
        limit=max(pages, default=0),
        seconds=max(run.ended.seconds for run in runs[-1:]),
        news=max(Counter(each.job_id for each in runs[0].deliveries).values(), default=0),
    )


def places(run: "Run") -> tuple[str, ...]:
    """The operations that a run called, in the order of their first calls, and `image` where it fetched pictures."""
    return tuple(dict.fromkeys(_place(call) for call in run.calls if call.exchange or call.origin is Origin.IMAGES))


def shape(run: "Run") -> tuple[str, ...]:
    """What a run did, for comparing runs: its operations and the fields it sent; how often it looked does not count."""
    return tuple(sorted({" ".join([_place(call), *sorted(_names(call))]) for call in run.calls}))


def _place(call: Call) -> str:
    return IMAGE if call.origin is Origin.IMAGES else call.place


def _names(call: Call) -> set[str]:
    body = call.exchange.body if call.exchange else None
    return set(body) if isinstance(body, dict) else set()
