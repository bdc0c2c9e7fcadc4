"""How long things take is data: a `Pace` gives spans in simulated milliseconds, and nothing else decides a duration.

The realistic figures are measured ones: fast jobs take 56 to 67 s, turbo is four times as fast, relaxed ones took 214 s
after a wait of up to ten minutes; upscales and blends take one to two minutes, describing takes 5 to 10 s.
"""

from collections.abc import Mapping
from enum import StrEnum

from mjsim.core.instant import MINUTE, SECOND
from mjsim.core.value import Frozen


class JobType(StrEnum):
    """The kinds of job: five by the names of the published contract, and videos, which only the task API makes."""

    IMAGINE = "imagine"
    UPSCALE = "upscale"
    VARIATION = "variation"
    DESCRIBE = "describe"
    BLEND = "blend"
    VIDEO = "video"

    @property
    def makes_grid(self) -> bool:
        """Whether the result is a grid of four, which can be upscaled and varied."""
        return self in {JobType.IMAGINE, JobType.VARIATION, JobType.BLEND}


class Mode(StrEnum):
    """The process modes of the published contract."""

    FAST = "fast"
    TURBO = "turbo"
    RELAX = "relax"


PROGRESS_STEPS = (0, 15, 31, 46, 62, 78, 93)
"""The percentages that running jobs were seen to report before they were done."""

Span = tuple[int, int]
"""The shortest and the longest duration, in simulated milliseconds."""


class Pace(Frozen):
    """`lead`: from acceptance to the start; `wait`: on top of it, by mode; `run`: from start to end in fast mode;
    `factor`: what the mode makes of that.
    """

    lead: Span
    wait: Mapping[Mode, Span]
    run: Mapping[JobType, Span]
    factor: Mapping[Mode, float]


def _seconds(low: float, high: float) -> Span:
    return int(low * SECOND), int(high * SECOND)


PACES: Mapping[str, Pace] = {
    "realistic": Pace(
        lead=_seconds(1, 3),
        wait={Mode.RELAX: (0, 10 * MINUTE)},
        run={
            JobType.IMAGINE: _seconds(56, 67),
            JobType.VARIATION: _seconds(56, 67),
            JobType.UPSCALE: _seconds(60, 120),
            JobType.BLEND: _seconds(60, 120),
            JobType.DESCRIBE: _seconds(5, 10),
            JobType.VIDEO: _seconds(100, 150),
        },
        factor={Mode.TURBO: 0.25, Mode.FAST: 1.0, Mode.RELAX: 3.5},
    ),
    "quick": Pace(
        lead=_seconds(0.4, 0.7),
        wait={Mode.RELAX: _seconds(0.5, 1.5)},
        run={
            JobType.IMAGINE: _seconds(4.1, 4.6),
            JobType.VARIATION: _seconds(4.1, 4.6),
            JobType.UPSCALE: _seconds(3.5, 5),
            JobType.BLEND: _seconds(3.5, 5),
            JobType.DESCRIBE: _seconds(1.5, 2.5),
            JobType.VIDEO: _seconds(5, 6),
        },
        factor={Mode.TURBO: 0.5, Mode.FAST: 1.0, Mode.RELAX: 2.0},
    ),
    "instant": Pace(lead=(0, 0), wait={}, run=dict.fromkeys(JobType, (0, 0)), factor={}),
}
"""The paces by name: real durations; about five seconds for a fast job; done as soon as accepted."""
