"""The store in memory: quick and small however much it holds, and at home in a data file."""

import asyncio
import gc
import sqlite3
import sys
import tracemalloc
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim.clock import wall_clock
from mjsim.core.delivery import Attempt, Standing, answered
from mjsim.core.error import ClashingState
from mjsim.core.instant import Instant
from mjsim.core.request import Webhook
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.value import changed
from mjsim.ports import DeliveryQuery, Query
from mjsim.store.opening import open_store

LISTS = (None, *Status)


def in_memory():
    return open_store(None, wall_clock)


# The bounds behind which something else is done


BOUNDS = {
    "mjsim.store.order._LONGEST_GAP": 2,
    "mjsim.store.order._MOST_ONE_BY_ONE": 1,
    "mjsim.store.upcoming._MOST_ONE_BY_ONE": 1,
    "mjsim.store.upcoming._SLACK": 0,
    "mjsim.store.athand._MOST": 2,
}


@pytest.mark.parametrize("asked_before", [True, False], ids=["asked about changes from the start", "not asked"])
def test_pages_and_counts_are_right_behind_every_bound(monkeypatch, make_job, histories, beside, asked_before):
    for name, bound in BOUNDS.items():
        monkeypatch.setattr(name, bound)

    @settings(max_examples=150)
    @given(st.data())
    def law(data):
        history = data.draw(histories)

        async def run():
            store = in_memory()
            naive = beside(store, make_job)
            for happening in history:
                await naive.play([happening])
                if asked_before:
                    await naive.check_changes()
            await naive.check_all_then_later()
            await naive.check_changes()

        asyncio.run(run())

    law()


# From one kind of store to the other


def dump(data, folder):
    """The rows of a data file, tenants by their names and jobs without their numbers."""
    file = folder / "dump.db"
    file.write_bytes(data)
    connection = sqlite3.connect(file)
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    rows = {
        table: sorted(connection.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in {*tables} - {"job", "tenant"}
    }
    columns = "id, tenant < 0, type, accepted, started, settled, outcome, request, repeat, charge, document"
    jobs = f"SELECT name, {columns} FROM job LEFT JOIN tenant ON number = abs(tenant) ORDER BY sequence"
    rows["job"] = connection.execute(jobs).fetchall()
    rows["tenant"] = sorted(connection.execute("SELECT name FROM tenant").fetchall())
    connection.close()
    return rows


async def live_through(store, naive, history):
    """A history, and what no history has: grants, sources, attempts, disabled URLs, a line of time."""
    await naive.play(history)
    await store.grant("alice", 40)
    naive.granted["alice"] = 40
    await store.keep_source("data:1", b"one", Instant(1_500))
    await store.keep_source("data:2", b"\x00\xff", Instant(1_000))
    await store.use_sources(["data:2"], Instant(1_600))
    for claimed in await store.outbox.claim(naive.now, 5.0, 3, ()):
        due = Instant(naive.now + 9)
        attempts = [
            Attempt(1, naive.now, 5.5, (("a", "b"),), answered(0.25, 500, (), b"\xff" * copy), due) for copy in (1, 2)
        ]
        await store.outbox.record(claimed.delivery, attempts, Outcome(Standing.RETRYING, due))
    await store.outbox.disable("alice", "http://b/", Instant(5))
    await store.note_line(Instant(1_200), 2.5)
    assert store.fact("seed", "17") == "17"


async def requests(store, jobs):
    """The number that the next equal request of each job gets."""
    numbers = []
    for job in jobs:
        async with store.turn(job.tenant) as turn:
            numbers.append(await turn.repeats(job.fingerprint, partial(str, job.id)))
    return numbers


@settings(max_examples=40)
@given(st.data())
def test_both_kinds_of_store_export_the_same_and_go_on_with_what_the_other_kind_has_exported(
    make_job, in_file, histories, beside, tmp_path_factory, data
):
    folder = tmp_path_factory.mktemp("dumps")
    history = data.draw(histories)

    async def run():
        stores = [open_store(None, lambda: Instant(7)), in_file()]
        naives = [beside(store, make_job) for store in stores]
        for store, naive in zip(stores, naives, strict=True):
            await live_through(store, naive, history)
        jobs = naives[0].jobs
        exported = [await store.export() for store in stores]
        first, second = (dump(one, folder) for one in exported)
        first["fact"], second["fact"] = ([row for row in one["fact"] if row[0] != "line"] for one in (first, second))
        assert first == second
        numbers = [await requests(store, jobs) for store in stores]
        assert numbers[0] == numbers[1]
        others = [in_file(), in_memory()]
        for other, naive, one in zip(others, naives, exported, strict=True):
            assert other.fact("seed", "17") == "17"
            await other.note_line(Instant(3), 1.0)
            line = other.fact("line", "")
            assert await other.restore(one) == len(jobs)
            assert other.fact("line", "") == line, "time goes on where it is"
            again = dump(await other.export(), folder)
            again["fact"] = [row for row in again["fact"] if row[0] != "line"]
            assert again == first | {"delivery": again["delivery"]}
            assert [row[:11] for row in again["delivery"]] == [row[:11] for row in first["delivery"]]
            assert await requests(other, jobs) == numbers[0]
            naive.store = other
            await naive.check_all(naive.now)
            await naive.play(
                [("turn", place, 1, [(1, 5, Status.COMPLETED, make_job().type)], []) for place in range(3)]
            )
        for store in (*stores, *others):
            await store.close()

    asyncio.run(run())


def test_equal_requests_are_counted_on_after_a_journey(make_job, keep, in_file, repeats):
    async def run():
        stores = [in_memory(), in_file(), in_memory()]
        await keep(stores[0], *(make_job(number, repeat=number) for number in range(4)))
        assert await stores[0].forget_accepted_until(Instant(1)) == 2
        for before, after in pairwise(stores):
            await after.restore(await before.export())
            async with after.turn("alice") as turn:
                assert await repeats(turn, "f") == 4
                assert await repeats(turn, "another") == 0
        for store in stores:
            await store.close()

    asyncio.run(run())


def test_nothing_is_changed_by_a_file_that_is_refused(make_job, keep, in_file):
    async def run():
        store, other = in_memory(), in_file()
        job = changed(make_job(), webhook=Webhook("http://a/", "progress"))
        store.fact("seed", "1")
        other.fact("seed", "2")
        await keep(store, job)
        await store.grant("alice", 4)
        for data in (b"", b"no database at all", (await other.export()), (await store.export())[:-1]):
            with pytest.raises(ClashingState):
                await store.restore(data)
            assert await store.find(job.id) == job
            assert (await store.count(), (await store.account("alice", Instant(0))).granted) == (1, 4)
            assert len(await store.outbox.deliveries(DeliveryQuery(), 9)) == 2
        await other.close()

    asyncio.run(run())


# What it costs


async def filled(keep, make_job, settled, unsettled):
    """So many jobs that have settled by 10_000 and so many that have not, of all statuses."""
    store = in_memory()
    endings = [Status.COMPLETED, Status.FAILED, Status.CANCELLED]
    for place in range(settled + unsettled):
        life = {"lead": 5, "run": 10} if place < settled else {"lead": 5 if place % 2 else 100_000, "run": 100_000}
        await keep(store, make_job(place, fingerprint=str(place), ending=endings[place % 3], **life))
    return store


async def calls_of(doing):
    """How many functions are called until it is done."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    gc.disable()  # who is called back by a collection has nothing to do with it
    sys.setprofile(count)
    try:
        await doing
    finally:
        sys.setprofile(None)
        gc.enable()
    return calls


def test_what_a_question_costs_does_not_grow_with_the_number_of_settled_jobs(make_job, keep):
    """No list from either end or from its middle, no turn, no walk, once all that has changed is known."""

    async def costs(number):
        store = await filled(keep, make_job, number, 20)
        now = Instant(10_000)
        await store.page("alice", Query(None, 1, 0, newest_first=True), now)
        await store.changed(now, now)
        found = []
        for status in LISTS:
            total = (await store.page("alice", Query(status, 1, 0, newest_first=True), now)).total
            for newest in (False, True):
                for offset in (0, max(total // 2 - 10, 0)):
                    query = Query(status, 3, offset, newest)
                    found.append(await calls_of(store.page("alice", query, now)))
        async with store.turn("alice") as turn:
            found.append(await calls_of(turn.unsettled(now)))
            found.append(await calls_of(turn.account(Instant(now + 200_000))))
        found.append(await calls_of(store.changed(Instant(10_000), Instant(200_000))))
        found.append(await calls_of(store.next_settling(now)))
        found.append(await calls_of(store.latest("alice", 3)))
        return found

    few, many = asyncio.run(costs(60)), asyncio.run(costs(1_200))
    assert all(of_many <= of_few + 6 for of_few, of_many in zip(few, many, strict=True)), (few, many)


@pytest.mark.parametrize("verb", ["accepted", "settled"])
def test_forgetting_the_oldest_job_does_not_look_at_the_others(make_job, keep, verb):
    async def cost(number):
        store = await filled(keep, make_job, number, 20)
        for now in (10_000, 10_001):
            await store.page("alice", Query(None, 1, 0, newest_first=True), Instant(now))
        doing = {
            "accepted": lambda: store.forget_accepted_until(Instant(0)),
            "settled": lambda: store.forget_oldest_settled(1, Instant(10_000)),
        }[verb]
        calls = await calls_of(doing())
        assert await store.count() == number + 19
        return calls

    # The longest path through it differs by what the oldest job is, so both ask about the same one.
    assert asyncio.run(cost(1_200)) <= asyncio.run(cost(60)) + 6


def test_the_collector_has_no_more_to_look_at_with_more_jobs(make_job, keep):
    async def run():
        store = await filled(keep, make_job, 10, 10)
        jobs = [make_job(99, fingerprint=f"more {number}", run=number % 7) for number in range(2_000)]
        jobs = [changed(job, webhook=None, task=None) for job in jobs]
        for now in (0, 10_000):
            await store.page("alice", Query(None, 1, 0, newest_first=True), Instant(now))
        gc.collect()
        before = len(gc.get_objects())
        await keep(store, *jobs)
        await store.page("alice", Query(None, 1, 0, newest_first=True), Instant(10_001))
        gc.collect()
        assert len(gc.get_objects()) - before < 100
        assert await store.count() == 2_020

    asyncio.run(run())


def test_what_is_forgotten_makes_room(make_job, keep):
    """Also where a job that never settles stays from the beginning on, and in the middle."""

    async def run():
        store = in_memory()
        sizes = []
        tracemalloc.start()
        try:
            for number in range(2_400):
                life = {"lead": 1, "run": 1} if number % 500 else {"ending": None}
                await keep(store, make_job(number, fingerprint=str(number), **life))
                if number >= 300:
                    assert await store.forget_oldest_settled(1, Instant(number)) == 1
                if number % 300 == 299:
                    await store.page("alice", Query(Status.COMPLETED, 5, 0, newest_first=True), Instant(number))
                    sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        assert await store.count() == 300
        assert max(sizes[2:]) < 1.5 * sizes[1], sizes

    asyncio.run(run())


def test_a_job_that_is_put_off_again_and_again_takes_no_more_room(make_job, keep):
    async def run():
        store = in_memory()
        job = changed(make_job(0, lead=50, run=50), webhook=None)
        await keep(store, job)
        sizes = []
        tracemalloc.start()
        try:
            for _ in range(3):
                for _ in range(500):
                    job = job.living(job.timeline.shift(Instant(1), 7))
                    async with store.turn(job.tenant) as turn:
                        turn.amend(job)
                    assert await store.next_settling(Instant(2)) == job.timeline.settled
                sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        assert sizes[2] - sizes[1] < 20_000, sizes

    asyncio.run(run())


@pytest.mark.parametrize("verb", ["tenant", "accepted"])
def test_tenants_without_jobs_leave_nothing_behind(make_job, keep, verb):
    """Test suites make a new one for each test; but for what was spent, and these jobs have failed."""

    async def run():
        store = in_memory()
        sizes = []
        tracemalloc.start()
        try:
            for number in range(300):
                tenant = f"tenant {number}"
                jobs = [make_job(number, tenant, fingerprint=f"{one}", ending=Status.FAILED) for one in range(3)]
                await keep(store, *(changed(job, webhook=None) for job in jobs))
                await store.page(tenant, Query(None, 5, 0, newest_first=True), Instant(number))
                forgetting = {
                    "tenant": lambda tenant=tenant: store.forget_tenant(tenant),
                    "accepted": lambda number=number: store.forget_accepted_until(Instant(number)),
                }[verb]
                assert await forgetting() == 3
                if number % 100 == 99:
                    gc.collect()
                    sizes.append(tracemalloc.get_traced_memory()[0])
        finally:
            tracemalloc.stop()
        assert sizes[2] - sizes[0] < 20_000, sizes

    asyncio.run(run())
