"""Both outboxes give the same answers to the same history, and hold the same rows after each of its steps.

What SQLite keeps in a file is the measure: its statements say what an outbox does, and its triggers what goes with a job.
"""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim.core.delivery import Attempt, Standing, answered
from mjsim.core.instant import Instant
from mjsim.core.pace import JobType
from mjsim.core.request import Webhook
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.timeline import Moment
from mjsim.core.value import changed
from mjsim.ports import DeliveryQuery
from mjsim.store.mailroom import MemoryOutbox
from mjsim.store.sqlite import SqliteStore

TENANTS = ("alice", "bob")
URLS = ("http://a/", "http://a/other", "http://B:80/", "http://c:81/")
HOSTS = ("a", "b:80", "c:81")
WORDS = "abcdef"
KINDS = ("progress", "progress", "result", "end")
TABLES = {"delivery": "number", "attempt": "delivery, place", "disabled": "rowid"}

spans = st.sampled_from([0, 1, 2, 5, 10, 30])
places = st.integers(0, 99)
hosts = st.lists(st.sampled_from(HOSTS), unique=True, max_size=3)
queries = st.just(DeliveryQuery()) | st.builds(
    DeliveryQuery,
    st.sampled_from([None, None, *TENANTS, "nobody"]),
    st.sampled_from([None, None, None, "0" * 32]),
    st.sampled_from([None, None, *Status]),
    st.sampled_from([None, None, None, Standing.SCHEDULED, Standing.RETRYING, Standing.DELIVERED]),
    st.sampled_from([None, None, Instant(5), Instant(20)]),
    st.sampled_from([None, None, 3, 8]),
)
outcomes = st.sampled_from([Standing.DELIVERED, Standing.RETRYING, Standing.RETRYING, Standing.GIVEN_UP])
tenants, urls = st.sampled_from(TENANTS), st.sampled_from(URLS)

HAPPENINGS = {
    "keep": (5, tenants, st.sampled_from(WORDS), urls, st.sampled_from(KINDS), st.sampled_from([0, 1, 5, None]), spans),
    "claim": (9, spans, st.sampled_from([1, 2, 20, 20]), hosts),
    "record": (9, places, st.integers(1, 3), outcomes, spans),
    "postpone": (2, places, spans),
    "resend": (3, queries, places),
    "resend_one": (3, places),
    "pass_time": (3, spans, st.sampled_from([1, 60, 121, 300, -100])),
    "amend": (4, places, st.sampled_from(["cancel", "sooner", "later"]), spans),
    "look": (4, queries, places, st.integers(1, 9)),
    "disable": (1, tenants, urls),
    "enable": (1, st.none() | tenants, st.none() | urls),
    "forget_accepted": (1, st.sampled_from([10, 30, 60])),
    "forget_settled": (1, st.integers(1, 2)),
    "forget_tenant": (1, st.none() | tenants),
    "let_go": (1,),
    "restore": (1,),
    "move": (1,),
}
"""What may happen, how often, and with what."""


def happening(*names):
    """One of these, by their shares."""
    shared = [name for name in names for _ in range(HAPPENINGS[name][0])]
    return st.sampled_from(shared).flatmap(lambda name: st.tuples(st.just(name), *HAPPENINGS[name][1:]))


histories = st.builds(
    list.__add__,
    st.lists(happening("keep"), min_size=3, max_size=6),
    st.lists(happening(*HAPPENINGS), min_size=20, max_size=50),
)
"""Some jobs that there are at once, so that nearly every step has something to do."""


class Both:
    """A store in a file, and an outbox in memory that is told of the same jobs."""

    def __init__(self, file, make_job):
        self.make_job = make_job
        self.store = SqliteStore(file)
        self.jobs = {}
        self.memory = MemoryOutbox(self.jobs.get)
        self.now, self.real = Instant(0), 1_000.0
        self.claimed = []

    async def same(self, ask):
        """The answer of both to one question."""
        outboxes = (self.store.outbox, self.memory)
        before = [one.changes for one in outboxes]
        mine, theirs = [await ask(one) for one in outboxes]
        assert mine == theirs
        grew = [one.changes > number for one, number in zip(outboxes, before, strict=True)]
        return mine, grew

    async def told(self, change):
        """Let both do something, of which they tell those who watch in the same way."""
        answer, (mine, theirs) = await self.same(change)
        assert mine == theirs
        return answer

    def rows(self, table):
        return self.store._ledger.connection.rows(f"SELECT * FROM {table} ORDER BY {TABLES[table]}")

    async def check(self):
        """They hold the same, and say the same of what is due."""
        for table, rows in zip(TABLES, self.memory.rows(), strict=True):
            assert rows == self.rows(table), table
        for busy in ([], ["a"], ["a", "c:81"], ["nobody"], HOSTS):
            await self.told(lambda one, busy=busy: one.next_due(self.real, busy))

    def delivery(self, place):
        """The number and the id of a delivery that is kept; None where none is."""
        rows = self.rows("delivery")
        return rows[place % len(rows)] if rows else None

    def query(self, query, place):
        """The same one, about a job that there is where it asks for one."""
        if query.job_id is None or not self.jobs:
            return query
        return changed(query, job_id=list(self.jobs)[place % len(self.jobs)].replace("-", ""))

    # What may happen

    async def pass_time(self, span, real):
        self.now, self.real = Instant(self.now + span), self.real + real

    async def keep(self, tenant, word, url, kind, lead, run):
        made = self.make_job(self.now, tenant, JobType.IMAGINE, word, lead=lead, run=run)
        if made.id not in self.jobs:
            job = self.jobs[made.id] = changed(made, webhook=Webhook(url, kind))
            async with self.store.turn(tenant) as turn:
                turn.add(job)
            self.memory.project(job, job.webhook)

    async def amend(self, place, how, span):
        live = [job for job in self.jobs.values() if job.timeline.settled > self.now]
        if live:
            job = live[place % len(live)]
            life = job.timeline
            match how:
                case "cancel":
                    life = life.amend(self.now, [Moment(self.now, Status.CANCELLED, life.at(self.now).progress)])
                case "sooner":
                    life = life.shift(self.now, -span)
                case _:
                    life = life.shift(self.now, span)
            job = self.jobs[job.id] = job.living(life)
            async with self.store.turn(job.tenant) as turn:
                turn.amend(job)
            self.memory.project(job, job.webhook)

    async def claim(self, after, most, busy):
        await self.pass_time(after, 0)
        self.claimed += await self.told(lambda one: one.claim(self.now, self.real, most, busy))

    async def record(self, place, copies, standing, span):
        """Also where somebody comes late with it; not twice the same, since a file has one place for that."""
        if not self.claimed:
            return
        told = self.claimed.pop(place % len(self.claimed)).delivery
        rows = {row[0]: row for row in self.rows("delivery")}
        row = rows.get(told.number)
        if row is not None and row[9] != told.attempts:
            return
        due = Instant(self.now + span) if standing is Standing.RETRYING else None
        number = told.attempts + 1
        tried = [
            Attempt(number, self.now, 5.5, (("a", "b"),), answered(0.25, 500, (), b"\xff" * copy), due)
            for copy in range(copies)
        ]
        _, (_, grew) = await self.same(lambda one: one.record(told, tried, Outcome(standing, due)))
        assert grew == (row is not None and row[1] == told.id and row[12] is not None), "a resend alone comes sooner"

    async def postpone(self, place, span):
        if self.claimed:
            told = self.claimed.pop(place % len(self.claimed)).delivery
            await self.told(lambda one: one.postpone(told, Instant(self.now + span)))

    async def resend(self, query, place):
        await self.told(lambda one: one.resend(self.query(query, place), self.now))

    async def resend_one(self, place):
        if (row := self.delivery(place)) is not None:
            told = await self.told(lambda one: one.delivery(row[1]))
            await self.told(lambda one: one.resend_one(told, self.now))

    async def disable(self, tenant, url):
        await self.told(lambda one: one.disable(tenant, url, self.now))
        assert await self.told(lambda one: one.is_disabled(tenant, url))

    async def enable(self, tenant, url):
        await self.told(lambda one: one.enable(tenant, url))

    async def let_go(self):
        async def let_go(outbox):
            outbox.let_go()

        await self.told(let_go)

    async def forget_accepted(self, back):
        await self._forget(self.store.forget_accepted_until(Instant(self.now - back)))

    async def forget_settled(self, number):
        await self._forget(self.store.forget_oldest_settled(number, self.now))

    async def forget_tenant(self, tenant):
        await self._forget(self.store.forget_tenant(tenant))

    async def _forget(self, forgetting):
        await forgetting
        gone = [job_id for job_id in self.jobs if await self.store.find(job_id) is None]
        self.memory.forget(gone)
        for job_id in gone:
            del self.jobs[job_id]

    async def restore(self):
        """Both take over what they hold."""
        await self.store.restore(await self.store.export())
        self.memory.fill(self.memory.rows())

    async def move(self):
        """The rows of the file come into a memory that holds others; the claims end in both."""
        rows = [self.rows(table) for table in TABLES]
        self.store.outbox.let_go()
        self.memory.fill(rows)

    async def look(self, query, place, most):
        asked = self.query(query, place)
        await self.told(lambda one: one.deliveries(asked, most))
        await self.told(lambda one: one.disabled())
        if (row := self.delivery(place)) is not None:
            told = await self.told(lambda one: one.delivery(row[1]))
            await self.told(lambda one: one.attempts(told))
        assert await self.told(lambda one: one.delivery("msg_other")) is None


@pytest.fixture(scope="module")
def file_of(tmp_path_factory):
    """Names a new file."""
    folder, numbers = tmp_path_factory.mktemp("outboxes"), iter(range(10**6))
    return lambda: folder / f"{next(numbers)}.db"


@settings(max_examples=60)
@given(history=histories)
def test_both_outboxes_give_the_same_answers_and_hold_the_same_rows(file_of, make_job, history):
    async def play():
        both = Both(file_of(), make_job)
        try:
            for what, *how in history:
                await getattr(both, what)(*how)
                await both.check()
        finally:
            await both.store.close()

    asyncio.run(asyncio.wait_for(play(), 30))
