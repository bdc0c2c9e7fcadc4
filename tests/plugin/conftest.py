"""Somebody else's project, with folders that are named like ours, whose suite is run as they would run it."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest

PATIENCE = 100

CLIENT = '''
"""A client as anybody might write it: it polls until a job is done."""
import json
import os
import urllib.request

class Client:
    def __init__(self, url=None, token=None):
        self.url = url or os.environ["MIDJOURNEY_BASE_URL"]
        self.token = token or os.environ["MIDJOURNEY_TOKEN"]

    def ask(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def imagine(self, prompt):
        return self.ask("POST", "/v1/imagine", {"prompt": prompt})["data"]["job_id"]

    def job(self, job):
        return self.ask("GET", f"/v1/jobs/{job}")

    def jobs(self):
        return [job["id"] for job in self.ask("GET", "/v1/jobs?limit=100")["data"]]

    def until_done(self, job):
        while (found := self.job(job))["status"] in ("pending", "in_progress"):
            pass
        return found["status"]
'''

SETTINGS = """
[pytest]
pythonpath = .
filterwarnings = error
addopts = --strict-markers --strict-config -p no:schemathesis -p no:hypothesispytest -p no:pytest_cov
"""

ENTRY_POINTS = "[pytest11]\nmjsim = mjsim.pytest_plugin\n"


@dataclass
class Project:
    """A project whose suite can be run."""

    folder: Path

    def write(self, **tests: str) -> None:
        """`write(test_a="def test_it(): ...")`."""
        for name, text in tests.items():
            (self.folder / "tests" / f"{name}.py").write_text(dedent(text))

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run its suite to its end."""
        return subprocess.run(self.command(*arguments), **self.surroundings(**variables), timeout=PATIENCE, check=False)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "pytest", *arguments]

    def surroundings(self, **variables: str) -> dict[str, object]:
        kept = {n: v for n, v in os.environ.items() if not n.startswith(("MJSIM", "MIDJOURNEY", "PYTEST", "COVERAGE"))}
        path = os.pathsep.join([*filter(None, [kept.get("PYTHONPATH")]), str(self.folder / "installed")])
        return {
            "cwd": self.folder,
            "env": {**kept, "PYTHONPATH": path, **variables},
            "capture_output": True,
            "text": True,
        }


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project in whose environment mjsim is installed, as far as pytest can tell."""
    for folder in ("contracts", "simulator", "tests", "installed/mjsim_installed-0.dist-info"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "contracts" / "__init__.py").write_text("OURS = True\n")
    (tmp_path / "simulator" / "__init__.py").write_text("OURS = True\n")
    (tmp_path / "simulator" / "cli.py").write_text("raise ImportError('another simulator')\n")
    (tmp_path / "secrets.py").write_text("raise ImportError('not the library')\n")
    (tmp_path / "client.py").write_text(CLIENT)
    installed = tmp_path / "installed" / "mjsim_installed-0.dist-info"
    (installed / "entry_points.txt").write_text(ENTRY_POINTS)
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: mjsim-installed\nVersion: 0\n")
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    return Project(tmp_path)
