"""Two servers are loaded in turn (A B A B), and what counts is the middle of several laps of each."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import count
from statistics import median

from load import Lap, Plan
from server import Server, worked

_LAPS = count(1)
_NUMBERS = 10_000_000
"""How many numbered requests a lap may send before the numbers of the next one begin."""


@dataclass(frozen=True)
class Lane:
    """A server with the requests that it is asked in turn, and the status of its answers."""

    server: Server
    requests: Sequence[str]
    status: int = 200


@dataclass(frozen=True)
class Pace:
    """What the laps of one lane show: answers a second, and seconds of the server's processor time for each."""

    rate: float
    cost: float | None

    @property
    def shown(self) -> str:
        """For the table."""
        cost = "" if self.cost is None else f" ({self.cost * 1e6:,.0f} µs)"
        return f"{self.rate:,.0f}/s{cost}"


@dataclass(frozen=True)
class Outcome:
    """Two paces, and their ratios: of the rates, by neighbouring laps, and of the processor time."""

    ours: Pace
    theirs: Pace
    ratio: float
    cost_ratio: float | None


def race(ours: Lane, theirs: Lane, seconds: float, rounds: int = 7) -> Outcome:
    """Load both in turn, after a short lap each that does not count."""
    for lane in (ours, theirs):
        run(lane, min(seconds, 0.4))
    laps = [(run(ours, seconds), run(theirs, seconds)) for _ in range(rounds)]
    ours_pace, theirs_pace = (_pace([pair[side] for pair in laps]) for side in (0, 1))
    ratio = median((a.answers / a.seconds) / (b.answers / b.seconds) for a, b in laps)
    cost_ratio = theirs_pace.cost / ours_pace.cost if ours_pace.cost and theirs_pace.cost else None
    return Outcome(ours_pace, theirs_pace, ratio, cost_ratio)


def run(lane: Lane, seconds: float, connections: int = 32, most: int | None = None) -> Lap:
    """One lap, by a load on the other core."""
    plan = Plan(
        port=lane.server.port,
        pid=lane.server.pid,
        requests=list(lane.requests),
        seconds=seconds,
        connections=connections,
        first=next(_LAPS) * _NUMBERS,
        most=most,
        status=lane.status,
    )
    return Lap(**json.loads(worked("load.py", given=json.dumps(asdict(plan)), place=1)))


def _pace(laps: Sequence[Lap]) -> Pace:
    answers = sum(lap.answers for lap in laps)
    used = [lap.server for lap in laps if lap.server is not None]
    return Pace(median(lap.answers / lap.seconds for lap in laps), sum(used) / answers if used else None)
