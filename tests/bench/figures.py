"""What is measured, each group with servers of its own beside the one baseline, and with the goals of the project."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import Request

import request
from burst import burst
from figure import Figure, bounded, faster, slower, slower_by
from race import Lane, race, run
from server import Server, baseline, opened, proportional_bytes, simulator, worked


@dataclass(frozen=True)
class Bench:
    """What the groups need: the baseline, a folder for files, one whose content the baseline serves below /files/, how
    long a lap takes, and how many jobs a long list is taken from.
    """

    baseline: Server
    folder: Path
    public: Path
    seconds: float
    many: int


Group = Callable[[Bench], Iterator[Figure]]


def accept(bench: Bench) -> Iterator[Figure]:
    """POST /v1/imagine: validated, planned, kept in memory."""
    with simulator() as ours:
        for name, body in (("same body", request.SAME), ("new prompt each time", request.NEW)):
            outcome = race(Lane(ours, [body]), Lane(bench.baseline, [body]), bench.seconds)
            yield faster(f"POST imagine, in memory, {name}", outcome, 0.6)


def durable(bench: Bench) -> Iterator[Figure]:
    """The same kept in a file: nobody is answered before the commit."""
    with simulator("--data", str(bench.folder / "accepted.db")) as ours:
        outcome = race(Lane(ours, [request.NEW]), Lane(bench.baseline, [request.NEW]), bench.seconds)
        yield faster("POST imagine, in a file, new prompt each time", outcome, 0.4)


def refuse(bench: Bench) -> Iterator[Figure]:
    """A body that breaks the contract, beside a valid one of the baseline's."""
    with simulator() as ours:
        outcome = race(Lane(ours, [request.INVALID], 400), Lane(bench.baseline, [request.SAME]), bench.seconds)
        yield faster("POST imagine, invalid (baseline: valid)", outcome, 0.7)


def poll(bench: Bench) -> Iterator[Figure]:
    """GET of a completed job: the same ones again, as clients poll, and all of a large test run in turn."""
    with simulator("--pace", "instant") as ours:
        run(Lane(ours, [request.NEW]), 30, most=3_000)
        paths = [f"/v1/jobs/{job_id}" for job_id in _job_ids(ours)]
        for name, number in (("polled again and again", 32), (f"{len(paths):,} of them in turn", len(paths))):
            asked = [request.get(path) for path in paths[:number]]
            outcome = race(Lane(ours, asked), Lane(bench.baseline, asked), bench.seconds)
            yield faster(f"GET job, {name}", outcome, 0.7)


def listing(bench: Bench) -> Iterator[Figure]:
    """25 jobs of one status, out of a hundred and out of many: the common status, and two that 25 jobs have."""
    with ExitStack() as stack:
        few, many = (stack.enter_context(_filled(bench, number)) for number in (100, bench.many))
        for status in ("completed", "in_progress", "failed"):
            asked = [request.get(f"/v1/jobs?status={status}&limit=25")]
            outcome = race(Lane(many, asked), Lane(few, asked), bench.seconds / 2)
            yield slower_by(f"list 25 {status} of {bench.many:,} (against: of 100)", outcome, 2.0)


def start(bench: Bench) -> Iterator[Figure]:
    """From the start of the process to the first answer with status 200."""
    ours, theirs = [], []
    for _ in range(7):
        with simulator() as one:
            ours.append(one.started)
        with baseline(bench.public) as other:
            theirs.append(other.started)
    yield slower("start to first 200", median(ours), median(theirs), 1.5)


def memory(bench: Bench) -> Iterator[Figure]:
    """An idle server, and what each stored job adds to it."""
    with simulator() as ours:
        with baseline(bench.public) as theirs:
            other = proportional_bytes(theirs.pid)
        yield bounded("idle memory (PSS)", proportional_bytes(ours.pid) / 1e6, 60, "MB", f"{other / 1e6:,.1f} MB")
        run(Lane(ours, [request.NEW]), 30, most=2_000)
        before = proportional_bytes(ours.pid)
        number = run(Lane(ours, [request.NEW]), 30, most=12_000).answers
        after = proportional_bytes(ours.pid)
        yield bounded("memory for each stored job", (after - before) / number, 2_048, "B")


def picture(bench: Bench) -> Iterator[Figure]:
    """A single picture of 1024×1024: drawn for its first GET, drawn alone, and served again from the cache."""
    with _filled(bench, 100) as ours:
        # Of each four jobs of a hundred the second has failed and the third is in progress.
        numbers = [number for number in range(100) if number % 4 in {0, 3}][:21]
        asked = [request.get(path) for path in _pictures(ours, len(numbers))]
        run(Lane(ours, asked[:1]), 30, connections=1, most=1)
        first = run(Lane(ours, asked[1:]), 60, connections=1, most=len(asked) - 1)
        alone = json.loads(worked("drawing.py", *map(str, numbers)))
        yield slower("first GET of a picture (against: drawn alone)", first.middle, alone["seconds"], 1.5)
        yield bounded("processor time of a picture of 1024×1024", alone["processor"] * 1e3, 20, "ms")
        (bench.public / "picture.png").write_bytes(_read(ours, _pictures(ours, 1)[0]))
        static = Lane(bench.baseline, [request.get("/files/picture.png")])
        outcome = race(Lane(ours, asked[:1]), static, bench.seconds)
        yield faster("GET of a picture again (against: a static file)", outcome, 0.7)


def webhooks(bench: Bench) -> Iterator[Figure]:
    """10,000 at one instant; see `burst`."""
    yield from burst(bench.folder)


def judge(_bench: Bench) -> Iterator[Figure]:
    """Checks of what is healthy; see `judging`."""
    from judging import verdicts

    yield from verdicts()


GROUPS: Mapping[str, Group] = {
    "accept": accept,
    "durable": durable,
    "refuse": refuse,
    "poll": poll,
    "list": listing,
    "start": start,
    "memory": memory,
    "picture": picture,
    "webhooks": webhooks,
    "judge": judge,
}
"""What `--only` can name."""


@contextmanager
def _filled(bench: Bench, number: int) -> Iterator[Server]:
    """A simulator that finds so many jobs in its file."""
    file = bench.folder / f"{number}.db"
    if not file.exists():
        worked("filling.py", str(file), str(number))
    with simulator("--data", str(file)) as server:
        yield server


def _job_ids(server: Server) -> list[str]:
    """Those of all jobs, newest first."""
    ids: list[str] = []
    while page := json.loads(_read(server, f"/v1/jobs?limit=100&offset={len(ids)}"))["data"]:
        ids += [job["id"] for job in page]
    return ids


def _pictures(server: Server, number: int) -> list[str]:
    """The paths of the first single pictures of so many completed jobs, oldest first."""
    path = f"/v1/jobs?status=completed&sort=created_at_asc&limit={number}"
    jobs: list[dict[str, Any]] = json.loads(_read(server, path))["data"]
    return ["/files/" + job["result"]["images"][1]["url"].partition("/files/")[2] for job in jobs]


def _read(server: Server, path: str) -> bytes:
    return opened(Request(f"http://127.0.0.1:{server.port}{path}", headers={"Authorization": "Bearer sim-local"}))
