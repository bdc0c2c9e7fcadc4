"""Tasks are made through the task API alone: first those that need no other, then those that are made of them."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import quote

from mjsim_contracts.error import CheckError
from mjsim_contracts.exchange import inside
from mjsim_contracts.receiver.asking import Asking
from mjsim_contracts.receiver.callback import TOLD
from mjsim_contracts.receiver.news import Job
from mjsim_contracts.receiver.stock import FOREIGN, LONG, LONG_EMOJI, PLAIN, ROUNDS, Stock, Story, orders
from mjsim_contracts.task_operation import GENERATING, PATHS, SUCCEEDED, TaskOperation

UPSCALE, VARY, VIDEO, LONGER = "upscale", "variation", "video", "extended video"
"""The sorts of tasks that only this API makes. An upscale's parent is told of nowhere else."""

_PARENT, _PARENT_VIDEO = "parent", "parent video"
_PROMPTS = {
    LONG: ("a lighthouse in a storm, waves, gulls, " * 55)[:2000],
    LONG_EMOJI: "🌊" * 2000,
    FOREIGN: "Ein Leuchtturm am Meer – 灯台, منارة, ναός, 🌊",
}
_SPECIAL = {LONG: 3, LONG_EMOJI: 3, FOREIGN: 8, _PARENT: 4, VIDEO: 3, _PARENT_VIDEO: 1}
_MADE_OF = {UPSCALE: _PARENT, VARY: _PARENT, LONGER: _PARENT_VIDEO}
_DOOMED, _DOOMED_PROMPT = 6, "a lighthouse --sim fail"
"""Tasks that are to fail: what simulators take for a wish is a flag that no other service knows."""

_AT_ONCE, _POLL_SECONDS, _LIMIT_SECONDS = 16, 0.1, 1.0
_OK, _TOO_MANY = 200, 429


class Order(NamedTuple):
    """A request for a task; where it is `needed`, nothing can be judged without it."""

    sort: str
    operation: TaskOperation
    body: dict[str, Any]
    parent: Job | None = None
    needed: bool = False


@dataclass(slots=True)
class TaskMaker:
    """Implements `stock.Maker`."""

    asking: Asking
    stories: dict[str, Story] = field(default_factory=dict)
    excuses: dict[str, str] = field(default_factory=dict)

    async def stock(self, jobs: int, patience: float) -> Stock:
        """See `stock.Maker`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._make([*_plain(orders((), jobs), needed=True), *_special()])
                for _ in range(1, ROUNDS):
                    await self._make(list(_plain(orders(self.stories.values(), jobs), needed=False)))
                await self._make(list(_sequels(list(self.stories.values()))))
        inherited = {sort: self.excuses[parent] for sort, parent in _MADE_OF.items() if parent in self.excuses}
        return Stock(list(self.stories.values()), inherited | self.excuses)

    async def _make(self, orders: list[Order]) -> None:
        """Make the tasks, and wait until they have ended."""
        for start in range(0, len(orders), _AT_ONCE):
            await asyncio.gather(*(self._create(order) for order in orders[start : start + _AT_ONCE]))
        while waiting := [task for task, story in self.stories.items() if story.end is None]:
            for start in range(0, len(waiting), _AT_ONCE):
                await asyncio.gather(*(self._look(task) for task in waiting[start : start + _AT_ONCE]))
            await asyncio.sleep(_POLL_SECONDS)

    async def _create(self, order: Order) -> None:
        """What is refused is an excuse; a limit on tasks is waited for."""
        path = PATHS[order.operation]
        answer = await self.asking.envelope("POST", path, order.body)
        while answer.code == _TOO_MANY:
            await asyncio.sleep(_LIMIT_SECONDS)
            answer = await self.asking.envelope("POST", path, order.body)
        if answer.code == _OK and (task := inside(answer.data, "taskId")):
            self.stories[str(task)] = Story(order.sort, parent=order.parent)
        elif order.needed:
            raise CheckError(f"the API answered code {answer.code} to POST {path}: {answer.message}")
        else:
            self.excuses[order.sort] = f"it answered code {answer.code}, {answer.message}"

    async def _look(self, task: str) -> None:
        answer = await self.asking.envelope("GET", f"{PATHS[TaskOperation.GET]}?taskId={quote(task)}")
        if answer.code != _OK:
            raise CheckError(f"the API answered code {answer.code} to record-info of {task}: {answer.message}")
        record = answer.data if isinstance(answer.data, dict) else {}
        if missing := [name for name in TOLD if name not in record]:
            raise CheckError(f"record-info of {task} shows no {', '.join(missing)}: nothing can be told of it")
        if (flag := record["successFlag"]) != GENERATING:
            self.stories[task].ends("completed" if flag == SUCCEEDED else "failed", record)


def _plain(number: int, *, needed: bool) -> Iterator[Order]:
    """Tasks like any others."""
    for each in range(number):
        yield _pictures(PLAIN, f"a lighthouse at dusk, view {each}", needed=needed)


def _special() -> Iterator[Order]:
    """Tasks that are made of nothing else, and are to fail, or of a sort of their own."""
    for number in range(_DOOMED):
        yield _pictures(PLAIN, f"{number} of {_DOOMED_PROMPT}")
    for sort, times in _SPECIAL.items():
        for number in range(times):
            prompt = _PROMPTS.get(sort, f"a lighthouse at dawn, view {number}")
            yield _film(sort, prompt) if sort in {VIDEO, _PARENT_VIDEO} else _pictures(sort, prompt)


def _pictures(sort: str, prompt: str, *, needed: bool = False) -> Order:
    body = {"taskType": "mj_txt2img", "prompt": prompt, "speed": "fast"}
    return Order(sort, TaskOperation.GENERATE, body, needed=needed)


def _film(sort: str, prompt: str) -> Order:
    body = {"taskType": "mj_video", "prompt": prompt, "fileUrls": ["https://example.com/sea.png"], "motion": "low"}
    return Order(sort, TaskOperation.GENERATE, body)


def _sequels(stories: list[Story]) -> Iterator[Order]:
    """Tasks that are made of those that have succeeded."""
    done = [(story.sort, story.end) for story in stories if story.end and story.status == "completed"]
    for sort, end in done:
        task = end["taskId"]
        if sort == _PARENT:
            yield Order(UPSCALE, TaskOperation.UPSCALE, {"taskId": task, "imageIndex": 0}, end)
            yield Order(VARY, TaskOperation.VARY, {"taskId": task, "imageIndex": 1})
        if sort == _PARENT_VIDEO:
            for prompt in ("and on", "on and on", *(f"{number} {_DOOMED_PROMPT}" for number in range(_DOOMED))):
                body = {"taskId": task, "taskType": "mj_video_extend_manual", "index": 0, "prompt": prompt}
                yield Order(LONGER, TaskOperation.EXTEND, body)
