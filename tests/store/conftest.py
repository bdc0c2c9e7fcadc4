"""What the tests of stores share: the stores themselves, jobs to keep in them, and histories to play to them."""

import itertools
from collections import Counter
from contextlib import asynccontextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from mjsim.clock import wall_clock
from mjsim.core.artwork import Artwork, Picture, Step
from mjsim.core.chance import Key
from mjsim.core.credit import charge
from mjsim.core.film import Film, Motion
from mjsim.core.instant import NEVER, Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import JobType, Mode
from mjsim.core.ratio import Size
from mjsim.core.request import Parameters, Webhook
from mjsim.core.status import Status
from mjsim.core.task import Task, TaskType
from mjsim.core.timeline import Failure, Moment, Timeline
from mjsim.core.value import changed
from mjsim.core.webhook import notices
from mjsim.ports import DeliveryQuery, Query
from mjsim.store.opening import open_store
from mjsim.store.sqlite import SqliteStore

settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

TENANTS = ("alice", "bob", "carol")
WHY = Failure("timed_out", "Took too long.")


STORES = {"memory": lambda _file: open_store(None, wall_clock), "file": SqliteStore}
"""Every store that the conformance suite is run over: a name, and what opens a new, empty one, given an unused path."""


@pytest.fixture(scope="session", params=STORES.values(), ids=STORES)
def opened(request, tmp_path_factory):
    """Opens a new, empty store of one kind: `async with opened() as store`."""
    folder, numbers = tmp_path_factory.mktemp("stores"), itertools.count()

    @asynccontextmanager
    async def opening():
        store = request.param(folder / f"{next(numbers)}.db")
        try:
            yield store
        finally:
            await store.close()

    return opening


@pytest.fixture(scope="session")
def in_file(tmp_path_factory):
    """Opens a new, empty store in a file."""
    folder, numbers = tmp_path_factory.mktemp("files"), itertools.count()
    return lambda: SqliteStore(folder / f"{next(numbers)}.db")


@pytest.fixture(scope="session")
def sqlite_of():
    """The SQLite connection of a store, for what can only be seen or caused there."""
    return lambda store: store._ledger.connection._sqlite


# Jobs


def life_of(accepted, lead=1, run=10, ending=Status.COMPLETED):
    """A life that starts `lead` after acceptance (None: never) and ends `run` later; `ending` None sticks."""
    moments = [Moment(Instant(accepted), Status.PENDING, 0)]
    if lead is not None:
        started = accepted + lead
        moments.append(Moment(Instant(started), Status.IN_PROGRESS, 0))
        moments.append(Moment(Instant(started + run // 2), Status.IN_PROGRESS, 46))
        if ending is not None:
            progress = 100 if ending is Status.COMPLETED else 46
            why = WHY if ending is Status.FAILED else None
            moments.append(Moment(Instant(started + run), ending, progress, why))
    return Timeline(tuple(moments))


def work_of(number, job_type):
    """Work that uses every field of a job, in one job or another."""
    mode = list(Mode)[number % 3]
    extras = (("iw", 0.5), ("style", "raw"), ("tile", True), ("weird", 7)) if number % 2 else ()
    settings = Parameters("16:9", "6.1", mode, 0.5, 7, number, number % 5, "text" if number % 3 else None, extras)
    art = Artwork(2**64 - 1 - number, Size(1456, 816), 7, 3, (Step(2, 2**63),), (0xFFFFFF, 0), ("url:0", "data:1"))
    if job_type is JobType.DESCRIBE:
        return Work(suggestions=("a fox --ar 1:1", "ein Füchslein \U0001f98a --ar 1:1"))
    child = job_type in {JobType.UPSCALE, JobType.VARIATION}
    return Work(f"a fox, number {number}", settings, art, (), "parent" if child else None, 3 if child else None)


def task_of(number, job_type):
    """What makes a task of a job; some are free."""
    size = Size(832, 464)
    film = Film(Picture(Artwork(number, size), 1), size, Motion.LOW, ((number,), (1, 2)))
    kind = TaskType.VIDEO if job_type is JobType.VIDEO else TaskType.TXT2IMG
    return Task(kind, '{"prompt":"ü"}', number % 5, "mark", film if kind.films else None)


@pytest.fixture(scope="session")
def make_job():
    """Makes a job that is accepted at an instant: of a tenant, a type, a fingerprint, with a life that is given."""

    def make(accepted=0, tenant="alice", job_type=JobType.IMAGINE, fingerprint="f", repeat=0, **life):
        key = Key(1, tenant, fingerprint, repeat)
        number = key.integer("number", below=1_000)
        webhook = Webhook("https://a.example/hook?x=1", "progress") if number % 2 else None
        timeline = life_of(accepted, **life)
        work = work_of(number, job_type)
        job = Job(key.uuid(), tenant, job_type, fingerprint, repeat, timeline, work, webhook)
        return changed(job, task=task_of(number, job_type)) if number % 3 or not job.listed else job

    return make


@pytest.fixture(scope="session")
def repeats():
    """Asks a turn for the number of the next equal request, as jobs of `make_job` have them."""

    async def asking(turn, fingerprint, tenant="alice"):
        return await turn.repeats(fingerprint, Key(1, tenant, fingerprint, 0).uuid)

    return asking


@pytest.fixture(scope="session")
def keep():
    """Keeps jobs in a store, each in a turn of its tenant."""

    async def keeping(store, *jobs):
        for job in jobs:
            async with store.turn(job.tenant) as turn:
                turn.add(job)

    return keeping


# Histories: what happens to a store, as data, and a list of jobs that answers the same questions

spans = st.sampled_from([0, 1, 2, 3, 5, 8, 30])
leads = st.sampled_from([0, 0, 1, 2, 5, 8, 30, None])
endings = st.sampled_from([Status.CANCELLED, Status.FAILED, Status.COMPLETED, Status.COMPLETED, None])
forms = st.tuples(leads, spans, endings, st.sampled_from(JobType))
changes = st.tuples(st.integers(0, 99), st.sampled_from(["cancel", "fail", "sooner", "later", "hold"]), spans)
tenants = st.sampled_from([0, 0, 0, 0, 1, 2])
queries = st.builds(
    Query, st.none() | st.sampled_from(Status), st.integers(1, 5), st.sampled_from([0, 0, 1, 2, 9]), st.booleans()
)
turns = st.tuples(
    st.just("turn"), tenants, spans, st.lists(forms, min_size=1, max_size=6), st.lists(changes, max_size=3)
)
happenings = st.one_of(
    turns,
    turns,
    st.tuples(st.just("look"), tenants, queries, st.sampled_from([0, 0, 0, 1, 9])),
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("forget_accepted"), st.sampled_from([1, 8, 30])),
    st.tuples(st.just("forget_settled"), st.integers(1, 3)),
)


def amended_life(life, now, how, span):
    """A life that is amended at `now`."""
    match how:
        case "cancel":
            return life.cancel(now)
        case "hold":
            return life.amend(now, [])
        case "fail":
            return life.amend(now, [Moment(Instant(now + span), Status.FAILED, life.at(now).progress, WHY)])
        case "sooner":
            return life.shift(now, -span)
        case _:
            return life.shift(now, span)


class Naive:
    """Plays a history to a store and to a plain list of jobs, and holds the answers of both against each other."""

    def __init__(self, store, make_job):
        self.store = store
        self.make_job = make_job
        self.now = Instant(1_000)
        self.jobs = []
        self.made = 0
        self.spent = Counter()
        self.granted = {}

    def of(self, tenant, status=None, now=None):
        """The tenant's listed jobs that have this status, in order of acceptance."""
        jobs = [job for job in self.jobs if job.tenant == tenant and job.listed]
        at = self.now if now is None else now
        return [job for job in jobs if status is None or job.timeline.at(at).status is status]

    async def play(self, history):
        """Let it all happen."""
        for what, *how in history:
            await getattr(self, what)(*how)

    async def wait(self, span):
        self.now = Instant(self.now + span)

    async def turn(self, place, after, new, amendments):
        tenant = TENANTS[place]
        await self.wait(after)
        async with self.store.turn(tenant) as turn:
            await self.ask(turn, tenant)
            added = [self._new(tenant, *form) for form in new]
            live = [job for job in self.all_of(tenant) if not job.timeline.at(self.now).status.terminal]
            amended = {}
            for which, how, span in amendments if live else ():
                job = live[which % len(live)]
                amended.setdefault(job.id, job.living(amended_life(job.timeline, self.now, how, span)))
            for job in added:
                turn.add(job)
            for job in amended.values():
                turn.amend(job)
        self.jobs = [amended.get(job.id, job) for job in self.jobs] + added
        for job in [*added, *amended.values()]:
            assert await self.store.find(job.id) == job

    def _new(self, tenant, lead, run, ending, job_type):
        self.made += 1
        return self.make_job(self.now, tenant, job_type, f"request {self.made}", 0, lead=lead, run=run, ending=ending)

    async def ask(self, turn, tenant):
        """What a turn knows before anything is added."""
        unsettled = [job for job in self.all_of(tenant) if job.timeline.settled > self.now]
        assert list(await turn.unsettled(self.now)) == unsettled
        charged = self.charged(tenant)
        assert (
            await turn.account(self.now)
            == await self.store.account(tenant, self.now)
            == (self.granted.get(tenant), charged)
        )
        since = Instant(self.now - 5)
        tasks = [job.timeline.accepted for job in self.all_of(tenant) if job.task and job.timeline.accepted > since]
        assert list(await turn.tasks_since(since)) == tasks
        assert list(await self.store.latest(tenant, 3)) == self.all_of(tenant)[:-4:-1]
        for job_type in (JobType.IMAGINE, JobType.UPSCALE):
            accepted = [job.timeline.accepted for job in self.of(tenant) if job.type is job_type]
            for number in (1, 3):
                assert list(await turn.latest_accepted(job_type, number)) == accepted[-number:]

    def charged(self, tenant):
        """What the tenant's account is charged."""
        return self.spent[tenant] + sum(charge(job, self.now) for job in self.all_of(tenant))

    async def check_changes(self):
        """What has changed lately and since the beginning, and what settles next, of all tenants."""
        for after in (0, self.now - 5, self.now - 1):
            changed_since = [
                job
                for job in self.jobs
                if after < job.timeline.started <= self.now or after < job.timeline.settled <= self.now
            ]
            assert list(await self.store.changed(Instant(after), self.now)) == changed_since
        coming = [job.timeline.settled for job in self.jobs if job.timeline.settled > self.now]
        assert await self.store.next_settling(self.now) == min(coming, default=NEVER)
        assert list(await self.store.latest(None, 4)) == self.jobs[:-5:-1]

    async def look(self, place, query, back):
        """A page as it was `back` ago."""
        now = Instant(self.now - back)
        tenant = TENANTS[place]
        matching = self.of(tenant, query.status, now)
        ordered = matching[::-1] if query.newest_first else matching
        page = await self.store.page(tenant, query, now)
        assert page.total == len(matching)
        assert list(page.jobs) == ordered[query.offset : query.offset + query.limit]

    async def forget_accepted(self, back):
        instant = Instant(self.now - back)
        gone = [job for job in self.jobs if job.timeline.accepted <= instant]
        assert await self.store.forget_accepted_until(instant) == len(gone)
        await self._forget(gone)

    async def forget_settled(self, number):
        gone = [job for job in self.jobs if job.timeline.settled <= self.now][:number]
        assert await self.store.forget_oldest_settled(number, self.now) == len(gone)
        await self._forget(gone)

    def all_of(self, tenant):
        """All of the tenant's jobs, in order of acceptance."""
        return [job for job in self.jobs if job.tenant == tenant]

    async def _forget(self, gone):
        for job in gone:
            if job.timeline.outcome is Status.COMPLETED:
                self.spent[job.tenant] += job.task.charge if job.task else 0
        self.jobs = [job for job in self.jobs if job not in gone]
        assert await self.store.count() == len(self.jobs)
        for job in gone:
            assert await self.store.find(job.id) is None

    async def check_all(self, now):
        """Every list of every tenant, page by page, in both directions."""
        for tenant, status, newest in itertools.product((*TENANTS, "nobody"), (None, *Status), (False, True)):
            expected = self.of(tenant, status, now)[:: -1 if newest else 1]
            for limit in (2, 50):
                found = []
                for offset in range(0, len(expected) + limit, limit):
                    page = await self.store.page(tenant, Query(status, limit, offset, newest), now)
                    assert page.total == len(expected)
                    assert len(page.jobs) <= limit
                    found += page.jobs
                assert found == expected
        assert await self.store.count() == len(self.jobs)

    async def check_news(self):
        """The outbox holds the news of every job that is kept, each due when it happens, and nothing else."""
        kept = await self.store.outbox.deliveries(DeliveryQuery(), 1_000)
        news = {
            (job.id, notice.status, job.tenant, job.webhook.url, notice.instant, notice.instant)
            for job in self.jobs
            if job.webhook
            for notice in notices(job.timeline, job.webhook.type)
        }
        assert {(one.job_id, one.status, one.tenant, one.url, one.instant, one.due) for one in kept} == news
        assert len(kept) == len(news)
        assert await self.store.outbox.next_due(0) == min((due for *_, due in news), default=None)

    async def check_all_then_later(self):
        """Every list now, in the past, and at instants to come up to the last one; and the news of it all."""
        await self.check_news()
        await self.check_changes()
        for now in (self.now, self.now - 3, 1_000, 999, self.now, self.now + 3, self.now + 100, NEVER - 1):
            await self.check_all(Instant(now))


@pytest.fixture(scope="session")
def histories():
    """A strategy for what happens to a store."""
    return st.lists(happenings, min_size=1, max_size=14)


@pytest.fixture(scope="session")
def beside():
    """A plain list of jobs beside a store; see `Naive`."""
    return Naive
