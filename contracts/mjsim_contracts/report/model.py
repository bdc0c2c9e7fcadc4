"""What a check found, whatever it checked: cases with outcomes, the evidence for each, and what was covered.

A case that was never put to the test is NOT EXERCISED and no pass; a report in which nothing was put to the test fails.
"""

from collections import Counter
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Outcome(StrEnum):
    """How a case ended."""

    PASS = "pass"  # noqa: S105 - no password
    WARN = "warn"
    FAIL = "fail"
    NOT_EXERCISED = "not exercised"


class ExitCode(IntEnum):
    """What the command ends with."""

    PASS = 0
    FAIL = 1
    USAGE = 2
    COULD_NOT_RUN = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One exchange as a reader is shown it, credentials redacted. `at` counts seconds from the start of the run.

    `mark` names what to look at, such as the one edit that was made (`data.result: removed`); empty where nothing was.
    """

    title: str
    request: str
    answer: str
    mark: str = ""
    at: float = 0.0


@dataclass(frozen=True, slots=True)
class Case:
    """One rule, variation or delivery and what came of it. `id` is stable from run to run.

    `place` is the operationId, or the part of the contract, that the case is about. `reproduce` is a command.
    """

    id: str
    title: str
    outcome: Outcome
    expected: str = ""
    seen: str = ""
    why: str = ""
    reproduce: str = ""
    place: str = ""
    evidence: tuple[Evidence, ...] = ()
    seconds: float = 0.0
    known: bool = False
    """Whether it is a failure that the baseline lists: it is shown, and fails nothing."""

    @property
    def rule(self) -> str:
        """The part of the id that says what is judged; what follows the first slash says where."""
        return self.id.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Matrix:
    """A table of what was covered: `rows` are a label and as many cells as there are columns; an empty cell was not."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a job, `at` seconds from the start of the run; `kind` such as poll, 429, webhook."""

    at: float
    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """The events of one job, in order."""

    title: str
    events: tuple[Event, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The whole result of `mjsim check`. `check` is server, client, receiver or traffic; `target` is what was judged."""

    check: str
    target: str
    cases: tuple[Case, ...]
    seconds: float
    seed: int = 0
    profile: str = "default"
    headline: tuple[str, ...] = ()
    """Sentences of coverage and cost, such as "312 of 349 edits survived"."""
    matrices: tuple[Matrix, ...] = ()
    lanes: tuple[Lane, ...] = ()
    stale: tuple[str, ...] = ()
    """The ids of the baseline that fail no longer."""

    def of(self, outcome: Outcome) -> tuple[Case, ...]:
        """The cases that ended so; known failures are not among the failures."""
        return tuple(case for case in self.cases if case.outcome is outcome and not case.known)

    @property
    def known(self) -> tuple[Case, ...]:
        """The failures that the baseline lists."""
        return tuple(case for case in self.cases if case.known)

    @property
    def counts(self) -> Counter[Outcome]:
        """How many cases ended in each way; known failures are counted by `known`."""
        return Counter(case.outcome for case in self.cases if not case.known)

    @property
    def outcome(self) -> Outcome:
        """The worst that was found; NOT EXERCISED where nothing was put to the test."""
        counts = self.counts
        counts[Outcome.WARN] += len(self.known)
        ranked = (Outcome.FAIL, Outcome.WARN, Outcome.PASS)
        return next((outcome for outcome in ranked if counts[outcome]), Outcome.NOT_EXERCISED)

    @property
    def exit_code(self) -> ExitCode:
        """0 where nothing failed and something was tested, else 1."""
        return ExitCode.PASS if self.outcome in {Outcome.PASS, Outcome.WARN} else ExitCode.FAIL
