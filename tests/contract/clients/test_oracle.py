"""How a run ended is told by what it left behind: what was only logged on the way is no crash, and silence has its limit."""

import pytest

from mjsim_contracts.client.command import Ended
from mjsim_contracts.client.oracle import SILENCE, Ending, Oracle
from mjsim_contracts.client.run import Run
from mjsim_contracts.client.variation import Success, Tier, Variation
from mjsim_contracts.exchange import Operation
from mjsim_contracts.proxy.fault import Fault, Stall
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.report.model import Outcome

TRACE = """Traceback (most recent call last):
  File "client.py", line 9, in <module>
    print(job["result"])
          ~~~^^^^^^^^^^
KeyError: 'result'
"""
TROUBLE = Variation("a", "a", Tier.ERROR, Script(), Success.OPTIONAL, "getJobStatus")
STALLED = Variation(
    "s",
    "s",
    Tier.TRANSPORT,
    Script(faults=(Fault(Operation.GET, Stall()),)),
    Success.OPTIONAL,
    "getJobStatus",
    patient=True,
)


def run(output: str, code: int | None = 1, seconds: float = 0.2) -> Run:
    """A run that printed this, and ended so."""
    return Run(Script(), Ended(code, seconds, output), (), frozenset())


@pytest.mark.parametrize(
    ("output", "ending"),
    [
        (TRACE, Ending.CRASHED),
        (f"ERROR:root:no picture\n{TRACE}", Ending.CRASHED),
        (f"ERROR:root:no picture\n{TRACE}ERROR:root:giving up\n", Ending.SURVIVED),
        (f"2026-01-01 [error    ] no picture\n{TRACE}gave up after 3 tries\n", Ending.SURVIVED),
        (f"ERROR:root:first try\n{TRACE}INFO:root:again\n{TRACE}", Ending.CRASHED),
        (f"starting\n{TRACE}Unclosed client session\n", Ending.CRASHED),
        ("ERROR giving up: HTTP 500\n", Ending.SURVIVED),
    ],
)
def test_a_trace_that_was_logged_and_left_behind_is_no_crash(output: str, ending: Ending) -> None:
    """A program that logs what it has caught says so before the trace, and goes on after it."""
    assert Oracle().judge(TROUBLE, run(output)).ending is ending


@pytest.mark.parametrize(("seconds", "outcome"), [(10, Outcome.WARN), (SILENCE + 5, Outcome.FAIL)])
def test_nobody_needs_a_minute_for_an_answer_that_does_not_go_on(seconds: float, outcome: Outcome) -> None:
    """Before that, nobody can tell a long timeout from none."""
    assert Oracle().judge(STALLED, run("", None, seconds)).outcome is outcome
