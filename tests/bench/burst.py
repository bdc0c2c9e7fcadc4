"""Webhooks that are due at one instant: how fast they go out beside a bare loop, and what that costs everybody else."""

import json
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.request import Request

import request
from figure import Figure, bounded, faster
from filling import RARE
from load import PATIENCE, Unfit, processor_seconds
from race import Lane, Outcome, Pace, run
from server import Server, opened, receiver, simulator, worked

NUMBER = 10_000


class Lap(NamedTuple):
    """How long a burst took, in seconds by the receiver's watch and of the sender's processor (None where unknown)."""

    seconds: float
    processor: float | None


def burst(folder: Path) -> list[Figure]:
    """All figures, from bursts of 10,000."""
    file = folder / "burst.db"
    with receiver() as theirs, simulator() as in_memory:
        url = f"http://127.0.0.1:{theirs.port}/hook"
        worked("filling.py", str(file), str(NUMBER + RARE), url)
        with simulator("--data", str(file)) as in_file:
            _taken(theirs)
            state = opened(Request(f"http://127.0.0.1:{in_file.port}/_sim/export"))
            opened(Request(f"http://127.0.0.1:{in_memory.port}/_sim/import", state, method="POST"))
            laps = [(_resent(in_memory, theirs), _resent(in_file, theirs), _posted(url, theirs)) for _ in range(5)]
            _resend(in_file)
            reading = run(Lane(in_file, [request.get("/v1/jobs?limit=1")]), 1.5, connections=1)
            _taken(theirs)
    bare = [lap[2] for lap in laps]
    return [
        _sent("webhooks sent, in memory", [lap[0] for lap in laps], bare),
        _sent("webhooks sent, in a file", [lap[1] for lap in laps], bare),
        bounded("p99 of a GET while 10,000 webhooks go out", reading.p99 * 1e3, 50, "ms"),
    ]


def _sent(name: str, ours: Sequence[Lap], bare: Sequence[Lap]) -> Figure:
    """The figure of neighbouring laps of ours and of the bare loop."""
    mine, theirs = _pace(ours), _pace(bare)
    ratio = median(other.seconds / own.seconds for own, other in zip(ours, bare, strict=True))
    cost = theirs.cost / mine.cost if mine.cost and theirs.cost else None
    return faster(f"{name} (against: a bare loop)", Outcome(mine, theirs, ratio, cost), 0.7)


def _pace(laps: Sequence[Lap]) -> Pace:
    used = [lap.processor for lap in laps if lap.processor is not None]
    return Pace(median(NUMBER / lap.seconds for lap in laps), median(used) / NUMBER if used else None)


def _resent(ours: Server, theirs: Server) -> Lap:
    """A burst of ours."""
    before = processor_seconds(ours.pid)
    _resend(ours)
    seconds, after = _taken(theirs), processor_seconds(ours.pid)
    return Lap(seconds, None if before is None or after is None else after - before)


def _posted(url: str, theirs: Server) -> Lap:
    """A burst of the bare loop."""
    processor = float(worked("posting.py", url, str(NUMBER)))
    return Lap(_taken(theirs), processor)


def _taken(theirs: Server) -> float:
    """The seconds from the first to the last webhook of a burst, once all of it has arrived."""
    deadline = time.perf_counter() + 3 * PATIENCE
    while time.perf_counter() < deadline:
        told = json.loads(opened(Request(f"http://127.0.0.1:{theirs.port}/hooks?forget={NUMBER}")))
        if told["count"] >= NUMBER:
            return float(told["seconds"])
        time.sleep(0.02)
    raise Unfit(f"only {told['count']} of {NUMBER} webhooks have arrived")


def _resend(ours: Server) -> None:
    """Make all of them due at once."""
    told = Request(
        f"http://127.0.0.1:{ours.port}/_sim/webhooks/resend", b"{}", {"Content-Type": "application/json"}, method="POST"
    )
    if (number := json.loads(opened(told))["resent"]) != NUMBER:
        raise Unfit(f"{number} webhooks were sent again, not {NUMBER}")
