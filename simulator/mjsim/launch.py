"""A simulator as a process of its own, which ends with whoever started it, however that ends."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import IO, Self

from mjsim.core.error import SettingsError

_PATIENCE = 10.0
"""Seconds for a simulator to stop by itself."""

_STEERING = ("MJSIM_", "MIDJOURNEY_", "PYTHONWARNINGS")
"""Variables by which the surroundings would change what was asked for."""


class Launched:
    """A running simulator: `url` is its origin, `key` one that works, `seed` that of its world."""

    def __init__(self, arguments: Sequence[str], log: IO[bytes] | None = None) -> None:
        """Start `mjsim serve` on a free port; `SettingsError` in its own words where it does not start."""
        with tempfile.TemporaryFile() as said:
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter
                # -P: a module beside the caller's tests must not take the place of one of the library's.
                [sys.executable, "-P", "-m", "mjsim", "serve", *arguments, "--log-format=json", "--attached"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log or said,
                env=_environment(os.environ),
                process_group=0,  # Ctrl-C is for the one who started it
            )
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
            if not line:
                self.stop()
                said.seek(0)
                raise SettingsError(_last_line(said.read()))
        ready = json.loads(line)
        self.url: str = ready["url"]
        self.key: str = ready["key"]
        self.seed: int = ready["seed"]

    def stop(self) -> None:
        """Let it end, and see to it that it does."""
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _environment(surroundings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in surroundings.items() if not name.startswith(_STEERING)}
    # Two simulators side by side would meet on the capability's port.
    return kept | {"MJSIM_NO_MCP": "true"}


def _last_line(said: bytes) -> str:
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1].removeprefix("mjsim: ") if lines else "the simulator ended before it was ready."
