"""A page is found by looking into an index, whichever way is the shorter one; both ways give the same page."""

import asyncio
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim.core.instant import Instant
from mjsim.core.pace import JobType
from mjsim.core.status import Status
from mjsim.ports import Query

LISTS = (None, *Status)


class Watch:
    """Notes the statements that a store runs."""

    def __init__(self, sqlite):
        self.statements = []
        self.sqlite = sqlite
        sqlite.set_trace_callback(self.statements.append)

    def take(self):
        """The statements since the last time."""
        taken, self.statements[:] = list(self.statements), []
        return taken

    def plans(self):
        """How SQLite goes about them, line by line."""
        statements = [text for text in self.take() if text.lstrip().upper().startswith(("SELECT", "WITH"))]
        assert statements
        lines = [row[3] for text in statements for row in self.sqlite.execute(f"EXPLAIN QUERY PLAN {text}")]
        self.take()
        return lines


def test_both_ways_to_the_jobs_of_a_status_are_taken_and_lead_to_the_same_pages(
    make_job, histories, beside, sqlite_of, in_file
):
    ways = {status: Counter() for status in LISTS}

    @settings(max_examples=300, derandomize=True, database=None)
    @given(st.data())
    def law(data):
        history = data.draw(histories)

        async def run():
            store = in_file()
            watch = Watch(sqlite_of(store))
            naive = beside(store, make_job)
            for happening in history:
                await naive.play([happening])
                for status in LISTS:
                    watch.take()
                    await naive.look(0, Query(status, 5, 0, newest_first=False), 0)
                    pages = " ".join(text for text in watch.take() if ":limit" in text or "LIMIT" in text)
                    ways[status].update(re.findall(r"INDEXED BY (\w+)", pages))
            await store.close()

        asyncio.run(run())

    law()
    assert {status: len(taken) for status, taken in ways.items()} == {None: 1} | dict.fromkeys(Status, 2)


async def filled(store, keep, make_job, settled, unsettled):
    """Keep so many jobs that have settled by 10_000 and so many that have not, of all statuses."""
    endings = [Status.COMPLETED, Status.FAILED, Status.CANCELLED]
    for place in range(settled + unsettled):
        life = {"lead": 5, "run": 10} if place < settled else {"lead": 5 if place % 2 else 100_000, "run": 100_000}
        await keep(store, make_job(place, fingerprint=str(place), ending=endings[place % 3], **life))


@pytest.mark.parametrize("numbers", [(9, 191), (100, 100), (191, 9)])
def test_no_page_and_no_count_reads_the_whole_table(make_job, keep, sqlite_of, numbers, repeats, in_file):
    async def run():
        store = in_file()
        await filled(store, keep, make_job, *numbers)
        watch = Watch(sqlite_of(store))
        for now in (10_000, 10_001, 9_000, 200_000):
            for status in LISTS:
                for newest in (False, True):
                    await store.page("alice", Query(status, 5, 1, newest), Instant(now))
        async with store.turn("alice") as turn:
            await repeats(turn, "a request that is not remembered")
            await turn.unsettled(Instant(10_000))
            await turn.latest_accepted(JobType.IMAGINE, 3)
        await store.find(make_job(fingerprint="unknown").id)
        lines = watch.plans()
        assert len(lines) > 20
        # SQLite says SCAN where it goes through all there is, and SEARCH without USING where it does so for a maximum.
        for line in lines:
            assert not line.startswith("SCAN"), line
            assert not line.startswith("SEARCH") or " USING " in line, line
        await store.close()

    asyncio.run(run())


async def steps_of(sqlite, doing):
    """How many hundreds of steps SQLite takes for what is done."""
    steps = []
    sqlite.set_progress_handler(lambda: steps.append(None), 100)
    await doing
    sqlite.set_progress_handler(None, 100)
    return len(steps)


def test_what_a_page_costs_does_not_grow_with_the_number_of_settled_jobs(make_job, keep, sqlite_of, in_file):
    """In no list, from neither end; and what was counted once is not counted again."""

    async def cost(number):
        store = in_file()
        await filled(store, keep, make_job, number, 20)
        now = Instant(10_000)
        queries = [Query(status, 10, 0, newest) for status in LISTS for newest in (False, True)]
        await store.page("alice", queries[0], now)
        # Time moves on now and then, so that something is to be counted.
        instants = [Instant(now + place // 3) for place in range(len(queries))]
        pages = [store.page("alice", *asked) for asked in zip(queries, instants, strict=True)]
        costs = [await steps_of(sqlite_of(store), page) for page in pages]
        await store.close()
        return costs

    few, many = asyncio.run(cost(150)), asyncio.run(cost(1_500))
    assert all(of_many <= of_few + 3 for of_few, of_many in zip(few, many, strict=True)), (few, many)


def test_forgetting_the_oldest_job_does_not_read_the_others(make_job, keep, sqlite_of, in_file):
    async def cost(number):
        store = in_file()
        await filled(store, keep, make_job, number, 20)
        steps = await steps_of(sqlite_of(store), store.forget_accepted_until(Instant(0)))
        assert await store.count() == number + 19
        await store.close()
        return steps

    assert asyncio.run(cost(1_500)) <= asyncio.run(cost(150)) + 3


def test_where_nothing_is_to_be_forgotten_nothing_is_asked(make_job, keep, sqlite_of, in_file):
    """It is tried with every request."""

    async def run():
        store = in_file()
        await filled(store, keep, make_job, 10, 10)
        assert await store.forget_accepted_until(Instant(4)) == 5
        watch = Watch(sqlite_of(store))
        assert await store.forget_accepted_until(Instant(4)) == 0
        assert watch.take() == []
        await store.close()

    asyncio.run(run())
