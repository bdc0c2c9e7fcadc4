"""How an API is asked for news of a job, and how it tells them, is one value, so that the delivering itself knows none."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.dialect import Dialect, Role
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.exchange import inside, parsed
from mjsim_contracts.proxy.story import Document, Stage, Story, at_stage
from mjsim_contracts.proxy.task_truth import record_at
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.receiver.callback import TASK_NEWS
from mjsim_contracts.receiver.event import JOB_NEWS
from mjsim_contracts.receiver.news import News


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a job is reported, and whether every change of its status is, or only its end."""

    url: str
    every: bool = False


@dataclass(frozen=True, slots=True)
class Bulletin:
    """The news of one API. `address` is the field of a request that says where they go, `fields` are all that concern them.

    `every` reads off a request's body whether every change is wanted; None where that cannot be understood. `at_stage`
    makes of a job that is completed what it was, or would have been, at a stage.
    """

    dialect: Dialect
    news: News
    address: str
    fields: frozenset[str]
    every: Callable[[Mapping[str, Any]], bool | None]
    at_stage: Callable[[Document, Stage | None], Document]
    secret: str
    """What they are signed with, in the form in which receivers are given it."""

    def subscription(self, asked: Asked) -> Subscription | None:
        """What a request asks to be told; None where it names no receiver, or one of another machine."""
        operation, body = self.dialect.operation(asked.method, asked.target), parsed(asked.body)
        url = inside(body, self.address)
        if operation is None or self.dialect.roles[operation] is not Role.CREATE:
            return None
        if not isinstance(url, str) or not _is_here(url) or (every := self.every(body)) is None:
            return None
        return Subscription(url, every)

    def silenced(self, document: Document) -> Document:
        """A request's body that asks for no news."""
        return {name: value for name, value in document.items() if name not in self.fields}


def changes_of(story: Story, wanted: Subscription) -> Iterator[tuple[int, Stage]]:
    """What a receiver is told of a story: the number of the stage, and the stage."""
    before = story.value[0].status if len(story.value) > 1 else "pending"
    for look, stage in enumerate(story.value):
        if stage.status != before and (wanted.every or stage.status in {"completed", "failed"}):
            yield look, stage
        before = stage.status


def _is_here(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and (host == "localhost" or ip_address(host).is_loopback)
    except ValueError:
        return False


def _every(body: Mapping[str, Any]) -> bool | None:
    kind = body.get("webhook_type") or "result"
    return kind == "progress" if kind in ("progress", "result") else None


WEBHOOKS = Bulletin(
    dialect=MIDJOURNEY,
    # What is told again has the same id again, and so the same signature.
    news=replace(JOB_NEWS, message_id=lambda document: f"msg_{document['job_id']}_{document['status']}"),
    address="webhook_url",
    fields=frozenset({"webhook_url", "webhook_type"}),
    every=_every,
    at_stage=at_stage,
    secret="whsec_bWpzaW0tZGV2ZWxvcG1lbnQtc2VjcmV0",  # noqa: S106 - of no account, and known to everybody
)

CALLBACKS = Bulletin(
    dialect=TASKS,
    news=TASK_NEWS,
    address="callBackUrl",
    fields=frozenset({"callBackUrl"}),
    every=lambda _body: False,
    at_stage=record_at,
    secret="mjsim-development-secret",  # noqa: S106 - likewise
)
