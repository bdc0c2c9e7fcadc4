"""What every outbox promises (`mjsim.ports.Outbox`): news is written with its job, and nothing of it is lost or doubled."""

import asyncio
from functools import wraps

import pytest

from mjsim.core.delivery import Attempt, Standing, answered
from mjsim.core.instant import Instant
from mjsim.core.request import Webhook
from mjsim.core.retry import Outcome
from mjsim.core.status import Status
from mjsim.core.value import changed
from mjsim.ports import LEASE, DeliveryQuery, DisabledUrl

REAL = 1_000.0
EVERYTHING = DeliveryQuery()


def in_a_loop(story):
    """Run a coroutine test in a loop of its own."""

    @wraps(story)
    def run(**fixtures):
        asyncio.run(asyncio.wait_for(story(**fixtures), 30))

    return run


@pytest.fixture
def job(make_job):
    """Makes a job with a webhook: it starts at 1 and ends at 11 after its acceptance."""

    def make(fingerprint="f", accepted=0, tenant="alice", url="http://a/", kind="progress", **life):
        made = make_job(accepted, tenant, fingerprint=fingerprint, **life)
        return changed(made, webhook=Webhook(url, kind))

    return make


async def amend(store, job):
    async with store.turn(job.tenant) as turn:
        turn.amend(job)


async def claim(store, now, most=100, real=REAL, passing_over=()):
    return [one.delivery for one in await store.outbox.claim(Instant(now), real, most, passing_over)]


async def kept(store, query=EVERYTHING):
    return list(await store.outbox.deliveries(query, 100))


def attempt(number=1, status=500, due=None):
    return Attempt(number, Instant(1), 5.5, (("a", "b"),), answered(0.25, status, (("c", "d"),), b"\xff"), due)


async def fail(store, delivery, due):
    """Record a failed attempt; the next one is due then."""
    tried = attempt(delivery.attempts + 1, due=due)
    standing = Standing.GIVEN_UP if due is None else Standing.RETRYING
    await store.outbox.record(delivery, [tried], Outcome(standing, due))


# Claims


@in_a_loop
async def test_what_is_due_is_claimed_once_the_longest_due_first(opened, job, keep):
    async with opened() as store:
        await keep(store, job("a", 3), job("b", 0))
        assert await store.outbox.next_due(REAL) == 1
        assert await claim(store, 0) == []
        claimed = await claim(store, 12, most=1) + await claim(store, 12)
        assert [one.due for one in claimed] == [1, 4, 11]
        assert await claim(store, 12) == []
        assert await store.outbox.next_due(REAL) == 14
        assert {one.id for one in await kept(store)} >= {one.id for one in claimed}


@in_a_loop
async def test_news_of_one_instant_is_claimed_in_the_order_in_which_it_happens(opened, job, keep):
    async with opened() as store:
        await keep(store, job("a", 0, lead=0, run=0), job("b", 0, lead=0, run=0))
        claimed = await claim(store, 0)
        assert [one.status for one in claimed] == [Status.IN_PROGRESS, Status.COMPLETED] * 2
        assert [one.number for one in claimed] == sorted(one.number for one in claimed)


@in_a_loop
async def test_no_more_is_claimed_than_was_asked_for_and_nothing_for_hosts_that_are_passed_over(opened, job, keep):
    async with opened() as store:
        await keep(store, *(job(str(n), n, url=f"http://{'abc'[n % 3]}:80/x") for n in range(9)))
        assert len(await claim(store, 50, 4)) == 4
        rest = await claim(store, 50, passing_over=["a:80", "b:80"])
        assert {one.url for one in rest} == {"http://c:80/x"}
        assert await store.outbox.next_due(REAL, ["a:80", "b:80"]) is None
        assert await store.outbox.next_due(REAL, ["a:80"]) is not None


@in_a_loop
async def test_a_claim_ends_with_its_lease(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (first,) = await claim(store, 50)
        assert await claim(store, 50, real=REAL + LEASE - 1) == []
        assert await claim(store, 50, real=REAL + LEASE + 1) == [first]


@in_a_loop
async def test_each_claim_ends_with_its_own_lease(opened, job, keep):
    async with opened() as store:
        await keep(store, job("first", kind="result"), job("second", 1, kind="result"), job("third", 2, kind="result"))
        for later in (0, 10, 20):
            assert len(await claim(store, 50, most=1, real=REAL + later)) == 1
        for later, place in ((0, 0), (10, 1), (20, 2)):
            assert await store.outbox.next_due(REAL + LEASE + later) == 11 + place
            (again,) = await claim(store, 50, real=REAL + LEASE + later)
            assert again.due == 11 + place


@in_a_loop
async def test_what_is_postponed_is_due_later_and_still_untried(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (first,) = await claim(store, 50)
        await store.outbox.postpone(first, Instant(60))
        assert await claim(store, 59) == []
        assert await claim(store, 60) == [first._replace(due=60)]


@in_a_loop
async def test_a_claim_ends_when_everybody_lets_go(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (first,) = await claim(store, 50)
        store.outbox.let_go()
        assert await claim(store, 50) == [first]


@in_a_loop
async def test_nothing_of_a_file_that_is_taken_over_is_claimed(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (first,) = await claim(store, 50)
        await store.restore(await store.export())
        assert await claim(store, 50) == [first]


# Records


@in_a_loop
async def test_attempts_are_kept_as_they_were_made_and_the_next_one_is_due(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (first,) = await claim(store, 50)
        await fail(store, first, Instant(70))
        assert await kept(store) == [first._replace(due=70, attempts=1, standing=Standing.RETRYING)]
        assert await claim(store, 69) == []
        (second,) = await claim(store, 70)
        await store.outbox.record(second, [attempt(2, 200)] * 2, Outcome(Standing.DELIVERED))
        assert await kept(store) == [second._replace(due=None, attempts=2, standing=Standing.DELIVERED)]
        assert await store.outbox.attempts(second) == [attempt(1, due=70), attempt(2, 200), attempt(2, 200)]
        assert await store.outbox.next_due(REAL) is None
        assert await claim(store, 10**9) == []


@in_a_loop
async def test_a_delivery_is_found_by_its_id(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (only,) = await kept(store)
        assert await store.outbox.delivery(only.id) == only
        assert await store.outbox.delivery("msg_other") is None


@in_a_loop
async def test_what_is_recorded_of_a_job_that_was_forgotten_meanwhile_is_nothing(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (only,) = await claim(store, 50)
        await store.forget_accepted_until(Instant(0))
        await keep(store, job("another", 5, kind="result"))
        await fail(store, only, Instant(60))
        (other,) = await kept(store)
        assert (other.attempts, other.standing) == (0, Standing.SCHEDULED)
        assert await store.outbox.attempts(other) == []


# Amending


@in_a_loop
async def test_news_that_a_life_does_not_tell_any_more_goes_and_what_was_tried_stays(opened, job, keep):
    async with opened() as store:
        made = job()
        await keep(store, made)
        (started,) = await claim(store, 1)
        await fail(store, started, Instant(30))
        await amend(store, made.living(made.timeline.cancel(Instant(5))))
        cancelled, tried = await kept(store)
        assert (cancelled.status, cancelled.due, cancelled.standing) == (Status.CANCELLED, 5, Standing.SCHEDULED)
        assert (tried.status, tried.due, tried.attempts) == (Status.IN_PROGRESS, 30, 1)
        await amend(store, made.living(made.timeline.cancel(Instant(0))))
        assert tried in await kept(store), "even where the process before saw a later time"


@in_a_loop
async def test_news_moves_with_the_life_and_keeps_its_id(opened, job, keep):
    async with opened() as store:
        made = job()
        await keep(store, made)
        before = await kept(store)
        await amend(store, made.living(made.timeline.shift(Instant(0), 100)))
        assert await kept(store) == [one._replace(instant=one.instant + 100, due=one.due + 100) for one in before]


@in_a_loop
async def test_news_that_was_put_off_stays_put_off_while_its_instant_stays(opened, job, keep):
    async with opened() as store:
        made = job()
        await keep(store, made)
        (started,) = await claim(store, 1)
        await store.outbox.postpone(started, Instant(40))
        await amend(store, made.living(made.timeline.cancel(Instant(5))))
        assert (await store.outbox.delivery(started.id)).due == 40


# Forgetting


@in_a_loop
async def test_deliveries_and_attempts_go_with_their_job(opened, job, keep):
    async with opened() as store:
        await keep(store, job("old"), job("new", 5))
        for one in await claim(store, 50):
            await fail(store, one, Instant(60))
        everything = await kept(store)
        await store.forget_accepted_until(Instant(0))
        left = await kept(store)
        assert len(left) == 2
        gone = [one for one in everything if one not in left]
        assert [len(await store.outbox.attempts(one)) for one in (*left, *gone)] == [1, 1, 0, 0]
        await store.forget_oldest_settled(1, Instant(100))
        assert await kept(store) == []


# Lists


@in_a_loop
async def test_lists_hold_what_was_asked_for_the_last_planned_first(opened, job, keep):
    async with opened() as store:
        jobs = [job("a"), job("b", 5), job("c", 9, tenant="bob")]
        await keep(store, *jobs)
        (first,) = await claim(store, 1)
        await fail(store, first, None)
        everything = await kept(store)
        assert [one.number for one in everything] == sorted((one.number for one in everything), reverse=True)
        asked = {
            DeliveryQuery(tenant="bob"): lambda one: one.tenant == "bob",
            DeliveryQuery(tenant="nobody"): lambda one: False,
            DeliveryQuery(job_id=jobs[1].id): lambda one: one.job_id == jobs[1].id,
            DeliveryQuery("bob", jobs[1].id): lambda one: False,
            DeliveryQuery(job_id=jobs[1].id, before=everything[2].number): lambda one: one is everything[3],
            DeliveryQuery(status=Status.COMPLETED): lambda one: one.status is Status.COMPLETED,
            DeliveryQuery(standing=Standing.GIVEN_UP): lambda one: one.standing is Standing.GIVEN_UP,
            DeliveryQuery(since=Instant(11)): lambda one: one.instant >= 11,
            DeliveryQuery(before=everything[2].number): lambda one: one in everything[3:],
            DeliveryQuery("alice", None, Status.COMPLETED, None, Instant(15)): lambda one: one is everything[2],
        }
        for query, wanted in asked.items():
            assert await kept(store, query) == [one for one in everything if wanted(one)], query
        assert list(await store.outbox.deliveries(EVERYTHING, 2)) == everything[:2]


@in_a_loop
async def test_what_is_recorded_at_once_is_recorded_of_each(opened, job, keep):
    async with opened() as store:
        await keep(store, *(job(str(number), kind="result") for number in range(200)))
        claimed = await claim(store, 50, 200)
        outcome = Outcome(Standing.RETRYING, Instant(70))
        tried = [attempt(due=70), attempt(status=501, due=70)]
        await asyncio.gather(*(store.outbox.record(one, tried, outcome) for one in claimed))
        assert await claim(store, 70, 200) == [
            one._replace(due=70, attempts=1, standing=Standing.RETRYING) for one in claimed
        ]
        for one in claimed:
            assert await store.outbox.attempts(one) == tried


# Sending again


@in_a_loop
async def test_what_is_resent_is_due_now_whatever_became_of_it(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (only,) = await claim(store, 50)
        await fail(store, only, None)
        await store.outbox.resend_one(only, Instant(80))
        (again,) = await claim(store, 80)
        assert (again.id, again.attempts, again.standing) == (only.id, 1, Standing.RETRYING)


@in_a_loop
async def test_a_resend_that_is_asked_for_during_an_attempt_happens_after_it(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (only,) = await claim(store, 50)
        await store.outbox.resend_one(only, Instant(50))
        assert await claim(store, 50) == []
        await fail(store, only, Instant(70))
        (again,) = await claim(store, 50)
        assert (again.attempts, again.standing) == (1, Standing.RETRYING)
        await store.outbox.record(again, [attempt(2, 200)], Outcome(Standing.DELIVERED))
        assert await claim(store, 50) == []


@in_a_loop
async def test_what_was_delivered_while_a_resend_was_asked_for_is_not_done_yet(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (only,) = await claim(store, 50)
        await store.outbox.resend_one(only, Instant(40))
        await store.outbox.record(only, [attempt(1, 200)], Outcome(Standing.DELIVERED))
        assert await kept(store) == [only._replace(attempts=1, standing=Standing.RETRYING, due=40)]


@in_a_loop
async def test_a_resend_that_is_asked_for_during_an_attempt_that_is_postponed_happens_once(opened, job, keep):
    async with opened() as store:
        await keep(store, job(kind="result"))
        (only,) = await claim(store, 50)
        await store.outbox.resend_one(only, Instant(50))
        await store.outbox.postpone(only, Instant(60))
        (again,) = await claim(store, 60)
        await store.outbox.record(again, [attempt(1, 200)], Outcome(Standing.DELIVERED))
        assert await claim(store, 100) == []


@in_a_loop
async def test_many_are_resent_where_they_match_and_were_tried(opened, job, keep):
    async with opened() as store:
        await keep(store, job("a"), job("b", 5), job("c", 9, tenant="bob"))
        for one in await claim(store, 11):
            await store.outbox.record(one, [attempt(1, 200)], Outcome(Standing.DELIVERED))
        assert await store.outbox.resend(DeliveryQuery(tenant="bob"), Instant(11)) == 1
        assert await store.outbox.resend(DeliveryQuery(since=Instant(6)), Instant(11)) == 3
        assert len(await claim(store, 11)) == 3


# Disabled URLs


@in_a_loop
async def test_a_url_is_disabled_for_its_tenant_until_it_is_enabled(opened):
    async with opened() as store:
        outbox = store.outbox
        await outbox.disable("alice", "http://a/", Instant(5))
        await outbox.disable("alice", "http://a/", Instant(6))
        await outbox.disable("bob", "http://a/", Instant(4))
        assert await outbox.disabled() == [DisabledUrl("bob", "http://a/", 4), DisabledUrl("alice", "http://a/", 5)]
        assert await outbox.is_disabled("alice", "http://a/")
        assert not await outbox.is_disabled("alice", "http://a")
        assert await outbox.enable("bob", "http://other/") == 0
        assert await outbox.enable("bob", None) == 1
        assert not await outbox.is_disabled("bob", "http://a/")
        assert await outbox.enable(None, None) == 1
        assert await outbox.disabled() == []


@in_a_loop
async def test_the_urls_of_a_file_that_is_taken_over_are_disabled_instead(opened):
    async with opened() as store:
        outbox = store.outbox
        await outbox.disable("alice", "http://a/", Instant(5))
        exported = await store.export()
        await outbox.enable(None, None)
        await outbox.disable("alice", "http://b/", Instant(6))
        await store.restore(exported)
        assert await outbox.is_disabled("alice", "http://a/")
        assert not await outbox.is_disabled("alice", "http://b/")


# Watching


@in_a_loop
async def test_whoever_watches_is_told_of_all_that_may_be_due_sooner(opened, job, keep):
    async with opened() as store:
        told, made = [], job()
        store.outbox.watch(lambda: told.append(True))

        async def tells(change):
            told.clear()
            await change
            assert told

        await tells(keep(store, made))
        await tells(amend(store, made.living(made.timeline.cancel(Instant(5)))))
        first, second = await claim(store, 50)
        await tells(fail(store, first, Instant(60)))
        await tells(store.outbox.postpone(second, Instant(70)))
        await tells(store.outbox.resend_one(second, Instant(50)))
        await tells(store.outbox.resend(EVERYTHING, Instant(50)))


@in_a_loop
async def test_the_number_of_changes_grows_with_all_that_may_be_due_sooner_but_for_what_was_recorded(opened, job, keep):
    async with opened() as store:
        made, outbox = job(), store.outbox

        async def grows(change):
            before = outbox.changes
            await change
            return outbox.changes > before

        assert await grows(keep(store, made))
        assert await grows(amend(store, made.living(made.timeline.cancel(Instant(5)))))
        first, second = await claim(store, 50)
        assert not await grows(fail(store, first, Instant(60)))
        assert await grows(outbox.postpone(second, Instant(70)))
        assert await grows(outbox.resend(EVERYTHING, Instant(50)))
        (again,) = await claim(store, 50)
        assert await grows(outbox.resend_one(again, Instant(50)))
        assert await grows(outbox.record(again, [attempt(2, 200)], Outcome(Standing.DELIVERED)))
        assert await grows(store.restore(await store.export()))


@in_a_loop
async def test_a_resend_is_due_after_the_attempt_it_was_asked_for_at_and_after_no_later_one(opened, job, keep):
    async with opened() as store:
        outbox = store.outbox
        await keep(store, job(kind="result"))

        async def resent():
            (claimed,) = await claim(store, 50)
            await outbox.resend_one(claimed, Instant(50))
            return claimed

        async def grows_when_recorded(claimed):
            before = outbox.changes
            await fail(store, claimed, Instant(50))
            return outbox.changes > before

        only = await resent()
        await outbox.enable(None, None)
        assert await grows_when_recorded(only), "whatever else has been read again meanwhile"
        assert not await grows_when_recorded(*await claim(store, 50))
        await outbox.postpone(await resent(), Instant(50))
        assert not await grows_when_recorded(*await claim(store, 50))
        await resent()
        await store.restore(await store.export())
        assert not await grows_when_recorded(*await claim(store, 50))
