"""One webhook as its sender sees it: what was told to whom, and what came back."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Delivery:
    """`sent` and `ended` are in seconds from the start of the recording, as those of a call are.

    `job_id` is in lower case, `told` the job's status that the `body` told. `status` is that of the answer: 0 where none
    came; `refused` says that nobody listened. `again` says that the same news had been delivered before; `note` names what
    was changed, and is empty where the news is the truth.
    """

    job_id: str
    url: str
    told: str
    body: bytes
    sent: float
    ended: float
    status: int
    refused: bool = False
    again: bool = False
    note: str = ""
    place: str = ""
    """What the body is in the contract, as `Notice.place` says it."""

    @property
    def accepted(self) -> bool:
        """Whether the receiver said that it has it."""
        return 200 <= self.status < 300
