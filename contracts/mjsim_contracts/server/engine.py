"""Schemathesis runs in a process of its own, with the configuration and the hooks of this package; what it does is read
while it does it. No process outlives the call.

Errors: CheckError where it came to no result, OutOfTime where it did not in time.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from mjsim_contracts.configuration import KEY, NOTES, OTHER_KEY, Configuration
from mjsim_contracts.contract import contract_file, documented_statuses
from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress, silent
from mjsim_contracts.report.printable import one_line
from mjsim_contracts.server.events import Events

PHASES = ("examples", "coverage", "fuzzing", "stateful")
"""All phases, in order."""

_SCHEMATHESIS = "from schemathesis.cli import schemathesis; schemathesis()"
_EVENTS, _NOTES_FILE, _OUTPUT = "events.ndjson", "promises.json", "output.txt"
_SECONDS_BETWEEN_READS = 0.05


class OutOfTime(CheckError):
    """Schemathesis did not come to its end: the server may be slow, or leave requests without an answer."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What Schemathesis is to do. `operations` limits it to some operationIds, `waived` are checks that are left out, and
    `seconds` is how long it may take.
    """

    url: str
    key: str
    other_key: str | None = None
    configuration: Configuration = Configuration.PUBLISHED
    seed: int = 1
    max_examples: int = 25
    phases: tuple[str, ...] = PHASES
    operations: tuple[str, ...] = ()
    waived: tuple[str, ...] = ()
    seconds: float = 600

    def run(self, events: Events, progress: Progress = silent) -> None:
        """Let it do its work; all that it tells goes to the events."""
        with TemporaryDirectory(prefix="mjsim-check-") as name, self.configuration.file() as configuration:
            folder = Path(name)
            (folder / _EVENTS).touch()
            with self._process(folder, configuration) as process:
                self._follow(process, folder / _EVENTS, events, progress)
            notes = folder / _NOTES_FILE
            if not events.finished or not notes.is_file():
                said = (folder / _OUTPUT).read_text(encoding="utf-8", errors="replace")
                reason = "; ".join(events.errors) or one_line(said[-300:])
                raise CheckError(f"Schemathesis came to no result: {reason}")
            events.docket.judge(json.loads(notes.read_bytes()))

    def _follow(self, process: subprocess.Popen[bytes], path: Path, events: Events, progress: Progress) -> None:
        """Read the events as they come, until the process ends."""
        end = time.monotonic() + self.seconds
        total = len(self.phases) * len(self.operations or documented_statuses(self.configuration.document))
        with path.open(encoding="utf-8") as stream:
            ended = False
            while not ended:
                # Asked before reading: what is written until the end is read after it.
                ended = process.poll() is not None
                for line in _lines(stream):
                    events.read(line)
                progress(min(events.scenarios, total), total, f"{events.requests} requests by Schemathesis")
                if time.monotonic() > end:
                    raise OutOfTime(f"the check did not end within {self.seconds:g} s")
                if not ended:
                    time.sleep(_SECONDS_BETWEEN_READS)

    @contextmanager
    def _process(self, folder: Path, configuration: Path) -> Iterator[subprocess.Popen[bytes]]:
        command = [sys.executable, "-c", _SCHEMATHESIS, "--config-file", str(configuration), "--no-color", "run"]
        command += [
            str(contract_file(self.configuration.document)),
            "--url",
            self.url,
            "--phases",
            ",".join(self.phases),
        ]
        command += ["--seed", str(self.seed), "--max-examples", str(self.max_examples)]
        command += ["--report", "ndjson", "--report-ndjson-path", _EVENTS]
        for operation in self.operations:
            command += ["--include-operation-id", operation]
        if self.waived:
            command += ["--exclude-checks", ",".join(self.waived)]
        keys = {KEY: self.key} if self.other_key is None else {KEY: self.key, OTHER_KEY: self.other_key}
        environment = {name: value for name, value in os.environ.items() if name != OTHER_KEY}
        environment |= keys | {NOTES: str(folder / _NOTES_FILE), "COLUMNS": "120", "PYTHONUTF8": "1"}
        with (folder / _OUTPUT).open("wb") as output:
            process = subprocess.Popen(  # noqa: S603 - no shell, and every argument is one of ours
                command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            try:
                yield process
            finally:
                process.kill()
                process.wait()


def _lines(stream: TextIO) -> Iterator[str]:
    """The lines that are complete; the rest of one that is being written stays for the next time."""
    while True:
        place = stream.tell()
        line = stream.readline()
        if not line.endswith("\n"):
            stream.seek(place)
            return
        yield line
