"""A task that names a callBackUrl stands beside what was seen of it, and what it was told at."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from mjsim_contracts.dialect.tasks import whole
from mjsim_contracts.exchange import inside
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.wire import Wire
from mjsim_contracts.task_operation import GENERATING, SUCCEEDED, TaskOperation
from mjsim_contracts.taskserver.callbacks.callback import Callback
from mjsim_contracts.taskserver.callbacks.rules import Code
from mjsim_contracts.taskserver.conversation import Said


@dataclass(slots=True)
class Caller:
    """A task, the operation that made it, the looks at it from its birth on, and the callbacks that came."""

    url: str
    job_id: str
    operation: TaskOperation
    looks: list[Said]
    events: list[Callback] = field(default_factory=list)

    @property
    def wires(self) -> list[Wire]:
        """The looks, as they went over the wire."""
        return [said.wire for said in self.looks]

    @property
    def record(self) -> Any:
        """Its record as it was seen last; None where that was refused, or no look has been taken."""
        return self.looks[-1].exchange.data if len(self.looks) > 1 else None

    @property
    def end(self) -> str:
        """How it was seen to end, as success or failure; empty where it was not."""
        flag = whole(inside(self.record, "successFlag"))
        if flag is None or flag == GENERATING:
            return ""
        return "success" if flag == SUCCEEDED else "failure"

    @property
    def ended(self) -> bool:
        """Whether it was seen at its end."""
        return bool(self.end)

    @property
    def untold(self) -> frozenset[str]:
        """Its end, as long as no callback has told it."""
        return frozenset({self.end} - {"", *(event.told for event in self.events)})

    def judge_end(self) -> Iterator[Verdict]:
        """Whether its end was told."""
        if self.ended:
            told = ", ".join(event.told or "something unreadable" for event in self.events) or "nothing"
            wrong = f"the task was seen to end in {self.end}; its callBackUrl was told {told}" if self.untold else ""
            yield Verdict(Code.SUCCESS if self.end == "success" else Code.FAILURE, wrong)
