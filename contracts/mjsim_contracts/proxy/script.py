"""What the proxy plays in one run: which story its jobs live, what befalls which calls, and how answers are changed."""

from dataclasses import dataclass
from enum import StrEnum

from mjsim_contracts.proxy.edit import Edit
from mjsim_contracts.proxy.fault import Fault
from mjsim_contracts.proxy.story import Story


class Posting(StrEnum):
    """How webhooks are delivered. Senders promise each piece of news at least once, and no order."""

    ONCE = "once"
    TWICE = "twice"
    NEVER = "never"
    REVERSED = "in reverse"
    EARLY = "before the answer to the POST"


@dataclass(frozen=True, slots=True)
class Script:
    """The empty script tells the truth. `earlier` is how many finished jobs the account has from before.

    With `drift` a job of somebody else who uses the account is created after each page of a list.
    """

    edits: tuple[Edit, ...] = ()
    faults: tuple[Fault, ...] = ()
    story: Story = Story.COMPLETES
    earlier: int = 3
    drift: bool = False
    posting: Posting = Posting.ONCE
