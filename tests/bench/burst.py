"""Webhooks that are due at one instant: how fast they go out beside a bare loop, and what that costs everybody else."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from urllib.request import Request

import request
from figure import Figure, Goal, bounded
from filling import RARE
from load import PATIENCE, Unfit
from race import Lane, run
from server import Server, opened, receiver, simulator, worked

NUMBER = 10_000


def burst(folder: Path) -> list[Figure]:
    """Both figures, from bursts of 10,000."""
    with receiver() as theirs:
        url = f"http://127.0.0.1:{theirs.port}/hook"
        worked("filling.py", str(folder / "burst.db"), str(NUMBER + RARE), url)
        with simulator("--data", str(folder / "burst.db")) as ours:
            _seconds(theirs, lambda: None)
            laps = [(_seconds(theirs, lambda: _resend(ours)), _seconds(theirs, lambda: _post(url))) for _ in range(3)]
            _resend(ours)
            lap = run(Lane(ours, [request.get("/v1/jobs?limit=1")]), 1.5, connections=1)
            _seconds(theirs, lambda: None)
    mine, bare = (median(NUMBER / pair[side] for pair in laps) for side in (0, 1))
    ratio = median(other / own for own, other in laps)
    goal = Goal(0.7, at_least=True)
    sent = Figure("webhooks sent (against: a bare loop)", f"{mine:,.0f}/s", f"{bare:,.0f}/s", ratio, goal)
    return [sent, bounded("p99 of a GET while 10,000 webhooks go out", lap.p99 * 1e3, 50, "ms")]


def _seconds(receiver: Server, begin: Callable[[], None]) -> float:
    """How long it takes from the first to the last webhook of a burst, by the receiver's watch."""
    begin()
    deadline = time.perf_counter() + 3 * PATIENCE
    while time.perf_counter() < deadline:
        told = json.loads(opened(Request(f"http://127.0.0.1:{receiver.port}/hooks?forget={NUMBER}")))
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


def _post(url: str) -> None:
    worked("posting.py", url, str(NUMBER))
