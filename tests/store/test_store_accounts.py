"""An account is asked for again and again while jobs come, end, are amended and are forgotten, and is never wrong."""

import asyncio

import pytest

from mjsim.core.instant import Instant
from mjsim.core.job import RETENTION
from mjsim.core.request import Webhook
from mjsim.core.task import Task, TaskType
from mjsim.core.value import changed
from mjsim.ports import DeliveryQuery

NOW = Instant(10)


def costing(job, charge):
    return changed(job, task=Task(TaskType.TXT2IMG, "{}", charge))


async def charged(store, tenant="alice", now=NOW):
    return (await store.account(tenant, now)).charged


@pytest.fixture
def story(opened):
    """Runs a coroutine over an empty store of which an account has been asked for."""

    def run(tell):
        async def telling():
            async with opened() as store:
                assert await charged(store) == 0
                await tell(store)

        asyncio.run(telling())

    return run


def test_what_succeeds_at_the_very_instant_counts_once_and_stays_when_it_is_forgotten(story, make_job, keep):
    async def tell(store):
        await keep(store, costing(make_job(5, fingerprint="first", lead=1, run=4), 3))
        assert await charged(store) == 3
        await keep(store, costing(make_job(10, fingerprint="second", lead=0, run=0), 8))
        assert await charged(store) == 11
        assert await store.forget_oldest_settled(1, NOW) == 1
        assert await charged(store) == 11
        assert await store.forget_accepted_until(NOW) == 1
        assert [await charged(store, now=Instant(at)) for at in (10, 11, 9)] == [11, 11, 11]

    story(tell)


def test_a_job_that_expires_before_it_succeeds_has_cost_nothing(story, make_job, keep):
    async def tell(store):
        await keep(store, costing(make_job(0, fingerprint="late", lead=1, run=RETENTION), 3))
        await keep(store, costing(make_job(0, fingerprint="last", lead=1, run=RETENTION - 1), 8))
        assert await charged(store) == 11
        assert await store.forget_accepted_until(Instant(0)) == 2
        assert await charged(store) == 8

    story(tell)


def test_a_job_that_is_amended_at_the_very_instant_is_counted_as_it_is_now(story, make_job, keep):
    async def tell(store):
        jobs = [costing(make_job(5, fingerprint=str(cost), lead=1, run=50), cost) for cost in (3, 8)]
        await keep(store, *jobs)
        assert await charged(store) == 11
        async with store.turn("alice") as turn:
            turn.amend(jobs[0].living(jobs[0].timeline.complete(NOW)))
            turn.amend(jobs[1].living(jobs[1].timeline.cancel(NOW)))
        assert await charged(store) == 3
        assert await charged(store, now=Instant(90)) == 3

    story(tell)


def test_a_grant_is_kept_and_goes_with_its_tenant(story, make_job, keep):
    async def tell(store):
        await keep(store, costing(make_job(5, lead=1, run=1), 3))
        await store.grant("alice", 40)
        await store.grant("bob", 50)
        assert await store.account("alice", NOW) == (40, 3)
        assert await store.forget_tenant("alice") == 1
        assert await store.account("alice", NOW) == (None, 0)
        assert await store.account("bob", NOW) == (50, 0)
        await store.forget_tenant(None)
        assert await store.account("bob", NOW) == (None, 0)

    story(tell)


def test_with_everybody_all_goes_but_what_is_known_about_the_world(story, make_job, keep):
    async def tell(store):
        store.fact("seed", "17")
        jobs = [
            changed(make_job(tenant=tenant), webhook=Webhook("http://a/", "progress")) for tenant in ("alice", "bob")
        ]
        await keep(store, *jobs)
        await store.keep_source("data:1", b"one", NOW)
        assert await store.forget_tenant("alice") == 1
        assert {one.tenant for one in await store.outbox.deliveries(DeliveryQuery(), 9)} == {"bob"}
        assert await store.source("data:1") == b"one"
        assert await store.forget_tenant(None) == 1
        assert list(await store.outbox.deliveries(DeliveryQuery(), 9)) == []
        assert await store.source("data:1") is None
        assert [await store.find(job.id) for job in jobs] == [None, None]
        assert (await store.count(), store.fact("seed", "18")) == (0, "17")
        await keep(store, *jobs)
        assert await store.count() == 2

    story(tell)
