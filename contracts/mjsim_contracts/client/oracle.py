"""How a run ended, judged by what could be expected: SURVIVED, CRASHED, HUNG or WRONG, and what that means for the client.

A program that stumbles over its own mistake is told from one that says, however loudly, that the server let it down.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from mjsim_contracts.client.run import Run
from mjsim_contracts.client.surface import places
from mjsim_contracts.client.variation import Success, Tier, Variation
from mjsim_contracts.dialect import Dialect, Role
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.proxy.fault import IMAGE
from mjsim_contracts.report.model import Outcome

SILENCE = 60.0
"""How many seconds the longest timeout takes that anybody sets for an answer of a few hundred bytes."""


SOFT = frozenset({Tier.SPARSE, Tier.EVOLUTION})
"""What a client may stumble over without being failed for it, as long as it comes to an end."""


class Ending(StrEnum):
    """What became of the client."""

    SURVIVED = "survived"
    CRASHED = "crashed"
    HUNG = "hung"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended, what that means, and why, in a sentence."""

    ending: Ending
    outcome: Outcome
    seen: str


_PYTHON = re.compile(
    r"^(?:\s*[|+]\s*)*(?:E\s+)?((?:\w+\.)*\w*"
    r"(?:Error|Exception|Disconnected|Timeout|Read|Refused|Failed|Exit|Interrupt))(?::\s|$)",
    re.MULTILINE,
)
"""The line of a Python traceback that names the exception."""

_PYTEST = re.compile(r"^E\s+(?:\w+\.)*(\w+(?:Error|Exception))\b.*$", re.MULTILINE)
"""The line in which pytest names an exception; an assertion that does not hold is what tests are there for."""

BUGS = frozenset({
    "KeyError", "TypeError", "AttributeError", "IndexError", "ValueError", "NameError", "UnboundLocalError", "LookupError",
    "RecursionError", "JSONDecodeError", "UnicodeDecodeError", "UnicodeEncodeError", "ZeroDivisionError", "OverflowError",
    "StopIteration", "NotImplementedError", "DecodeError", "ValidationError", "MemoryError",
})  # fmt: skip
"""Exceptions that nobody raises to say that a server let them down."""

_TRANSPORT = re.compile(
    r"Connection\w*Error|\w*Disconnected\w*|IncompleteRead|URLError|BadStatusLine|\w*ProtocolError|ClientError"
    r"|ClientPayloadError|ContentTypeError|OSError|ReadError|ChunkedEncodingError|ClientConnectorError|ClientOSError"
)
"""Exceptions of libraries when a connection fails; a client that lets them pass has not thought of it."""

_OTHERS = (
    re.compile(r"^.*(?:TypeError|ReferenceError|RangeError|SyntaxError): .*$", re.MULTILINE),
    re.compile(
        r"^.*(?:Cannot read propert(?:y|ies) of (?:undefined|null)|is not a function|is not iterable).*$", re.MULTILINE
    ),
    re.compile(r"^.*(?:UnhandledPromiseRejection|ERR_UNHANDLED_REJECTION).*$", re.MULTILINE),
    re.compile(r"^panic: .*$", re.MULTILINE),
    re.compile(r"^thread '.*' .*panicked at .*$", re.MULTILINE),
    re.compile(
        r"^.*(?:NullPointerException|ClassCastException|IndexOutOfBoundsException|NullReferenceException).*$",
        re.MULTILINE,
    ),
    re.compile(r"^.*(?:NoMethodError|undefined method).*$", re.MULTILINE),
    re.compile(r"^.*PHP Fatal error.*$", re.MULTILINE),
    re.compile(r"^.*(?:Segmentation fault|core dumped|stack smashing|double free).*$", re.MULTILINE),
    re.compile(r"^Unhandled exception.*$", re.MULTILINE),
    re.compile(r"^(?:jq|parse) ?: error.*$|^jq: error.*$", re.MULTILINE),
)
_TRACE = "Traceback (most recent call last)"
_LOGGED = re.compile(r"\b(?:DEBUG|INFO|WARN|WARNING|ERROR|CRITICAL|FATAL)\b|\[(?:warning|error|critical) *\]|\blevel=")
"""A line of a log names its level."""

_UNCAUGHT = re.compile(r"^Node\.js v\d+|^Exception in thread ", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Oracle:
    """Judges runs. `ok_exits` are the exit codes that mean success; `crashes` are more signs of a crash.

    `usual` is what a truthful run of the client did, and printed.
    """

    ok_exits: frozenset[int] = frozenset({0})
    crashes: tuple[re.Pattern[str], ...] = ()
    usual: tuple[str, ...] = field(default=())
    usual_output: str = ""
    waits: bool = False
    """Whether a truthful run follows its jobs until they are completed."""
    dialect: Dialect = MIDJOURNEY

    def succeeded(self, run: Run) -> bool:
        """Whether the client said so."""
        return run.ended.code in self.ok_exits

    def judge(self, variation: Variation, run: Run) -> Verdict:
        """The verdict on a run in which the variation happened."""
        if run.ended.code is None:
            return self._hung(variation, run)
        if self.succeeded(run):
            return self._success(variation, run)
        bug, uncaught = self.stumbled(run)
        if bug:
            return Verdict(Ending.CRASHED, Outcome.WARN if variation.tier in SOFT else Outcome.FAIL, bug)
        if variation.success is Success.EXPECTED:
            outcome = Outcome.WARN if variation.tier is Tier.TRANSPORT else Outcome.FAIL
            said = _last_line(run)
            return Verdict(Ending.WRONG, outcome, f"exit code {run.ended.code}, though nothing was missing: {said}")
        if uncaught:
            return Verdict(Ending.CRASHED, Outcome.WARN, f"a trace instead of a message: {uncaught}")
        return Verdict(Ending.SURVIVED, Outcome.PASS, f"failed cleanly with exit code {run.ended.code}")

    def stumbled(self, run: Run) -> tuple[str, str]:
        """The sign of the program's own mistake, and that of an error that nobody caught; empty where there is none."""
        code, output = run.ended.code, run.ended.output
        if code is not None and (code < 0 or code in {134, 136, 139}):
            return f"ended by signal {-code if code < 0 else code - 128}", ""
        for pattern in self.crashes:
            if (match := pattern.search(output)) and not pattern.search(self.usual_output):
                return match[0][:300], ""
        if _TRACE in output:
            return _python(_last_trace(output))
        if match := _PYTEST.search(output):
            return (match[0][1:].strip()[:300], "") if match[1] in BUGS else ("", "")
        for pattern in _OTHERS:
            if (match := pattern.search(output)) and match[0] not in self.usual_output:
                return match[0].strip()[:300], ""
        trace = _UNCAUGHT.search(output)
        return "", _last_line(run) if trace else ""

    def _hung(self, variation: Variation, run: Run) -> Verdict:
        seconds = f"{run.ended.seconds:.0f} s"
        last = max((call.arrived for call in run.calls), default=0.0)
        busy = run.ended.seconds - last < max(1.0, run.ended.seconds * 0.5)
        seen = f"had not ended after {seconds}, " + (
            "still calling" if busy else f"silent for {run.ended.seconds - last:.0f} s"
        )
        if variation.stalls and run.ended.seconds > SILENCE:
            return Verdict(Ending.HUNG, Outcome.FAIL, seen)
        soft = (
            variation.tier is Tier.EVOLUTION
            or variation.patient
            or (busy and variation.success is not Success.EXPECTED)
        )
        return Verdict(Ending.HUNG, Outcome.WARN if soft else Outcome.FAIL, seen)

    def _success(self, variation: Variation, run: Run) -> Verdict:
        code = f"exit code {run.ended.code}"
        if variation.success is Success.IMPOSSIBLE:
            return Verdict(Ending.WRONG, Outcome.FAIL, f"{code}, as if it had succeeded")
        if variation.success is Success.DOUBTFUL:
            return Verdict(Ending.WRONG, Outcome.WARN, f"{code}, as if all had been well")
        if self.waits and not variation.script.edits and variation.script.story.ends_well and not _saw_the_end(run):
            return Verdict(Ending.WRONG, Outcome.FAIL, f"{code}, though it saw no job completed")
        # Whoever reads a list has nothing to do where it is empty; whoever waits for a job wants its pictures.
        wanted = variation.success is Success.EXPECTED or self.dialect.roles.get(variation.place) is Role.LOOK
        if wanted and (missing := self._left_out(run)):
            return Verdict(Ending.WRONG, Outcome.WARN, f"{code}, but left out without a word: {', '.join(missing)}")
        return Verdict(Ending.SURVIVED, Outcome.PASS, code)

    def _left_out(self, run: Run) -> list[str]:
        """What a truthful run does, and this one did not."""
        done = places(run)
        return ["downloads" if place == IMAGE else place for place in self.usual if place not in done]


def _last_trace(output: str) -> str:
    """The output from the last traceback on that was not merely logged; empty where there is none."""
    starts = [match.start() for match in re.finditer(rf"^.*{re.escape(_TRACE)}", output, re.MULTILINE)]
    for start in reversed(starts):
        before = output[:start].rstrip("\n").rpartition("\n")[2]
        named = _PYTHON.search(output, start)
        after = output[named.start() :].splitlines()[1:] if named else []
        # A program that logs an error it has caught says so before, and goes on after.
        if not (_LOGGED.search(before) and any(line[:1].strip() for line in after)):
            return output[start:]
    return ""


def _python(output: str) -> tuple[str, str]:
    """The exception that ended a Python program: as a mistake of its own, or as one that it let pass."""
    if not output:
        return "", ""
    *_, last = (match for match in _PYTHON.finditer(output)) if _PYTHON.search(output) else [None]
    if last is None:
        return "", "a traceback"
    name = last[1].rpartition(".")[2]
    if name == "SystemExit":
        return "", ""
    line = output[last.start() :].splitlines()[0].strip()[:300]
    if name in BUGS or _TRANSPORT.fullmatch(name):
        return line, ""
    return "", line


def _saw_the_end(run: Run) -> bool:
    """Whether the client was shown one of its jobs completed."""
    created = {call.exchange.created_id for call in run.calls if call.exchange}
    if any(each.told == "completed" and each.accepted for each in run.deliveries):
        return True
    return any(
        job.status == "completed" and (call.role is Role.LOOK or job.id in created)
        for call in run.calls
        for job in call.jobs()
    )


def _last_line(run: Run) -> str:
    lines = [line.strip() for line in run.ended.output.splitlines() if line.strip()]
    return lines[-1][:300] if lines else "it printed nothing"


def signs(patterns: Sequence[str]) -> Iterator[re.Pattern[str]]:
    """Compiled signs of a crash; ValueError names one that is no regular expression."""
    for pattern in patterns:
        try:
            yield re.compile(pattern, re.MULTILINE)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
