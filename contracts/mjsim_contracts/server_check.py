"""A server is judged by one run of Schemathesis against its base URL, and by the promises that `job_lifecycle` adds;
the verdict is the same whenever contract, seed and server are.

Errors: CheckError where no verdict could be reached, with what Schemathesis said.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from mjsim_contracts.configuration import KEY, NOTES, OTHER_KEY, Configuration
from mjsim_contracts.verdict import ServerVerdict, read_verdict

PHASES = ("examples", "coverage", "fuzzing", "stateful")
"""The phases of a whole check, in order."""

_SCHEMATHESIS = "from schemathesis.cli import schemathesis; schemathesis()"
_REPORT, _NOTES_FILE = "report.json", "promises.json"


class CheckError(RuntimeError):
    """No verdict was reached."""


@dataclass(frozen=True, slots=True)
class ServerCheck:
    """What is checked, and how thoroughly.

    `key` is an account that nobody else uses meanwhile. `other_key` is that of another account, to which the first
    one's jobs must be unknown; without it, that is not checked. `operations` limits the check to some operationIds.
    """

    url: str
    key: str
    contract: Path
    configuration: Configuration = Configuration.OVERLAID
    other_key: str | None = None
    seed: int = 1
    max_examples: int = 25
    phases: tuple[str, ...] = PHASES
    operations: tuple[str, ...] = ()
    seconds: float = 600

    def run(self) -> ServerVerdict:
        """The verdict on the server; `CheckError` where there is none, a refused connection included."""
        with TemporaryDirectory(prefix="mjsim-check-") as folder, self.configuration.file() as configuration:
            process = self._schemathesis(Path(folder), configuration)
            report, notes = Path(folder, _REPORT), Path(folder, _NOTES_FILE)
            if not report.is_file() or not notes.is_file():
                raise CheckError(f"Schemathesis came to no result:\n{process.stdout}{process.stderr}")
            verdict = read_verdict(report.read_bytes(), notes.read_bytes(), self.phases, process.stdout)
            if not verdict.operations:
                raise CheckError(f"no operation at {self.url} could be tested: {', '.join(verdict.errors)}")
            return verdict

    def _schemathesis(self, folder: Path, configuration: Path) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", _SCHEMATHESIS, "--config-file", str(configuration), "--no-color", "run"]
        command += [str(self.contract.resolve()), "--url", self.url, "--phases", ",".join(self.phases)]
        command += ["--seed", str(self.seed), "--max-examples", str(self.max_examples)]
        command += ["--report", "json", "--report-json-path", _REPORT]
        for operation in self.operations:
            command += ["--include-operation-id", operation]
        keys = {KEY: self.key} if self.other_key is None else {KEY: self.key, OTHER_KEY: self.other_key}
        environment = {name: value for name, value in os.environ.items() if name != OTHER_KEY}
        environment |= keys | {NOTES: str(folder / _NOTES_FILE), "COLUMNS": "120", "PYTHONUTF8": "1"}
        try:
            return subprocess.run(  # noqa: S603 - no shell, and every argument is one of ours
                command,
                cwd=folder,
                env=environment,
                capture_output=True,
                encoding="utf-8",
                errors="replace",
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CheckError(f"the check did not end within {self.seconds:g} s") from error
