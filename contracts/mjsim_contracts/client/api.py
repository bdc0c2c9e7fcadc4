"""An API whose clients can be checked is one value: how it is spoken, what its truth is, and what can be varied in it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mjsim_contracts.client.situations import situations
from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.task_situations import task_situations
from mjsim_contracts.client.variation import Variation
from mjsim_contracts.client.wording import MIDJOURNEY_WORDING, TASKS_WORDING, Wording
from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.proxy import story, task_truth
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.news import News
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.task_truth import TaskTruth
from mjsim_contracts.proxy.truth import Truth
from mjsim_contracts.proxy.upstream import Asked, Server
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.traffic.delivery import Delivery

Document = dict[str, Any]


class Truthful(Protocol):
    """Answers for one account, as its script has it, and may tell the client of its jobs without being asked."""

    @property
    def deliveries(self) -> Sequence[Delivery]:
        """What it told without being asked, in order."""
        ...

    async def prepare(self) -> None:
        """Be ready for the first request."""
        ...

    def begin(self, start: float) -> None:
        """The record of the run starts at this reading of the monotonic clock, in seconds."""
        ...

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request of the API."""
        ...

    async def close(self) -> None:
        """Tell nothing more; `CheckError` where telling itself went wrong."""
        ...


@dataclass(frozen=True, slots=True)
class Api:
    """What tells the check of one API's clients from that of another's. `options` are those that ask for it."""

    dialect: Dialect
    truth: Callable[[Server, Pictures, str, Script, str, Changes], Truthful]
    wording: Wording
    situations: Callable[[Surface], Iterator[Variation]]
    failed: Callable[[Document], Document]
    """The answer that shows a failed job, made of the one that shows it completed."""
    options: tuple[str, ...] = ()


_FAILED = story.Story.FAILS.last

MIDJOURNEY_API = Api(
    dialect=MIDJOURNEY,
    truth=lambda server, pictures, key, script, origin, changes: News(
        Truth(server, pictures, key, script, origin), script, changes
    ),
    wording=MIDJOURNEY_WORDING,
    situations=situations,
    failed=lambda done: story.at_stage(done, _FAILED),
)

TASKS_API = Api(
    dialect=TASKS,
    truth=lambda server, pictures, _key, script, origin, _changes: TaskTruth(server, pictures, script, origin),
    wording=TASKS_WORDING,
    situations=task_situations,
    failed=lambda done: task_truth.at_stage(done, _FAILED),
    options=("--api", "tasks"),
)

APIS: Mapping[str, Api] = {"midjourney": MIDJOURNEY_API, "tasks": TASKS_API}
"""The APIs by the names that `--api` takes."""
