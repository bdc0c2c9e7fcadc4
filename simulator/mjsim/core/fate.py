"""A fate is what shall become of a job whatever chance had in mind; it bends a planned life into another legal one."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from mjsim.core import error
from mjsim.core.instant import SECOND, Instant
from mjsim.core.status import Status
from mjsim.core.timeline import Failure, Moment
from mjsim.core.value import Frozen


class Ending(StrEnum):
    """How a job ends other than well."""

    FAILS = "fails"
    """With an error."""
    IS_CANCELLED = "is cancelled"
    """As if somebody else with the same key had done it."""
    STICKS = "sticks"
    """It does not end: it stays where it is for good."""


class Course(StrEnum):
    """How a job goes through its states."""

    INSTANT = "instant"
    """All at once, at the instant of its acceptance."""
    DIRECT = "direct"
    """Pending for as long as it takes, then ended: nobody ever sees it run."""


LAST_PROGRESS = 99
"""The most that a job can have reached and still be running."""


REFUSALS: Final[Mapping[str, type[error.Refused]]] = {
    kind.code: kind
    for kind in (
        error.BannedPrompt,
        error.EmptyPrompt,
        error.InvalidRequest,
        error.InvalidParameter,
        error.InvalidImage,
        error.ImageInaccessible,
        error.TooManyRequests,
        error.QueueFull,
    )
}
"""What a submission can be refused with, by code."""


def refuse(code: str) -> error.Refused:
    """The refusal of this code, as the request asked for it."""
    kind, sentence = REFUSALS[code], f"The request was refused with {code}, as it was asked to be."
    return kind(sentence, SECOND) if issubclass(kind, error.TooManyRequests) else kind(sentence)


class Fate(Frozen):
    """`refusal`: it is not even accepted; the code. `ending` comes once `progress` (0 to 99) was seen; None lets
    chance decide. `failure` is why it fails. `slowness`: how many times as long the work takes.
    """

    refusal: str | None = None
    ending: Ending | None = None
    progress: int = 0
    failure: Failure | None = None
    course: Course | None = None
    slowness: float = 1.0

    def bend(self, moments: list[Moment]) -> list[Moment]:
        """The planned moments (pending, running in steps, completed) as this fate has them."""
        if self.course is Course.INSTANT:
            moments = [moment._replace(instant=moments[0].instant) for moment in moments]
        if self.ending is not None:
            moments = self._ended(moments, self.ending)
        if self.course is Course.DIRECT:
            # It has to pass through the state of running, but at the very instant at which it ends.
            moments = [moments[0], *(moment._replace(instant=moments[-1].instant) for moment in moments[1:])]
        return moments

    def _ended(self, moments: list[Moment], ending: Ending) -> list[Moment]:
        """The same life up to the progress, then this ending where the next step would have been."""
        running = [moment for moment in moments if moment.status is not Status.PENDING]
        past = [moment for moment in running if moment.progress <= self.progress]
        following = running[len(past)]
        if past[-1].progress < self.progress:
            past.append(Moment(_between(past[-1], following, self.progress), Status.IN_PROGRESS, self.progress))
        if ending is Ending.STICKS:
            return [moments[0], *past]
        status = Status.FAILED if ending is Ending.FAILS else Status.CANCELLED
        return [moments[0], *past, Moment(following.instant, status, self.progress, self.failure)]


def _between(before: Moment, after: Moment, progress: int) -> Instant:
    """When a job that rises evenly from one moment to the next reaches the progress between them."""
    share = (after.instant - before.instant) * (progress - before.progress)
    return Instant(before.instant + share // (after.progress - before.progress))
