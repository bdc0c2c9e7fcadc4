"""Hypothesis invents short stories of an account; each step is compared with a model that knows what was created.

Where a server accepts any key of the form sim-<name>, every story has an account of its own. Where its clock can be
moved, a story moves it, and so comes upon jobs in the middle of their lives.
"""

import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import Any, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from mjsim_contracts.exchange import Operation, identifier, inside
from mjsim_contracts.server import sample
from mjsim_contracts.server.clock import ManualClock
from mjsim_contracts.server.conversation import Conversation, Said
from mjsim_contracts.server.echo import echoes
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.reach import Accounts
from mjsim_contracts.server.world import World
from mjsim_contracts.sighting import STEPS, seen_jobs

_MOST_LISTED = 100
_BUSY = 429

_WORDS = ("lighthouse", "dusk", "naïve", "日本", "🦊", "<b>", "O'Hara", "100%")
_prompts = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3).map(" ".join)
"""Nothing that a server could have reason to refuse or to rewrite: no flags, and no spaces at the ends."""

_places = st.integers(0, 7)

_spans = st.sampled_from([0.5, 2, 5, 20, 90])
"""Seconds of the server's time: from a moment between two steps of a job to more than a whole life."""


@dataclass(frozen=True, slots=True)
class Stories:
    """How many stories are told, and for how long at most, in seconds."""

    number: int
    steps: int
    seconds: float

    def tell(self, conversation: Conversation, accounts: Accounts, clock: ManualClock | None, start: int) -> None:
        """Tell them; what they show is in the conversation's docket."""
        end = time.monotonic() + self.seconds
        told = count(1)

        def story() -> _Story:
            return _Story(conversation, accounts.named(f"story-{next(told)}"), clock, end)

        seed(start)(story)
        # A finding is in the docket already, with its conversation; in real time not every story can be told twice.
        with suppress(_Over, Flaky, ExceptionGroup):
            run_state_machine_as_test(cast("type[_Story]", story), settings=self._settings())

    def _settings(self) -> settings:
        return settings(
            max_examples=self.number,
            stateful_step_count=self.steps,
            phases=(Phase.generate, Phase.shrink),
            deadline=None,
            database=None,
            verbosity=Verbosity.quiet,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        )


class _Over(Exception):
    """The story ends here, because a rule was broken or the time is over."""


class _Story(RuleBasedStateMachine):
    def __init__(self, conversation: Conversation, key: str, clock: ManualClock | None, end: float) -> None:
        super().__init__()
        self._conversation = conversation
        self._key = key
        self._clock = clock
        self._end = end
        self._world: World | None = None

    @initialize()
    def begin(self) -> None:
        """The jobs that are there already are counted."""
        total = inside(self._say("GET", "jobs", query={"limit": 1}).answer, "total")
        self._world = World(total if isinstance(total, int) else 0)

    @rule(prompt=_prompts, names=st.sets(st.sampled_from(sorted(sample.SETTINGS)), max_size=3))
    def imagine(self, prompt: str, names: set[str]) -> None:
        """With some settings given explicitly."""
        self._create(Operation.IMAGINE, {"prompt": prompt} | {name: sample.SETTINGS[name] for name in names})

    @rule(operation=st.sampled_from([Operation.DESCRIBE, Operation.BLEND]))
    def from_pictures(self, operation: Operation) -> None:
        """Pictures of our own, so that nothing has to be fetched."""
        self._create(operation, dict(sample.DESCRIBE if operation is Operation.DESCRIBE else sample.BLEND))

    @precondition(lambda self: self._started)
    @rule(operation=st.sampled_from([Operation.UPSCALE, Operation.VARIATION]), place=_places, index=st.integers(1, 4))
    def child(self, operation: Operation, place: int, index: int) -> None:
        """Of whatever job there is: promises tell whether it may succeed."""
        spoken = self._say("POST", sample.PATHS[operation], sample.child(self._picked(place), index))
        self._born(spoken)

    @precondition(lambda self: self._started)
    @rule(place=_places)
    def look(self, place: int) -> None:
        """At one job."""
        self._say("GET", f"jobs/{self._picked(place)}")

    @precondition(lambda self: self._started)
    @rule(place=_places)
    def cancel(self, place: int) -> None:
        """Then look, whatever the answer was: it has come to an end."""
        job_id = self._picked(place)
        self._say("POST", f"jobs/{job_id}/cancel")
        self._say("GET", f"jobs/{job_id}")

    @precondition(lambda self: self._started and self._clock)
    @rule(seconds=_spans, place=_places)
    def advance(self, seconds: float, place: int) -> None:
        """Let time pass for all jobs, and see what it made of one."""
        if self._clock is not None:
            self._clock.advance(seconds)
        self._say("GET", f"jobs/{self._picked(place)}")

    @rule(
        status=st.none() | st.sampled_from(sorted(STEPS)),
        limit=st.integers(1, 4),
        offset=st.integers(0, 4),
        sort=st.sampled_from(["created_at_desc", "created_at_asc"]),
    )
    def page(self, status: str | None, limit: int, offset: int, sort: str) -> None:
        """A page is the asked part of the whole list."""
        query = {"sort": sort} | ({"status": status} if status else {})
        page = self._listed(query | {"limit": limit, "offset": offset})
        whole = self._listed(query | {"limit": _MOST_LISTED, "offset": 0})
        if page and whole:
            newest_first = sort == "created_at_desc"
            self._compare(status, page, whole, slice(offset, offset + limit), newest_first=newest_first)

    def _compare(self, status: str | None, page: Said, whole: Said, part: slice, *, newest_first: bool) -> None:
        world = self._world
        if world is None:
            return
        ids = list(_ids(whole))
        if newest_first or world.total <= _MOST_LISTED:
            # Else the jobs of this story, the newest of all, may stand further down.
            self._expect(Expectation.LISTED, whole, world.objection(status, ids))
        matching = world.count(status)
        if matching is None:
            return
        said, shown = inside(whole.answer, "total"), list(_ids(page))
        wrong = "" if said == matching else f"{matching} jobs match, total says {said}"
        self._expect(Expectation.TOTAL, whole, wrong)
        wrong = (
            ""
            if shown == ids[part]
            else f"the page does not show what stands at {part.start} to {part.stop} of the list"
        )
        self._expect(Expectation.LISTED, page, wrong)

    @property
    def _started(self) -> bool:
        return self._world is not None and bool(self._world.jobs)

    def _picked(self, place: int) -> str:
        assert self._world is not None
        return self._world.pick(place)

    def _create(self, operation: Operation, body: dict[str, Any]) -> None:
        spoken = self._say("POST", sample.PATHS[operation], body)
        if spoken.status != _BUSY:
            wrong = "" if spoken.status == 200 else f"{operation} was answered {spoken.status}"
            self._expect(Expectation.ACCEPTED, spoken, wrong)
        job_id = self._born(spoken)
        if job_id and operation is Operation.IMAGINE:
            self._shown(self._say("GET", f"jobs/{job_id}"), body)

    def _shown(self, spoken: Said, body: dict[str, Any]) -> None:
        if spoken.status == 200:
            for code, wrong in echoes(body, spoken.answer):
                self._expect(code, spoken, wrong)

    def _born(self, spoken: Said) -> str:
        job_id = spoken.exchange.created_id if spoken.exchange else ""
        if job_id and self._world:
            self._world.jobs[job_id] = "pending"
        return job_id

    def _listed(self, query: dict[str, Any]) -> Said | None:
        spoken = self._say("GET", "jobs", query=query)
        return spoken if spoken.status == 200 else None

    def _say(self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None) -> Said:
        if time.monotonic() > self._end:
            raise _Over
        spoken = self._conversation.say(method, path, self._key, body, query)
        if spoken.exchange and self._world:
            for job in seen_jobs(spoken.exchange):
                self._world.learn(job.id, job.status)
        if spoken.breaches:
            raise _broken(spoken.breaches[0].code)
        return spoken

    def _expect(self, code: str, spoken: Said, wrong: str) -> None:
        if not self._conversation.expect(code, spoken, not wrong, wrong):
            raise _broken(code)


def _ids(spoken: Said) -> Iterator[str]:
    data = inside(spoken.answer, "data")
    for each in data if isinstance(data, list) else ():
        yield identifier(inside(each, "id"))


def _broken(code: str) -> _Over:
    """The end of a story; of a class for each rule, because Hypothesis tells failures apart by their class."""
    found: _Over = type(f"Over[{code}]", (_Over,), {})(code)
    return found
