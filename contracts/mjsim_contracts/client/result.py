"""What a check of a client has seen becomes its report: rules, variations, coverage, and the life of the first jobs."""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mjsim_contracts.audit.coverage import Coverage
from mjsim_contracts.audit.judging import audit, by_curl
from mjsim_contracts.audit.lanes import lanes
from mjsim_contracts.audit.rule import Judgement
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.client.baseline import NAME, Baseline, told
from mjsim_contracts.client.cases import case
from mjsim_contracts.client.oracle import Oracle
from mjsim_contracts.client.packing import Tried
from mjsim_contracts.client.variation import Profile
from mjsim_contracts.error import CheckError
from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.terms import Contract


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose report it is: the command, and how it was checked. `options` are those without which it runs differently."""

    command: tuple[str, ...]
    profile: Profile
    seed: int
    options: tuple[str, ...] = ()

    def again(self, which: str = "") -> str:
        """The command that repeats the check, or one of its variations."""
        options = (*self.options, *(("--replay", which) if which else ()))
        return shlex.join(("mjsim", "check", "client", *options, "--", *self.command))


def stillborn(subject: Subject, first: Baseline, contract: Contract, seconds: float) -> Report:
    """The report on a client that failed on the truth; `CheckError` where the audit cannot tell why."""
    cases = _audited(subject, first.scenes, contract)
    if not any(each.outcome is Outcome.FAIL for each in cases):
        run = first.runs[-1]
        raise CheckError(f"the command ended with exit code {run.ended.code} on a truthful server{told(run)}")
    headline = ["the client failed on a truthful server, so nothing was varied"]
    return _report(subject, (first.case, *cases), first.scenes, contract, headline, seconds)


def judged(
    subject: Subject,
    first: Baseline,
    scenes: Sequence[Scene],
    tried: Sequence[tuple[str, Tried]],
    oracle: Oracle,
    contract: Contract,
    seconds: float,
) -> Report:
    """The report on a client that was varied; `tried` has the number of each variation beside it."""
    seen = [*first.scenes, *scenes]
    rules = _audited(subject, seen, contract)
    variations = tuple(case(each, oracle, subject.again(number)) for number, each in tried)
    headline = [*_counted(variations), f"{len(seen)} runs of the command"]
    if not first.steady:
        headline.append("the client does not do the same each time: what it left out is not held against it")
    return _report(subject, (first.case, *rules, *variations), seen, contract, headline, seconds)


def _audited(subject: Subject, scenes: Sequence[Scene], contract: Contract) -> tuple[Case, ...]:
    def again(scene: Scene, judgement: Judgement) -> str:
        # A batch of edits has no name by which it could be replayed.
        named = scene.name != NAME and " " not in scene.name
        if named:
            return subject.again(scene.name)
        return by_curl(scene, judgement) if len(judgement.calls) == 1 else subject.again()

    return audit(scenes, contract, again)


def _report(
    subject: Subject,
    cases: tuple[Case, ...],
    scenes: Sequence[Scene],
    contract: Contract,
    headline: Sequence[str],
    seconds: float,
) -> Report:
    coverage = Coverage(contract, scenes)
    return Report(
        check="client",
        target=shlex.join(subject.command),
        cases=cases,
        seconds=round(seconds, 3),
        seed=subject.seed,
        profile=subject.profile.name.lower(),
        headline=(*headline, *coverage.headline()),
        matrices=coverage.matrices(),
        lanes=lanes(scenes[0], contract.dialect),
    )


def _counted(cases: Sequence[Case]) -> Iterator[str]:
    met = [each for each in cases if each.outcome is not Outcome.NOT_EXERCISED]
    survived = sum(each.outcome is Outcome.PASS for each in met)
    yield f"{survived} of {len(met)} variations survived, {len(cases) - len(met)} not exercised"
