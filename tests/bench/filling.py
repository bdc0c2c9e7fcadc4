"""A data file full of jobs, made by the store itself; the n-th of so many jobs is always the same one.

Run as `python filling.py FILE NUMBER [URL]`; with a URL the end of every job is told to it. Whatever the number (at
least 100), 25 of the jobs have failed and 25 are in progress for good, spread evenly; the others are completed.
"""

import asyncio
import sys
import time
from pathlib import Path

from mjsim.core.artwork import Artwork
from mjsim.core.chance import Key, digest
from mjsim.core.instant import HOUR, Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import PROGRESS_STEPS, JobType, Mode
from mjsim.core.plan import FAILURES
from mjsim.core.ratio import Size
from mjsim.core.request import Parameters, Webhook
from mjsim.core.status import Status
from mjsim.core.timeline import EvenLife, Moment, Timeline
from mjsim.core.value import changed
from mjsim.store.sqlite import SqliteStore

TENANT = "sim-local"
RARE = 25
_BATCH = 5_000


def job(number: int, of: int, start: Instant) -> Job:
    """The job of this number."""
    accepted = Instant(start + number)
    fingerprint = digest("bench", str(number)).hex()
    key = Key(0, TENANT, fingerprint, 0)
    parameters = Parameters("1:1", "7.0", Mode.FAST, 1.0, 250, number, 10)
    artwork = Artwork(key.number("artwork"), Size(1024, 1024), 250, 10)
    work = Work(f"a lighthouse at dusk {number:012d}", parameters, artwork)
    place = number % (of // RARE)
    status = {1: Status.FAILED, 2: Status.IN_PROGRESS}.get(place, Status.COMPLETED)
    return Job(key.uuid(), TENANT, JobType.IMAGINE, fingerprint, 0, _life(accepted, status), work)


def _life(accepted: Instant, status: Status) -> Timeline:
    if status is Status.COMPLETED:  # as the server itself plans it where nothing happens
        return Timeline(even=EvenLife(accepted, Instant(accepted + 500), Instant(accepted + 4_000)))
    moments = [Moment(accepted, Status.PENDING, 0)]
    moments += [Moment(Instant(accepted + 500), Status.IN_PROGRESS, progress) for progress in PROGRESS_STEPS]
    if status is Status.FAILED:
        moments.append(Moment(Instant(accepted + 4_000), status, PROGRESS_STEPS[-1], FAILURES[0]))
    return Timeline(tuple(moments))


async def fill(file: Path, number: int, url: str | None) -> None:
    """Write the file."""
    webhook = None if url is None else Webhook(url, "result")
    store, start = SqliteStore(file), Instant(time.time_ns() // 1_000_000 - HOUR)
    for first in range(0, number, _BATCH):
        async with store.turn(TENANT) as turn:
            for one in range(first, min(first + _BATCH, number)):
                turn.add(changed(job(one, number, start), webhook=webhook))
    await store.close()


if __name__ == "__main__":
    asyncio.run(fill(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else None))
