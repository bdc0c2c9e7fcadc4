"""All runs of one check: they go side by side, within a budget of time, and everything they showed is kept for the audit."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.client.run import Run, Runner
from mjsim_contracts.client.variation import Variation

Progress = Callable[[int, int, str], None]
"""Told after each run: how many have been made, how many are known to be needed, and what was tried."""

_PATIENT_AT_ONCE = 4
"""Runs that mostly wait go beside the others."""

_LEAST = 3.0
"""The shortest deadline of a run, in seconds."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`usual` is how many seconds a truthful run takes; `patience` how many a client is given to give up.

    `silence` is how many it is given to see that an answer will not go on. `budget` is how many seconds all runs together
    may take; what is left then is not exercised.
    """

    usual: float
    patience: float
    silence: float
    budget: float
    parallel: int

    def deadline(self, variation: Variation) -> float:
        """How many seconds a run may take."""
        base = max(_LEAST, self.usual * 3 + 1)
        if variation.stalls:
            return max(base, self.silence)
        return (max(base, self.patience) if variation.patient else base) + variation.seconds


class Session:
    """Plays variations; `scenes` holds what was seen, `runs` counts."""

    def __init__(self, runner: Runner, limits: Limits, progress: Progress) -> None:
        self._runner = runner
        self._limits = limits
        self._progress = progress
        self._end = time.monotonic() + limits.budget
        self._usual_slots = asyncio.Semaphore(limits.parallel)
        self._patient_slots = asyncio.Semaphore(_PATIENT_AT_ONCE)
        self.scenes: list[Scene] = []
        self.runs = 0
        self.planned = 0

    async def play(self, variation: Variation) -> Run | None:
        """Play a variation; None where the budget is spent."""
        slots = self._patient_slots if variation.patient else self._usual_slots
        async with slots:
            deadline = self._limits.deadline(variation)
            if time.monotonic() > self._end:
                return None
            run = await self._runner.run(variation.script, deadline)
        self.runs += 1
        self.planned = max(self.planned, self.runs)
        self._progress(self.runs, self.planned, variation.id)
        self.scenes.append(scene(variation, run))
        return run


def scene(variation: Variation, run: Run) -> Scene:
    """What a run showed, for the audit. A call that broke off because the client was ended is not its doing."""
    cut = run.ended.code is None
    return Scene(
        name=variation.id,
        calls=tuple(call for call in run.calls if not (cut and call.lost and not call.note)),
        seconds=run.ended.seconds,
        cut=cut,
        endless=not run.script.story.ends,
        distorted=variation.distorts,
        drift=run.script.drift,
        output=run.ended.output,
        deliveries=run.deliveries,
    )
