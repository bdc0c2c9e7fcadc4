"""Commands as a person types them, against a simulator whose time stands still; what they print is read back."""

import json
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from mjsim.cli import main
from mjsim.client import Control
from mjsim.launch import Launched


@dataclass
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[list[str]]:
        """The words of each line."""
        return [line.split() for line in self.out.splitlines()]


Mjsim = Callable[..., Said]


@pytest.fixture(scope="session")
def launched() -> Iterator[Launched]:
    with Launched(["--port=0", "--clock=manual", "--seed=5"]) as simulator:
        yield simulator


@pytest.fixture
def control(launched: Launched) -> Control:
    """A simulator in which nothing has happened."""
    control = Control(launched.url)
    control.clock.freeze()
    control.reset()
    control.journal.clear()
    return control


@pytest.fixture
def mjsim(control: Control, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Mjsim:
    """`mjsim("clock", "advance", "60s")` runs a command that finds the simulator by its variable."""
    for name in ("MJSIM_CONTROL_TOKEN", "MJSIM_CONFIG", "MJSIM_PORT", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MJSIM_CONTROL_URL", control.url)

    def run(*arguments: str) -> Said:
        code = main(arguments)
        out, err = capsys.readouterr()
        assert len(err.splitlines()) == (code != 0), err
        return Said(code, out, err)

    return run


@pytest.fixture
def imagine(control: Control) -> Callable[..., str]:
    """`imagine(key="sim-a")` has a picture made; the id of its job."""

    def ask(prompt: str = "a lighthouse", key: str = "sim-a", **more: object) -> str:
        request = urllib.request.Request(
            f"{control.url}/v1/imagine",
            json.dumps({"prompt": prompt, **more}).encode(),
            {"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)["data"]["job_id"]

    return ask
