"""Schemathesis finds nothing wrong with the control API, whatever it sends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .server_process import serving

HERE = Path(__file__).parent / "control"


@pytest.mark.parametrize("seed", ["1", *(pytest.param(seed, marks=pytest.mark.hunt) for seed in ("2", "3"))])
def test_the_control_api_obeys_its_document(openapi: Path, tmp_path: Path, seed: str) -> None:
    with serving(tmp_path / "log", "--seed", "1", "--clock", "manual") as url:
        command = [sys.executable, "-c", "from schemathesis.cli import schemathesis; schemathesis()"]
        command += [
            "--config-file",
            str(HERE / "schemathesis.toml"),
            "--no-color",
            "run",
            str(openapi / "control.json"),
        ]
        command += ["--url", url, "--seed", seed, "--max-examples", "15", "--phases", "examples,coverage,fuzzing"]
        settings = os.environ | {"PYTHONPATH": os.pathsep.join([str(HERE), os.environ.get("PYTHONPATH", "")])}
        run = subprocess.run(
            command, check=False, cwd=tmp_path, env=settings, capture_output=True, text=True, timeout=120
        )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
