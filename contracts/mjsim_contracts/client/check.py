"""A client is judged by what it does on the truth, and on many slightly different truths; the result is one report.

Errors: CheckError where no verdict could be reached, with what the command printed.
"""

import asyncio
import random
import secrets
import shlex
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from mjsim_contracts.audit.coverage import Coverage
from mjsim_contracts.audit.judging import audit, by_curl
from mjsim_contracts.audit.lanes import lanes
from mjsim_contracts.audit.rule import Judgement
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.client.baseline import NAME, Baseline, baseline, told
from mjsim_contracts.client.cases import case
from mjsim_contracts.client.catalogue import edits
from mjsim_contracts.client.command import Command
from mjsim_contracts.client.oracle import Oracle, signs
from mjsim_contracts.client.packing import Tried, hunt, pack
from mjsim_contracts.client.run import Run, Runner
from mjsim_contracts.client.session import Limits, Progress, Session
from mjsim_contracts.client.simulator import SIMULATOR, simulator
from mjsim_contracts.client.situations import situations
from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.variation import Profile, Success, Variation
from mjsim_contracts.contract import Contract
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.report.model import Case, Outcome, Report
from mjsim_contracts.server_check import CheckError

_PATIENCE = {Profile.QUICK: 5.0, Profile.DEFAULT: 10.0, Profile.FULL: 20.0, Profile.HOSTILE: 30.0}
_BUDGET = {Profile.QUICK: 20.0, Profile.DEFAULT: 60.0, Profile.FULL: 600.0, Profile.HOSTILE: 1200.0}
_RUNS = 30
"""A slow client is given time for so many of its runs, whatever the budget."""


def _nobody(_made: int, _known: int, _what: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class ClientCheck:
    """What is checked, and how thoroughly.

    `contract` is the overlaid document, beside which the published one lies. `variables` are templates of environment
    variables beside MIDJOURNEY_BASE_URL and MIDJOURNEY_TOKEN, in which {url}, {host}, {port} and {key} are replaced.
    `ok_exits` are the exit codes of success; `crashes` are regular expressions that are signs of a crash. `patience` is
    how many seconds a client is given to give up, `seconds` how many a truthful run may take.
    """

    command: tuple[str, ...]
    contract: Path
    profile: Profile = Profile.DEFAULT
    seed: int = 1
    variables: Mapping[str, str] = field(default_factory=dict)
    ok_exits: frozenset[int] = frozenset({0})
    crashes: tuple[str, ...] = ()
    patience: float | None = None
    seconds: float = 60.0
    parallel: int = 3
    only: tuple[str, ...] = ()
    """Patterns, as in file names, of the ids of variations; none means all."""
    program: tuple[str, ...] = SIMULATOR
    server: str | None = None
    """The URL of a simulator that runs already, whose jobs are done at once; None starts one by `program`."""
    progress: Progress = _nobody

    def run(self) -> Report:
        """The report; `CheckError` where there is none."""
        return asyncio.run(self.judge())

    async def judge(self) -> Report:
        """The report, for who has an event loop already."""
        start = time.monotonic()
        contract = self._contract()
        async with self._upstream() as upstream:
            runner = self._runner(upstream)
            first = await baseline(runner, self._oracle(None), self.seconds, self._again())
            if first.surface is None:
                return self._stillborn(first, contract, time.monotonic() - start)
            session = Session(runner, self._limits(first.surface), self.progress)
            oracle = self._oracle(first)
            tried = await _all(self._chosen(first.surface, contract), session, oracle)
        numbers = self._numbers(first.surface, contract)
        return self._report(first, contract, session, [
            case(each, oracle, self._again(numbers.get(each.variation.id, ""))) for each in tried
        ], time.monotonic() - start)  # fmt: skip

    def replay(self, which: str, announce: Callable[[str], None]) -> None:
        """Run one variation again, by its id or number, and leave the server up until interrupted.

        `announce` is given lines to print. `CheckError` where there is no such variation.
        """
        from mjsim_contracts.client.replay import replay

        asyncio.run(replay(self, which, announce))

    def variations(self, found: Surface, contract: Contract) -> list[Variation]:
        """All variations of a client, in the order of their numbers, whatever the profile."""
        return [*situations(found), *edits(found, contract)]

    def _numbers(self, found: Surface, contract: Contract) -> dict[str, str]:
        every = self.variations(found, contract)
        return {variation.id: number(place) for place, variation in enumerate(every)}

    def _chosen(self, found: Surface, contract: Contract) -> list[Variation]:
        every = self.variations(found, contract)
        if self.only:
            chosen = [each for each in every if any(fnmatchcase(each.id, pattern) for pattern in self.only)]
        else:
            chosen = [each for each in every if each.profile <= self.profile]
        # Seeds differ in what is tried together with what.
        random.Random(self.seed).shuffle(chosen)  # noqa: S311 - no secret
        return chosen

    @asynccontextmanager
    async def _upstream(self) -> AsyncIterator[Upstream]:
        async with AsyncExitStack() as stack:
            url = self.server or await stack.enter_async_context(simulator(self.seed, self.program))
            yield await stack.enter_async_context(Upstream(url))

    def _runner(self, upstream: Upstream) -> Runner:
        # On a simulator that others use too, accounts need names that nobody else has.
        prefix = f"sim-check-{secrets.token_hex(6)}" if self.server else f"sim-check-{self.seed}"
        return Runner(upstream, Command(self.command, self.variables), prefix)

    def _contract(self) -> Contract:
        try:
            return Contract(self.contract)
        except (OSError, ValueError, KeyError) as error:
            raise CheckError(f"the contract {self.contract} cannot be read: {error}") from error

    def _oracle(self, first: Baseline | None) -> Oracle:
        try:
            crashes = tuple(signs(self.crashes))
        except ValueError as error:
            raise CheckError(str(error)) from error
        if first is None or first.surface is None:
            return Oracle(self.ok_exits, crashes)
        usual = first.surface.places if first.steady else ()
        return Oracle(self.ok_exits, crashes, usual, first.runs[0].ended.output)

    def _limits(self, found: Surface) -> Limits:
        patience = self.patience or _PATIENCE[self.profile]
        budget = _BUDGET[self.profile] + _RUNS * found.seconds
        return Limits(found.seconds, patience, budget, self.parallel)

    def _again(self, which: str = "") -> str:
        options = f" --replay {which}" if which else ""
        return f"mjsim check client{options} -- {shlex.join(self.command)}"

    def _audit(self, scenes: Sequence[Scene], contract: Contract) -> tuple[Case, ...]:
        def again(scene: Scene, judgement: Judgement) -> str:
            plain = scene.name == NAME or " " in scene.name
            return by_curl(scene, judgement) if plain else self._again(scene.name)

        return audit(scenes, contract, again)

    def _stillborn(self, first: Baseline, contract: Contract, seconds: float) -> Report:
        """The client failed on the truth: a verdict only if the audit knows why."""
        cases = self._audit(first.scenes, contract)
        if not any(each.outcome is Outcome.FAIL for each in cases):
            code = first.runs[-1].ended.code
            raise CheckError(f"the command ended with exit code {code} on a truthful server{told(first.runs[-1])}")
        headline = ("the client failed on a truthful server, so nothing was varied",)
        shown = tuple(lane for scene in first.scenes[:1] for lane in lanes(scene))
        return self._finished((first.case, *cases), seconds, headline, Coverage(contract, first.scenes), shown)

    def _report(
        self, first: Baseline, contract: Contract, session: Session, tried: Sequence[Case], seconds: float
    ) -> Report:
        scenes = [*first.scenes, *session.scenes]
        rules = self._audit(scenes, contract)
        coverage = Coverage(contract, scenes)
        shown = tuple(lane for scene in first.scenes[:1] for lane in lanes(scene))
        runs = session.runs + len(first.runs)
        headline = [*_counted(tried), *coverage.headline(), f"{runs} runs of the command in {seconds:.1f} s"]
        if not first.steady:
            headline.append("the client does not do the same each time: what it left out is not held against it")
        return self._finished((first.case, *rules, *tried), seconds, tuple(headline), coverage, shown)

    def _finished(self, cases, seconds, headline, coverage, shown) -> Report:
        return Report(
            check="client",
            target=shlex.join(self.command),
            cases=cases,
            seconds=round(seconds, 3),
            seed=self.seed,
            profile=self.profile.name.lower(),
            headline=headline,
            matrices=coverage.matrices(),
            lanes=shown,
        )


def number(place: int) -> str:
    """The number of a variation, by its place in the list of all."""
    return f"V-{place + 1:03d}"


async def _all(chosen: Sequence[Variation], session: Session, oracle: Oracle) -> list[Tried]:
    """Try every variation: those that need patience first, beside the others."""

    def fine(variation: Variation, run: Run) -> bool:
        whole = variation.success is Success.IMPOSSIBLE or oracle.succeeded(run)
        return whole and oracle.judge(variation, run).outcome is Outcome.PASS

    single = sorted((each for each in chosen if not each.script.edits), key=lambda each: not each.patient)
    batches = [[each] for each in single] + pack(each for each in chosen if each.script.edits)
    session.planned = len(batches)
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(hunt(batch, session.play, fine)) for batch in batches]
    found = {tried.variation.id: tried for task in tasks for tried in task.result()}
    return [found[identity] for identity in sorted(found)]


def _counted(cases: Sequence[Case]) -> list[str]:
    met = [each for each in cases if each.outcome is not Outcome.NOT_EXERCISED]
    survived = sum(each.outcome is Outcome.PASS for each in met)
    return [f"{survived} of {len(met)} variations survived, {len(cases) - len(met)} not exercised"]
