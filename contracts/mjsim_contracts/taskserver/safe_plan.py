"""What is asked of a server of the task API that costs money: no task is made, for none can be cancelled, and what was
refused has to have cost nothing.
"""

from typing import Self

from mjsim_contracts.contract import TASKS
from mjsim_contracts.task_operation import TaskOperation
from mjsim_contracts.taskserver.conversation import TaskConversation
from mjsim_contracts.taskserver.probe import FREE, UNINVITED, TaskProbe
from mjsim_contracts.taskserver.rules import TASK_RULES, TaskExpectation

_CREDITS = TaskProbe("", "", TaskOperation.CREDITS)

STEPS = (_CREDITS, *UNINVITED, *FREE, _CREDITS)
"""In the order in which they are sent."""


class TaskPlan:
    """See `safe.Plan`."""

    rules = TASK_RULES
    contract = TASKS
    steps = STEPS

    def __init__(self, conversation: TaskConversation, key: str) -> None:
        self.dialogue = conversation
        self._key = key
        self._credits: int | None = None

    @classmethod
    def at(cls, base: str, began: float, key: str) -> Self:
        """The plan for a server; see `safe.SafeCheck`."""
        return cls(TaskConversation(base, began), key)

    def send(self, step: TaskProbe) -> None:
        """Send it; the second look at the credits has to show as many as the first."""
        said = step.put(self.dialogue, self._key)
        if step is not _CREDITS or not isinstance(said.exchange.data, int):
            return
        before, self._credits = self._credits, said.exchange.data
        if before is not None:
            seen = f"there were {before} credits before all was refused, and {self._credits} after"
            self.dialogue.expect(TaskExpectation.REFUSALS, said, before == self._credits, seen)
