"""What a check found, as one value: what failed, what was looked at, and what was never put to the test.

A run that tested nothing is no pass.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that the server broke: its stable code, what it says, and on which operations it was broken."""

    code: str
    title: str
    operations: tuple[str, ...]
    count: int

    def __str__(self) -> str:
        where = ", ".join(self.operations) or "the run as a whole"
        return f"{self.code}  {self.title}  ({where})"


@dataclass(frozen=True, slots=True)
class ServerVerdict:
    """The result of a check of a server."""

    exit_code: int
    """That of Schemathesis: 0 no failure, 1 failures, else it could not do its work."""
    findings: tuple[Finding, ...]
    errors: tuple[str, ...]
    """What kept Schemathesis from testing, such as a connection that was refused."""
    cases: int
    operations: int
    """How many operations were tested."""
    accepted: Mapping[str, int]
    """By operation, how many requests were accepted."""
    phases: Mapping[str, str]
    """By phase, how it ended: success, failure, error or skip."""
    judged: Mapping[str, int]
    """By promise of a job's life, how many judgements there were."""
    seconds: float
    output: str
    """What Schemathesis printed, with a request for each failure that shows it again."""

    @property
    def not_exercised(self) -> tuple[str, ...]:
        """The phases that did not run and the promises that were never put to the test."""
        idle = [phase for phase, status in self.phases.items() if status in {"skip", "interrupted"}]
        return (*idle, *(code for code, number in self.judged.items() if not number))

    @property
    def passed(self) -> bool:
        """Whether nothing was found, and something was looked at."""
        sound = all(status == "success" for status in self.phases.values())
        return self.exit_code == 0 and not self.findings and not self.errors and sound and self.cases > 0

    def summary(self) -> str:
        """The verdict for a reader, most important first."""
        name = "PASS" if self.passed else "FAIL"
        lines = [f"{name}: {self.cases} requests to {self.operations} operations in {self.seconds:.1f} s"]
        lines += [f"  {finding}" for finding in self.findings]
        lines += [f"  error: {error}" for error in self.errors]
        if self.not_exercised:
            lines.append(f"  not exercised: {', '.join(self.not_exercised)}")
        return "\n".join(lines)


def read_verdict(report: bytes, judged: bytes, phases: Sequence[str], output: str) -> ServerVerdict:
    """The verdict of a run, from Schemathesis's JSON report and the numbers of judgements by promise."""
    found: dict[str, Any] = json.loads(report)
    return ServerVerdict(
        exit_code=found["exit_code"],
        findings=tuple(map(_finding, found["failures"])),
        errors=tuple(f"{error['title']} ({error['count']})" for error in found["errors"]),
        cases=found["test_cases"]["generated"],
        operations=found["operations"]["tested"] if found["operations"] else 0,
        accepted={
            operation: sum(phase["accepted"] for phase in rates.values())
            for operation, rates in found["valid_rates"].items()
        },
        phases={phase: found["phases"].get(phase, {}).get("status", "skip") for phase in phases},
        judged=json.loads(judged),
        seconds=found["running_time"],
        output=output,
    )


def _finding(failure: Mapping[str, Any]) -> Finding:
    return Finding(failure["code"], failure["title"], tuple(failure["operations"]), failure["count"])
