"""One life of each kind, and what it costs: made, followed, enlarged, paid for, and looked for with a key that must not
find it.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.exchange import inside
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.patience import Patience
from mjsim_contracts.server.reach import Accounts
from mjsim_contracts.server.sending import Unanswered
from mjsim_contracts.task_operation import GENERATING, SUCCEEDED, TaskOperation
from mjsim_contracts.taskserver.conversation import Said, TaskConversation
from mjsim_contracts.taskserver.exchange import OK
from mjsim_contracts.taskserver.rules import TaskExpectation

_BUSY, _POOR = 429, 402
_PRICE = 16
"""What a turbo task costs by the contract; upscales and variations are free."""


class Walk:
    """Walks through the lives of tasks of one account; about twenty requests, and looks for as long as patience lasts."""

    def __init__(self, conversation: TaskConversation, accounts: Accounts, patience: Patience) -> None:
        self._conversation = conversation
        self._key = accounts.named("walk")
        self._other = accounts.other
        self._patience = patience
        self._last: dict[str, Said] = {}
        self._prices: dict[str, int] = {}

    def run(self) -> None:
        """All of it; as far as patience goes."""
        before = self._credits()
        picture = self._make(TaskOperation.GENERATE, _pictures("a lighthouse at dusk"), _PRICE)
        self._make(TaskOperation.GENERATE, _pictures("a lighthouse --sim fail"), _PRICE)
        self._follow()
        self._paid(before)
        if self._flag(picture) == SUCCEEDED:
            self._make(TaskOperation.UPSCALE, {"taskId": picture, "imageIndex": 0}, 0)
            self._make(TaskOperation.VARY, {"taskId": picture, "imageIndex": 3}, 0)
            self._follow()
            self._paid(before)
        self._fetch(picture)
        self._as_another(picture)
        for task in list(self._last):
            self._look(task)

    def _credits(self) -> int | None:
        found = self._conversation.say(TaskOperation.CREDITS, self._key).exchange.data
        return found if isinstance(found, int) else None

    def _make(self, operation: TaskOperation, asked: Mapping[str, Any], price: int) -> str:
        """The task's id, empty where it was refused; who says that there were too many is asked again."""
        before = self._credits()
        said = self._conversation.say(operation, self._key, asked)
        while said.exchange.code == _BUSY and not self._patience.spent:
            self._patience.wait()
            said = self._conversation.say(operation, self._key, asked)
        poor = said.exchange.code == _POOR and (before is None or before < price)
        if said.exchange.code != _BUSY and not poor:
            seen = f"{operation} was answered with code {said.exchange.code}"
            self._conversation.expect(Expectation.ACCEPTED, said, said.exchange.code == OK, seen)
        after = self._credits()
        if before is not None and after is not None:
            seen = f"there were {before} credits before, and {after} after"
            self._conversation.expect(TaskExpectation.CREDITS, said, after <= before, seen)
        if made := said.exchange.made:
            self._prices[made] = price
            self._look(made)
        return made

    def _follow(self) -> None:
        """Look at all tasks until they have ended."""
        while any(self._flag(task) == GENERATING for task in self._prices) and not self._patience.spent:
            self._patience.wait()
            for task in self._prices:
                self._look(task)

    def _look(self, task: str) -> None:
        self._last[task] = self._conversation.say(TaskOperation.GET, self._key, {"taskId": task})

    def _flag(self, task: str) -> Any:
        return inside(self._last[task].exchange.data, "successFlag") if task in self._last else None

    def _paid(self, before: int | None) -> None:
        """Only what has ended has its price."""
        flags = {task: self._flag(task) for task in self._prices}
        if (
            before is None
            or not flags
            or not all(isinstance(flag, int) and flag != GENERATING for flag in flags.values())
        ):
            return
        said = self._conversation.say(TaskOperation.CREDITS, self._key)
        if not isinstance(said.exchange.data, int):
            return
        spent = before - said.exchange.data
        wanted = sum(self._prices[task] for task, flag in flags.items() if flag == SUCCEEDED)
        wasted = sum(self._prices[task] for task, flag in flags.items() if flag != SUCCEEDED)
        seen = f"{spent} credits were spent on tasks that succeeded for {wanted}, and failed for {wasted}"
        charged = wasted > 0 and spent == wanted + wasted
        if wasted:
            self._conversation.expect(TaskExpectation.FAILURES, said, not charged, seen)
        if not charged:
            self._conversation.expect(TaskExpectation.PRICES, said, spent == wanted, seen)

    def _fetch(self, task: str) -> None:
        """The first result; one on another host may be out of reach from here."""
        results = inside(self._last[task].exchange.data, "resultInfoJson", "resultUrls") if task in self._last else None
        url = inside(results[0], "resultUrl") if isinstance(results, list) and results else None
        if not isinstance(url, str):
            return
        said = self._last[task]
        try:
            wire = self._conversation.fetch(url)
        except (Unanswered, ValueError) as error:
            if isinstance(error, ValueError) or urlsplit(url).netloc == urlsplit(said.wire.url).netloc:
                self._conversation.expect(TaskExpectation.RESULTS, said, False, f"{url} cannot be fetched: {error}")
            return
        kept = wire.status == OK and bool(wire.answer)
        seen = f"{url} was answered {wire.status} with {len(wire.answer)} bytes"
        self._conversation.expect(TaskExpectation.RESULTS, said, kept, seen)

    def _as_another(self, task: str) -> None:
        """Promises judge what another account is answered: that there is no such task."""
        if task and self._other:
            self._conversation.say(TaskOperation.GET, self._other, {"taskId": task})
            self._conversation.say(TaskOperation.UPSCALE, self._other, {"taskId": task, "imageIndex": 1})


def _pictures(prompt: str) -> dict[str, Any]:
    return {"taskType": "mj_txt2img", "prompt": prompt, "speed": "turbo"}
