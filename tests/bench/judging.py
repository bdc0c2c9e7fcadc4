"""What a verdict costs: each check of something healthy takes as long as its user waits for it, from command to exit."""

import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from figure import Figure, bounded
from load import PATIENCE, Unfit
from server import simulator

_SUBJECTS = Path(__file__).parents[1] / "contract"
sys.path.append(str(_SUBJECTS / "receivers"))

from threaded import SECRET, Receiver, listening  # noqa: E402 - it is found beside the tests of receivers


def verdicts() -> Iterator[Figure]:
    """The server is the simulator at its defaults; the client runs for 0.2 s, the receiver answers at once."""
    with simulator() as ours:
        url = f"http://127.0.0.1:{ours.port}"
        yield _verdict("a server", 25, "server", url)
        yield _verdict("a server, quick", 6, "server", url, "--profile", "quick")
    yield _verdict("a client", 15, "client", "--", sys.executable, str(_SUBJECTS / "clients" / "correct" / "plain.py"))
    with listening(Receiver()) as url:
        yield _verdict("a receiver", 20, "receiver", url, "--secret", SECRET)


def _verdict(subject: str, most: float, what: str, *arguments: str) -> Figure:
    command = [sys.executable, "-m", "mjsim", "check", what, "--quiet", *arguments]
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, timeout=10 * PATIENCE, check=False)
    if done.returncode:
        raise Unfit(f"mjsim check {what} ended with {done.returncode}: {(done.stderr or done.stdout)[-600:]}")
    return bounded(f"verdict on {subject}", time.perf_counter() - start, most, "s")
