"""Before anything is varied the client is run twice on the truth: it has to succeed, and what it does is its surface."""

from dataclasses import dataclass

from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.client.api import Api
from mjsim_contracts.client.command import KEY_VARIABLE, URL_VARIABLE
from mjsim_contracts.client.oracle import Oracle
from mjsim_contracts.client.run import Run, Runner
from mjsim_contracts.client.surface import Surface, shape, surface
from mjsim_contracts.error import CheckError
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.report.model import Case, Outcome

NAME = "baseline"
_TAIL_LINES = 15


@dataclass(frozen=True, slots=True)
class Baseline:
    """Two truthful runs; `surface` is None where one of them did not succeed."""

    runs: tuple[Run, ...]
    surface: Surface | None
    case: Case

    @property
    def steady(self) -> bool:
        """Whether both runs did the same."""
        return len({shape(run) for run in self.runs}) == 1

    @property
    def scenes(self) -> list[Scene]:
        """What they showed, for the audit."""
        return [
            Scene(
                NAME,
                run.calls,
                run.ended.seconds,
                cut=run.ended.code is None,
                output=run.ended.output,
                deliveries=run.deliveries,
            )
            for run in self.runs
        ]


async def baseline(runner: Runner, oracle: Oracle, seconds: float, again: str, api: Api) -> Baseline:
    """Run the client on the truth; `CheckError` where it never ended, or asked the server nothing.

    `again` is the command that repeats the check.
    """
    runs: list[Run] = []
    for _ in range(2):
        run = await runner.run(Script(), seconds)
        runs.append(run)
        _demand_contact(run, seconds)
        if not oracle.succeeded(run):
            break
    good = all(map(oracle.succeeded, runs))
    case = _case(runs[-1], good, again)
    return Baseline(tuple(runs), surface(runs, api.dialect, api.failed) if good else None, case)


def _demand_contact(run: Run, seconds: float) -> None:
    if run.calls and run.ended.code is not None:
        return
    if run.ended.code is None:
        raise CheckError(f"the command had not ended after {seconds:g} s on a truthful server{told(run)}")
    raise CheckError(
        f"the command ended with exit code {run.ended.code} and asked the server nothing: it has to read the base URL from "
        f"{URL_VARIABLE} and the key from {KEY_VARIABLE}, or name its own variables by --env NAME={{url}}{told(run)}"
    )


def _case(run: Run, good: bool, again: str) -> Case:
    title = "The client succeeds on a truthful server"
    if good:
        return Case(NAME, title, Outcome.PASS, seen="twice", seconds=run.ended.seconds, place="client")
    return Case(
        NAME,
        title,
        Outcome.FAIL,
        expected="exit code 0",
        seen=f"exit code {run.ended.code}{told(run)}",
        why="Nothing can be varied before the plain case works.",
        reproduce=again,
        place="client",
        seconds=run.ended.seconds,
    )


def told(run: Run) -> str:
    """The last lines that a run printed, to be put behind a sentence."""
    lines = run.ended.output.rstrip().splitlines()[-_TAIL_LINES:]
    return "".join(f"\n  | {line}" for line in lines) or "; it printed nothing"
