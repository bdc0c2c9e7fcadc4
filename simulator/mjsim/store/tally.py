"""Counts of a tenant's jobs by status stay cheap at a million jobs, because only what changed since last time is counted.

A `Tally` says how many instants lay at or before its watermark. Time only moves on and the past is never amended, so
moving the watermark counts each instant once.
"""

from typing import NamedTuple

from mjsim.core.instant import Instant
from mjsim.core.status import Status
from mjsim.core.timeline import Timeline
from mjsim.core.value import Record, field

OUTCOMES: tuple[Status | None, ...] = (None, Status.COMPLETED, Status.FAILED, Status.CANCELLED)
"""Planned outcomes by the number that stands for them in a row."""


_PLACES = {outcome: place for place, outcome in enumerate(OUTCOMES)}


class Instants(NamedTuple):
    """When a job leaves pending and when it settles, and the place in `OUTCOMES` of how; as the rows hold them."""

    started: int
    settled: int
    outcome: int

    @classmethod
    def of(cls, life: Timeline) -> "Instants":
        """Those of a job with this life."""
        _, started, settled, outcome = life.outline
        return cls(started, settled, _PLACES[outcome])


class Tally(Record):
    """How many jobs there are, how many had left pending by `watermark`, and how many had settled, by outcome."""

    watermark: Instant
    accepted: int = 0
    started: int = 0
    settled: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))

    def add(self, instants: Instants, sign: int = 1) -> None:
        """Count a job that has come, or with `sign` -1 one that is gone."""
        self.accepted += sign
        if instants.started <= self.watermark:
            self.started += sign
        if instants.settled <= self.watermark:
            self.settled[instants.outcome] += sign

    @property
    def unsettled(self) -> int:
        """Jobs without a terminal status."""
        return self.accepted - sum(self.settled)

    def of(self, status: Status | None) -> int:
        """How many jobs have this status; None counts all."""
        if status is None:
            return self.accepted
        if status is Status.PENDING:
            return self.accepted - self.started
        if status is Status.IN_PROGRESS:
            return self.started - sum(self.settled)
        return self.settled[_PLACES[status]]
