"""A job is what was asked, what was drawn and the life that was planned; everything else about it is derived."""

from mjsim.core.artwork import Artwork, Caption, Picture
from mjsim.core.instant import BEGINNING, DAY, Instant, later
from mjsim.core.pace import JobType, Mode
from mjsim.core.request import Parameters, Webhook
from mjsim.core.task import Task
from mjsim.core.timeline import Timeline
from mjsim.core.value import Frozen, changed

RETENTION = 15 * DAY
"""How long a job and its files are kept after acceptance, in simulated milliseconds."""


class Work(Frozen):
    """What a job is about.

    `prompt` is None for describe, and where a blend had none. `parameters` is None for describe. `artwork` is None for
    describe, whose result is `suggestions`. `parent` and `index` name the tile that an upscale or a variation is made
    from.
    """

    prompt: str | None = None
    parameters: Parameters | None = None
    artwork: Artwork | None = None
    suggestions: tuple[str, ...] = ()
    parent: str | None = None
    index: int | None = None


class Job(Frozen):
    """An accepted job of one tenant; `repeat` counts equal requests of the tenant before this one.

    `ready` is when it could have started at the earliest, had a slot been free. `held` says that its future is put off
    until it is released. `task` is there where it was made through the task API.
    """

    id: str
    tenant: str
    type: JobType
    fingerprint: str
    repeat: int
    timeline: Timeline
    work: Work
    webhook: Webhook | None = None
    ready: Instant = BEGINNING
    held: bool = False
    task: Task | None = None

    @property
    def expires(self) -> Instant:
        """From this instant on the job and its files are gone."""
        return later(self.timeline.accepted, RETENTION)

    @property
    def mode(self) -> Mode:
        """The process mode; describing has none of its own and is fast."""
        return self.work.parameters.process_mode if self.work.parameters else Mode.FAST

    @property
    def listed(self) -> bool:
        """Whether the published API shows it: its contract knows no videos."""
        return self.type is not JobType.VIDEO

    def living(self, timeline: Timeline) -> "Job":
        """The same job with an amended life."""
        return changed(self, timeline=timeline)

    @property
    def caption(self) -> Caption:
        """What is written on its pictures."""
        work = self.work
        flags = work.parameters.flags() if work.parameters else ""
        return Caption(self.id, work.prompt or "", flags, self.task.watermark if self.task else "")

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """The files of its result, in the order of the contract: a grid comes first, then its tiles 1 to 4."""
        if self.work.artwork is None:
            return ()
        return pictures_of(self.work.artwork, self.work.index if self.type is JobType.UPSCALE else None)


def pictures_of(artwork: Artwork, upscaled: int | None) -> tuple[Picture, ...]:
    """The files of a recipe: the grid and its tiles; where `upscaled` names a tile, that one alone at twice the side."""
    if upscaled is not None:
        return (Picture(artwork, upscaled, doubled=True),)
    return tuple(Picture(artwork, index) for index in range(5))
