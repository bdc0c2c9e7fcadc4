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
    """Both figures, from bursts of 10,000."""
    with receiver() as theirs:
        url = f"http://127.0.0.1:{theirs.port}/hook"
        worked("filling.py", str(folder / "burst.db"), str(NUMBER + RARE), url)
        with simulator("--data", str(folder / "burst.db")) as ours:
            _taken(theirs)
            laps = [(_resent(ours, theirs), _posted(url, theirs)) for _ in range(3)]
            _resend(ours)
            reading = run(Lane(ours, [request.get("/v1/jobs?limit=1")]), 1.5, connections=1)
            _taken(theirs)
    paces = [_pace([pair[side] for pair in laps]) for side in (0, 1)]
    ratio = median(bare.seconds / mine.seconds for mine, bare in laps)
    cost = paces[1].cost / paces[0].cost if paces[0].cost and paces[1].cost else None
    sent = faster("webhooks sent (against: a bare loop)", Outcome(*paces, ratio, cost), 0.7)
    return [sent, bounded("p99 of a GET while 10,000 webhooks go out", reading.p99 * 1e3, 50, "ms")]


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
