"""What is varied and what a client may make of it: one value with a name that is the same from run to run."""

from dataclasses import dataclass
from enum import Enum, IntEnum, StrEnum

from mjsim_contracts.proxy.fault import Stall
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import Story


class Profile(IntEnum):
    """How thorough a check is; each includes those before it."""

    QUICK = 0
    DEFAULT = 1
    FULL = 2
    HOSTILE = 3


class Tier(StrEnum):
    """How far a variation is from the usual answer."""

    FREEDOM = "permitted by the contract"
    SPARSE = "permitted by the published schema, though its prose promises more"
    EVOLUTION = "not permitted today, likely tomorrow"
    ERROR = "a documented refusal"
    TRANSPORT = "trouble on the way"
    STORY = "another course of the job"


class Success(Enum):
    """Whether the client can still do what it is there for."""

    EXPECTED = "has to succeed"
    OPTIONAL = "may succeed or fail cleanly"
    DOUBTFUL = "can hardly succeed"
    IMPOSSIBLE = "has to fail cleanly"


@dataclass(frozen=True, slots=True)
class Variation:
    """One variation. `seconds` is how much longer a run may take for it.

    `patient`: the client is given time to give up. `place` is the operation that it concerns, or the part of the story.
    """

    id: str
    title: str
    tier: Tier
    script: Script
    success: Success
    place: str
    profile: Profile = Profile.DEFAULT
    patient: bool = False
    seconds: float = 0.0
    alone: bool = False
    """Whether it keeps the client from going on, so that nothing else can be seen in the same run."""

    @property
    def stalls(self) -> bool:
        """Whether an answer stops half-way, so that only a timeout for reading helps."""
        return any(isinstance(fault.effect, Stall) for fault in self.script.faults)

    @property
    def is_course(self) -> bool:
        """Whether jobs take another course than usual, and nothing else happens."""
        return self.script == Script(story=self.script.story) and self.script.story is not Story.COMPLETES

    @property
    def distorts(self) -> bool:
        """Whether odd requests may follow from what the answers lack."""
        return self.tier in {Tier.SPARSE, Tier.EVOLUTION} or (self.alone and bool(self.script.edits))
