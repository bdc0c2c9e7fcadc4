"""A client is judged by what it does on the truth, and on many slightly different truths; the result is one report.

Errors: CheckError where no verdict could be reached, with what the command printed.
"""

import asyncio
import random
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from mjsim_contracts.client.api import MIDJOURNEY_API, Api
from mjsim_contracts.client.baseline import Baseline, baseline
from mjsim_contracts.client.catalogue import edits
from mjsim_contracts.client.command import Command
from mjsim_contracts.client.oracle import SILENCE, Oracle, signs
from mjsim_contracts.client.packing import Tried, hunt, pack
from mjsim_contracts.client.result import Subject, judged, stillborn
from mjsim_contracts.client.run import Run, Runner
from mjsim_contracts.client.session import Limits, Progress, Session
from mjsim_contracts.client.simulator import SIMULATOR, simulator
from mjsim_contracts.client.surface import Surface
from mjsim_contracts.client.variation import Profile, Success, Variation
from mjsim_contracts.error import CheckError
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.proxy.upstream import Upstream
from mjsim_contracts.report.model import Outcome, Report
from mjsim_contracts.terms import Contract, read_contract

_PATIENCE = {Profile.QUICK: 5.0, Profile.DEFAULT: 10.0, Profile.FULL: 20.0, Profile.HOSTILE: 30.0}
_BUDGET = {Profile.QUICK: 20.0, Profile.DEFAULT: 60.0, Profile.FULL: 600.0, Profile.HOSTILE: 1200.0}
_MARGIN = 5.0
"""How many seconds beyond the longest sensible timeout show that there is none."""

_RUNS = 30
"""A slow client is given time for so many of its runs, whatever the budget."""


def _nobody(_made: int, _known: int, _what: str) -> None:
    """Nobody is told."""


@dataclass(frozen=True, slots=True)
class ClientCheck:
    """What is checked, and how thoroughly.

    `contract` is the document of the API, beside which a published one may lie. `variables` are templates of environment
    variables beside MIDJOURNEY_BASE_URL and MIDJOURNEY_TOKEN, in which {url}, {host}, {port}, {key} and {secret} are
    replaced.
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
    parallel: int = 4
    only: tuple[str, ...] = ()
    """Patterns, as in file names, of the ids of variations; none means all, and an empty one chooses none of them."""
    program: tuple[str, ...] = SIMULATOR
    server: str | None = None
    """The URL of a simulator that runs already, whose jobs are done at once; None starts one by `program`."""
    progress: Progress = _nobody
    api: Api = MIDJOURNEY_API
    """Which API the client is one of."""

    def run(self) -> Report:
        """The report; `CheckError` where there is none, for instance since a pattern of `only` fits nothing."""
        return asyncio.run(self.judge())

    async def judge(self) -> Report:
        """The report, for who has an event loop already."""
        start = time.monotonic()
        if not self.command:
            raise CheckError("there is no command to check; name it after --")
        contract = read_contract(self.contract, self.api.dialect)
        async with self.upstream() as upstream:
            runner = self.runner(upstream)
            first = await baseline(runner, self.oracle(None), self.seconds, self.subject.again(), self.api)
            if first.surface is None:
                return stillborn(self.subject, first, contract, time.monotonic() - start)
            session = Session(runner, self.limits(first.surface), self.progress)
            oracle = self.oracle(first)
            every = self.numbered(first.surface, contract)
            found = await _all(self._chosen(list(every.values())), session, oracle)
        tried = [(number, found[each.id]) for number, each in every.items() if each.id in found]
        return judged(self.subject, first, session.scenes, tried, oracle, contract, time.monotonic() - start)

    def replay(self, which: str, announce: Callable[[str], None]) -> None:
        """Run one variation again, by its id or number, and leave the server up until interrupted.

        `announce` is given lines to print. `CheckError` where there is no such variation.
        """
        from mjsim_contracts.client.replay import replay

        asyncio.run(replay(self, which, announce))

    @property
    def subject(self) -> Subject:
        """Whose report it is."""
        options = [*self.api.options]
        options += [word for name, text in self.variables.items() for word in ("--env", f"{name}={text}")]
        options += ["--seed", str(self.seed)] if self.seed != 1 else []
        return Subject(self.command, self.profile, self.seed, tuple(options))

    def numbered(self, found: Surface, contract: Contract) -> dict[str, Variation]:
        """All variations of a client by their numbers, whatever the profile."""
        every = [*self.api.situations(found), *edits(found, contract, self.api.wording)]
        return {f"V-{place:03d}": variation for place, variation in enumerate(every, 1)}

    def _chosen(self, every: Sequence[Variation]) -> list[Variation]:
        for pattern in filter(None, self.only):
            # A check of nothing would pass.
            if not any(fnmatchcase(each.id, pattern) for each in every):
                raise CheckError(f"no variation for this client has an id like {pattern!r}; the first is {every[0].id}")
        if self.only:
            chosen = [each for each in every if any(fnmatchcase(each.id, pattern) for pattern in self.only)]
        else:
            chosen = [each for each in every if each.profile <= self.profile]
        # Seeds differ in what is tried together with what.
        random.Random(self.seed).shuffle(chosen)  # noqa: S311 - no secret
        return chosen

    @asynccontextmanager
    async def upstream(self) -> AsyncIterator[Upstream]:
        """The truthful server, as long as the context lasts."""
        async with AsyncExitStack() as stack:
            if self.server is None:
                url = await stack.enter_async_context(simulator(self.seed, self.program))
            else:
                url = self.server
            yield await stack.enter_async_context(Upstream(url))

    def runner(self, upstream: Upstream) -> Runner:
        """What runs the command."""
        # On a simulator that others use too, accounts need names that nobody else has.
        prefix = f"sim-check-{secrets.token_hex(6)}" if self.server else f"sim-check-{self.seed}"
        return Runner(upstream, Command(self.command, self.variables, self.api.bulletin.secret), prefix, self.api)

    def oracle(self, first: Baseline | None) -> Oracle:
        """What judges its runs; once there is a baseline, by what is usual. `CheckError` where a sign is no pattern."""
        try:
            crashes = tuple(signs(self.crashes))
        except ValueError as error:
            raise CheckError(str(error)) from error
        if first is None or first.surface is None:
            return Oracle(self.ok_exits, crashes, dialect=self.api.dialect)
        usual = first.surface.places if first.steady else ()
        output, waits = first.runs[0].ended.output, first.surface.waits
        return Oracle(self.ok_exits, crashes, usual, output, waits, self.api.dialect)

    def limits(self, found: Surface) -> Limits:
        """How long its runs may take."""
        patience = self.patience or _PATIENCE[self.profile]
        budget = _BUDGET[self.profile] + _RUNS * found.seconds
        return Limits(found.seconds, patience, self.patience or SILENCE + _MARGIN, budget, self.parallel)


async def _all(chosen: Sequence[Variation], session: Session, oracle: Oracle) -> dict[str, Tried]:
    """Every variation tried, by its id: those that need patience first, beside the others."""

    def fine(variation: Variation, run: Run) -> bool:
        whole = variation.success is Success.IMPOSSIBLE or oracle.succeeded(run)
        return whole and oracle.judge(variation, run).outcome is Outcome.PASS

    single = sorted((each for each in chosen if not each.script.edits), key=lambda each: not each.patient)
    batches = pack(each for each in chosen if each.script.edits)
    session.planned = len(single) + len(batches)
    courses: dict[Story, asyncio.Task[list[Tried]]] = {}

    async def edited(batch: list[Variation]) -> list[Tried]:
        # Who does not survive the course as it is would only say so once for each edit.
        course = courses.get(batch[0].script.story)
        for tried in await course if course else ():
            if tried.run is not None and not fine(tried.variation, tried.run):
                return [Tried(each, None, unless=tried.variation.id) for each in batch]
        return await hunt(batch, session.play, fine)

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(hunt([each], session.play, fine)) for each in single]
            courses |= {each.script.story: task for each, task in zip(single, tasks, strict=True) if each.is_course}
            tasks += [group.create_task(edited(batch)) for batch in batches]
    except* CheckError as errors:
        raise CheckError(str(errors.exceptions[0])) from errors
    return {tried.variation.id: tried for task in tasks for tried in task.result()}
