"""A load in a process of its own: every connection asks again as soon as it is answered, and whole answers are counted.

Requests are bytes that were made beforehand, answers are counted by their Content-Length, and nothing else is done with
them, so the load needs less of its core than a server needs of its own. It reads a `Plan` as JSON from its standard
input and writes a `Lap` to its standard output.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from statistics import median

NUMBER = "#" * 12
"""Where this stands in a request, each one sent holds a number of its own."""

PATIENCE = 20.0
"""How many seconds a server may keep silent."""

_CHUNK = 128 * 1024


@dataclass(frozen=True)
class Plan:
    """What to ask of whom: `requests` in turn for so many seconds, or until `most` have been answered.

    `pid` is the server's, so that its processor time can be read; numbers begin with `first`; an answer whose status is
    not `status` ends the load.
    """

    port: int
    pid: int
    requests: list[str]
    seconds: float
    connections: int = 32
    first: int = 0
    most: int | None = None
    status: int = 200


@dataclass(frozen=True)
class Lap:
    """What came of a plan: `server` and `load` are seconds of processor time (None where they cannot be read),
    `middle` the median time to an answer in seconds, `p99` the time within which 99 of 100 answers came.
    """

    answers: int
    seconds: float
    server: float | None
    load: float
    middle: float
    p99: float


class Unfit(Exception):
    """The server does not do what is to be measured."""


class Lane:
    """A connection with the answer that is under way on it: its beginning, or how many bytes are missing."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.asked = 0.0
        self._head = b""
        self._missing = 0

    def ask(self, request: bytes) -> None:
        """Send the next request."""
        self.asked = time.perf_counter()
        self.socket.sendall(request)

    def answered(self, status: bytes) -> bool:
        """Read what has come; whether the answer is whole."""
        data = self.socket.recv(_CHUNK)
        if not data:
            raise Unfit("the server closed a connection")
        if self._missing:
            self._missing -= len(data)
            return self._missing == 0
        head = self._head + data if self._head else data
        end = head.find(b"\r\n\r\n")
        if end < 0:
            self._head = head
            return False
        self._head = b""
        if not head.startswith(status, 9):
            raise Unfit(f"the answer is not {status.decode()}: {head[:600].decode(errors='replace')}")
        self._missing = end + 4 + _length(head, end) - len(head)
        return self._missing == 0


def _length(head: bytes, end: int) -> int:
    start = head.find(b"Content-Length: ", 0, end)
    return int(head[start + 16 : head.find(b"\r", start)]) if start >= 0 else 0


def processor_seconds(pid: int) -> float | None:
    """The processor time that a process has used so far, all its threads together; None where Linux does not say it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    import os

    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(plan: Plan) -> Lap:
    """Drive the load; `Unfit` where an answer is not the one that was expected."""
    requests = _prepared(plan)
    lanes = [Lane(plan.port) for _ in range(plan.connections)]
    with selectors.DefaultSelector() as selector:
        for lane in lanes:
            selector.register(lane.socket, selectors.EVENT_READ, lane)
        own, server, start = time.process_time(), processor_seconds(plan.pid), time.perf_counter()
        waits = _drive(plan, lanes, requests, selector)
        seconds, after = time.perf_counter() - start, processor_seconds(plan.pid)
    for lane in lanes:
        lane.socket.close()
    used = None if server is None or after is None else after - server
    return Lap(
        len(waits), seconds, used, time.process_time() - own, median(waits), sorted(waits)[len(waits) * 99 // 100]
    )


def _prepared(plan: Plan) -> Iterator[bytes]:
    """The requests in turn, numbered where they want to be, without end."""
    parts = [text.encode().split(NUMBER.encode()) for text in plan.requests]
    for number in count(plan.first):
        for part in parts:
            yield part[0] if len(part) == 1 else (b"%012d" % number).join(part)


def _drive(plan: Plan, lanes: list[Lane], requests: Iterator[bytes], selector: selectors.BaseSelector) -> list[float]:
    """The waits of everything that was answered in time."""
    waits: list[float] = []
    status = str(plan.status).encode()
    end, most = time.perf_counter() + plan.seconds, plan.most or sys.maxsize
    for lane in lanes:
        lane.ask(next(requests))
    while (now := time.perf_counter()) < end and len(waits) < most:
        ready = selector.select(PATIENCE)
        if not ready:
            raise Unfit(f"the server kept silent for {PATIENCE:g} s")
        for key, _ in ready:
            lane = key.data
            if lane.answered(status):
                now = time.perf_counter()
                waits.append(now - lane.asked)
                lane.ask(next(requests))
    if not waits:
        raise Unfit(f"nothing was answered within {plan.seconds:g} s")
    return waits


def main() -> int:
    """Exit code 0, or 1 with the reason on standard error."""
    try:
        lap = run(Plan(**json.load(sys.stdin)))
    except (Unfit, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    json.dump(asdict(lap), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
