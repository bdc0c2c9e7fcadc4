"""Schemathesis finds nothing wrong with the task API, whatever it sends, wherever its codes are told."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .server_process import serving

HERE = Path(__file__).parent / "tasks"
BY_STATUS = "negative_data_rejection,ignored_auth,missing_required_header"
"""The checks that look for refusals in the HTTP status, where this API does not tell them unless it is asked to."""


@pytest.mark.parametrize(("where", "waived"), [("http", None), ("envelope", BY_STATUS)])
def test_the_task_api_obeys_its_document(openapi: Path, tmp_path: Path, where: str, waived: str | None) -> None:
    settings = ("--seed", "1", "--pace", "instant", "--task-errors", where, "--task-rate-limit", "none")
    with serving(tmp_path / "log", *settings) as url:
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
        command += ["--config-file", str(HERE / "schemathesis.toml"), "--no-color", "run", str(openapi / "tasks.json")]
        command += ["--url", url, "--seed", "1", "--max-examples", "15"]
        command += ["--exclude-checks", waived] if waived else []
        run = subprocess.run(
            command, check=False, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=240
        )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
