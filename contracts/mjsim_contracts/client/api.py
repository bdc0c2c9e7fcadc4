"""An API whose clients can be checked is one value: how it is spoken, what its truth is, and what can be varied in it."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mjsim_contracts.client.situations import situations
from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.task_situations import task_situations
from mjsim_contracts.client.variation import Variation
from mjsim_contracts.client.wording import MIDJOURNEY_WORDING, TASKS_WORDING, Wording
from mjsim_contracts.dialect import Dialect
from mjsim_contracts.proxy import story, task_truth
from mjsim_contracts.proxy.bulletin import CALLBACKS, WEBHOOKS, Bulletin
from mjsim_contracts.proxy.news import Account
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.task_truth import TaskTruth
from mjsim_contracts.proxy.truth import Truth
from mjsim_contracts.proxy.upstream import Server

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """What tells the check of one API's clients from that of another's. `options` are those that ask for it."""

    bulletin: Bulletin
    account: Callable[[Server, Pictures, str, Script, str], Account]
    """Given the key of a client, and where its pictures are addressed."""
    wording: Wording
    situations: Callable[[Surface], Iterator[Variation]]
    failed: Callable[[Document], Document]
    """The answer that shows a failed job, made of the one that shows it completed."""
    options: tuple[str, ...] = ()

    @property
    def dialect(self) -> Dialect:
        """How it is spoken."""
        return self.bulletin.dialect


_FAILED = story.Story.FAILS.last

MIDJOURNEY_API = Api(
    bulletin=WEBHOOKS,
    account=Truth,
    wording=MIDJOURNEY_WORDING,
    situations=situations,
    failed=lambda done: story.at_stage(done, _FAILED),
)

TASKS_API = Api(
    bulletin=CALLBACKS,
    account=TaskTruth,
    wording=TASKS_WORDING,
    situations=task_situations,
    failed=lambda done: task_truth.at_stage(done, _FAILED),
    options=("--api", CALLBACKS.dialect.name),
)

APIS: Mapping[str, Api] = {api.dialect.name: api for api in (MIDJOURNEY_API, TASKS_API)}
"""The APIs by the names that `--api` takes."""
