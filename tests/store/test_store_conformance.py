"""What every store promises (`mjsim.ports.Store`), whatever it is made of; `conftest.STORES` lists those that there are."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim.core.instant import Instant
from mjsim.core.pace import JobType
from mjsim.core.status import Status
from mjsim.core.value import changed
from mjsim.ports import Page, Query

ALL = Query(None, 100, 0, newest_first=False)


async def listed(store, tenant="alice", now=50):
    """The ids of a tenant's jobs, and how many there are said to be."""
    page = await store.page(tenant, ALL, Instant(now))
    return [job.id for job in page.jobs], page.total


# The law


@settings(max_examples=300)
@given(st.data())
def test_pages_and_counts_are_those_of_a_plain_list_whatever_has_happened(opened, make_job, histories, beside, data):
    """Pages partition the list, totals are right, turns see what is there: at any instant, after amending, forgetting
    and reading at instants that are past or to come.
    """
    history = data.draw(histories)

    async def run():
        async with opened() as store:
            naive = beside(store, make_job)
            await naive.play(history)
            await naive.check_all_then_later()

    asyncio.run(run())


# Finding


@pytest.mark.parametrize("job_type", JobType)
def test_a_job_is_found_as_it_was_kept(opened, make_job, keep, job_type):
    async def run():
        async with opened() as store:
            jobs = [make_job(job_type=job_type, fingerprint=str(number)) for number in range(8)]
            await keep(store, *jobs)
            assert [await store.find(job.id) for job in jobs] == jobs
            found = await store.latest("alice", 8)
            assert list(found) == jobs[::-1]
            assert list((await store.page("alice", ALL, Instant(0))).jobs) == [job for job in jobs if job.listed]
            assert [hash(job) for job in found] == [hash(job) for job in jobs[::-1]]

    asyncio.run(run())


def test_a_job_is_found_whoever_owns_it_and_one_that_is_not_kept_is_not(opened, make_job, keep):
    async def run():
        async with opened() as store:
            bobs, unknown = make_job(tenant="bob"), make_job(fingerprint="never kept")
            await keep(store, make_job(), bobs)
            assert await store.find(bobs.id) == bobs
            assert await store.find(unknown.id) is None

    asyncio.run(run())


def test_text_of_any_kind_is_kept(opened, make_job, keep):
    async def run():
        async with opened() as store:
            names = ["", " ", "x" * 5_000, "Ünïcødé \U0001f98a", "'; DROP TABLE job; --", "a\x00b"]
            jobs = [make_job(tenant=f"tenant {name}", fingerprint=f"print {name}") for name in names]
            await keep(store, *jobs)
            for job in jobs:
                assert await store.find(job.id) == job
                assert (await store.page(job.tenant, ALL, Instant(0))).jobs == [job]

    asyncio.run(run())


# Turns


def test_what_is_added_shows_when_the_turn_is_over_and_not_before(opened, make_job, repeats):
    async def run():
        async with opened() as store:
            job = make_job()
            async with store.turn("alice") as turn:
                turn.add(job)
                assert await store.find(job.id) is None
                assert await listed(store) == ([], 0)
                assert await repeats(turn, job.fingerprint) == 0
                assert list(await turn.unsettled(Instant(0))) == []
                assert list(await turn.latest_accepted(job.type, 1)) == []
                assert await store.count() == 0
            assert await store.find(job.id) == job
            assert await listed(store) == ([job.id], 1)
            assert await store.count() == 1

    asyncio.run(run())


def test_what_is_amended_shows_when_the_turn_is_over_and_not_before(opened, make_job, keep):
    async def run():
        async with opened() as store:
            job = make_job()
            await keep(store, job)
            cancelled = job.living(job.timeline.cancel(Instant(5)))
            assert await store.find(job.id) == job
            async with store.turn("alice") as turn:
                turn.amend(cancelled)
                assert await store.find(job.id) == job
                assert list(await turn.unsettled(Instant(5))) == [job]
            assert await store.find(job.id) == cancelled
            async with store.turn("alice") as turn:
                assert list(await turn.unsettled(Instant(5))) == []

    asyncio.run(run())


def test_nothing_is_kept_of_a_turn_that_an_error_leaves(opened, make_job, keep, repeats):
    async def run():
        async with opened() as store:
            old, new = make_job(fingerprint="old"), make_job(fingerprint="new")
            await keep(store, old)

            async def broken():
                async with store.turn("alice") as turn:
                    turn.add(new)
                    turn.amend(old.living(old.timeline.cancel(Instant(5))))
                    raise ZeroDivisionError

            with pytest.raises(ZeroDivisionError):
                await broken()
            assert await store.find(new.id) is None
            assert await store.find(old.id) == old
            assert await listed(store) == ([old.id], 1)
            assert await store.count() == 1
            async with store.turn("alice") as turn:
                assert await repeats(turn, "new") == 0
                assert list(await turn.unsettled(Instant(5))) == [old]

    asyncio.run(run())


def test_an_empty_turn_is_none(opened):
    async def run():
        async with opened() as store:
            async with store.turn("alice"):
                pass
            assert await listed(store) == ([], 0)

    asyncio.run(run())


def test_jobs_of_one_turn_are_kept_in_the_order_in_which_they_were_added(opened, make_job):
    async def run():
        async with opened() as store:
            jobs = [make_job(fingerprint=str(number)) for number in range(20)]
            async with store.turn("alice") as turn:
                for job in jobs:
                    turn.add(job)
            assert await listed(store) == ([job.id for job in jobs], 20)

    asyncio.run(run())


def test_a_job_may_be_added_and_amended_in_one_turn(opened, make_job):
    async def run():
        async with opened() as store:
            job = make_job()
            cancelled = job.living(job.timeline.cancel(Instant(0)))
            async with store.turn("alice") as turn:
                turn.add(job)
                turn.amend(cancelled)
            assert await store.find(job.id) == cancelled
            page = await store.page("alice", Query(Status.CANCELLED, 10, 0, newest_first=True), Instant(0))
            assert page == Page([cancelled], 1)

    asyncio.run(run())


def test_the_last_amendment_of_a_turn_holds(opened, make_job, keep):
    async def run():
        async with opened() as store:
            job = make_job(run=30)
            await keep(store, job)
            async with store.turn("alice") as turn:
                turn.amend(job.living(job.timeline.shift(Instant(1), 5)))
                turn.amend(job.living(job.timeline.cancel(Instant(1))))
            assert (await store.find(job.id)).timeline.outcome is Status.CANCELLED
            assert (await store.page("alice", Query(Status.CANCELLED, 1, 0, newest_first=True), Instant(1))).total == 1

    asyncio.run(run())


def test_turns_at_once_are_all_kept(opened, make_job, repeats):
    async def run():
        async with opened() as store:
            jobs = [make_job(tenant=f"t{number % 7}", fingerprint=str(number)) for number in range(50)]

            async def accept(job):
                async with store.turn(job.tenant) as turn:
                    assert await repeats(turn, job.fingerprint, job.tenant) == 0
                    turn.add(job)
                assert await store.find(job.id) == job

            await asyncio.gather(*(accept(job) for job in jobs))
            assert await store.count() == 50
            assert sum([(await listed(store, f"t{number}"))[1] for number in range(7)]) == 50

    asyncio.run(run())


@pytest.mark.parametrize("rounds", range(4))
def test_jobs_that_are_just_being_written_are_no_obstacle_to_other_ones(opened, make_job, keep, rounds):
    async def run():
        async with opened() as store:
            before = make_job(fingerprint="before")
            await keep(store, before)
            data = await store.export()
            writing = asyncio.create_task(keep(store, make_job(fingerprint="after")))
            for _ in range(rounds):
                await asyncio.sleep(0)
            assert await store.restore(data) == 1
            await writing
            assert await store.find(before.id) == before

    asyncio.run(run())


# What a turn can ask


def test_a_turn_knows_what_the_one_before_added_in_the_same_instant(opened, make_job, repeats):
    async def run():
        async with opened() as store:

            async def accept():
                async with store.turn("alice") as turn:
                    waiting = await turn.unsettled(Instant(0))
                    repeat = await repeats(turn, "f")
                    # Without news, which would have to be written beside it.
                    turn.add(changed(make_job(repeat=repeat), webhook=None))
                    return repeat, len(waiting)

            assert await asyncio.gather(*(accept() for _ in range(4))) == [(number, number) for number in range(4)]

    asyncio.run(run())


def test_equal_requests_are_counted_for_each_tenant_and_request(opened, make_job, repeats):
    async def run():
        async with opened() as store:
            for number in range(12):
                tenant, fingerprint = f"t{number % 2}", f"f{number % 3}"
                async with store.turn(tenant) as turn:
                    repeat = await repeats(turn, fingerprint, tenant)
                    assert repeat == number // 6
                    turn.add(make_job(tenant=tenant, fingerprint=fingerprint, repeat=repeat))
            async with store.turn("t") as turn:
                assert await repeats(turn, "0f0", "t") == await repeats(turn, "f0", "t") == 0

    asyncio.run(run())


def test_many_jobs_are_found_and_counted_like_few(opened, make_job, repeats):
    """Also when there are more of them than are kept at hand."""

    async def run():
        async with opened() as store:
            jobs = [make_job(fingerprint=str(number), repeat=repeat) for number in range(600) for repeat in (0, 1)]
            async with store.turn("alice") as turn:
                for job in jobs:
                    turn.add(job)
            for _again in range(2):
                assert [await store.find(job.id) for job in jobs] == jobs
                async with store.turn("alice") as turn:
                    assert {await repeats(turn, str(number)) for number in range(600)} == {2}

    asyncio.run(run())


def test_no_repeat_that_is_kept_is_counted_again_after_others_were_forgotten(opened, make_job, repeats):
    """Ids stem from the number of the repeat, so it has to differ among the jobs that are kept."""

    async def run():
        async with opened() as store:
            for number in range(6):
                async with store.turn("alice") as turn:
                    repeat = await repeats(turn, "f")
                    assert repeat == number
                    turn.add(make_job(accepted=number, repeat=repeat, ending=Status.COMPLETED if number < 2 else None))
            assert await store.forget_oldest_settled(1, Instant(100)) == 1
            assert await store.forget_accepted_until(Instant(2)) == 2
            async with store.turn("alice") as turn:
                assert await repeats(turn, "f") >= 6

    asyncio.run(run())


def test_jobs_are_counted_by_when_they_were_accepted(opened, make_job, keep):
    async def run():
        async with opened() as store:
            assert await store.count_accepted_until(Instant(10**15)) == 0
            await keep(store, *(make_job(accepted=number, fingerprint=str(number)) for number in range(5)))
            counts = [await store.count_accepted_until(Instant(instant)) for instant in (-1, 0, 3, 4, 10**15)]
            assert counts == [0, 1, 4, 5, 5]
            await store.forget_accepted_until(Instant(1))
            assert await store.count_accepted_until(Instant(3)) == 2

    asyncio.run(run())


def test_the_unsettled_jobs_come_in_order_of_acceptance_and_are_the_tenants_own(opened, make_job, keep):
    async def run():
        async with opened() as store:
            runs = [30, 5, None, 20, 5, 40]
            jobs = [
                make_job(number, fingerprint=str(number), lead=0, run=run or 0, ending=Status.FAILED if run else None)
                for number, run in enumerate(runs)
            ]
            await keep(store, *jobs, make_job(tenant="bob", run=90))
            async with store.turn("alice") as turn:
                assert list(await turn.unsettled(Instant(0))) == jobs
                assert list(await turn.unsettled(Instant(9))) == [jobs[0], jobs[2], jobs[3], jobs[5]]
                assert list(await turn.unsettled(Instant(6))) == [jobs[0], jobs[2], jobs[3], jobs[4], jobs[5]]
                assert list(await turn.unsettled(Instant(10**9))) == [jobs[2]]
            async with store.turn("nobody") as turn:
                assert list(await turn.unsettled(Instant(0))) == []

    asyncio.run(run())


def test_the_latest_accepted_of_a_type_come_oldest_first(opened, make_job, keep):
    async def run():
        async with opened() as store:
            for number in range(10):
                job_type = JobType.IMAGINE if number % 2 else JobType.BLEND
                await keep(store, make_job(number, job_type=job_type, fingerprint=str(number)))
            await keep(store, make_job(99, tenant="bob"))
            async with store.turn("alice") as turn:
                assert list(await turn.latest_accepted(JobType.IMAGINE, 3)) == [5, 7, 9]
                assert list(await turn.latest_accepted(JobType.BLEND, 9)) == [0, 2, 4, 6, 8]
                assert list(await turn.latest_accepted(JobType.UPSCALE, 1)) == []
            async with store.turn("nobody") as turn:
                assert list(await turn.latest_accepted(JobType.IMAGINE, 3)) == []

    asyncio.run(run())


# Pages


def test_a_page_of_nobody_and_a_page_beyond_the_last_are_empty(opened, make_job, keep):
    async def run():
        async with opened() as store:
            await keep(store, make_job())
            assert await store.page("nobody", ALL, Instant(0)) == Page([], 0)
            beyond = await store.page("alice", Query(None, 10, 1, newest_first=True), Instant(0))
            assert (list(beyond.jobs), beyond.total) == ([], 1)
            far = await store.page("alice", Query(Status.PENDING, 10, 10**12, newest_first=True), Instant(0))
            assert (list(far.jobs), far.total) == ([], 1)

    asyncio.run(run())


def test_time_alone_moves_a_job_from_list_to_list(opened, make_job, keep):
    async def run():
        async with opened() as store:
            await keep(store, make_job(10, lead=5, run=10))
            seen = {}
            for now in (10, 14, 15, 24, 25, 26):
                for status in Status:
                    if (await store.page("alice", Query(status, 1, 0, newest_first=True), Instant(now))).total:
                        seen.setdefault(now, []).append(str(status))
            assert seen == {
                10: ["pending"],
                14: ["pending"],
                15: ["in_progress"],
                24: ["in_progress"],
                25: ["completed"],
                26: ["completed"],
            }

    asyncio.run(run())


def test_the_past_is_as_it_was_when_new_jobs_have_come_since_somebody_asked(opened, make_job, keep):
    async def run():
        async with opened() as store:
            old, new = make_job(10, lead=5, run=10), make_job(40, fingerprint="new", lead=5, run=10)
            await keep(store, old)
            running = Query(Status.IN_PROGRESS, 9, 0, newest_first=True)
            assert await store.page("alice", running, Instant(20)) == Page([old], 1)
            await keep(store, new)
            assert await store.page("alice", running, Instant(17)) == Page([old], 1)
            assert await store.page("alice", running, Instant(30)) == Page([], 0)
            assert await store.page("alice", running, Instant(47)) == Page([new], 1)
            assert await store.page("alice", running, Instant(90)) == Page([], 0)
            newest = make_job(60, fingerprint="newest", lead=5, run=10)
            await keep(store, newest)
            assert list(await store.latest("alice", 2)) == [newest, new]
            assert await store.page("alice", running, Instant(67)) == Page([newest], 1)

    asyncio.run(run())


# Forgetting


def test_what_was_accepted_by_an_instant_is_forgotten_whoever_owns_it(opened, make_job, keep):
    async def run():
        async with opened() as store:
            assert await store.forget_accepted_until(Instant(10**15)) == 0
            jobs = [make_job(number, tenant=f"t{number % 2}", fingerprint=str(number)) for number in range(6)]
            await keep(store, *jobs)
            assert await store.forget_accepted_until(Instant(-1)) == 0
            assert await store.forget_accepted_until(Instant(3)) == 4
            assert await store.forget_accepted_until(Instant(3)) == 0
            assert [await store.find(job.id) for job in jobs] == [None, None, None, None, jobs[4], jobs[5]]
            assert await store.count() == 2
            assert await store.forget_accepted_until(Instant(10**15)) == 2
            assert await store.count() == 0
            await keep(store, make_job(7))
            assert await store.count() == 1

    asyncio.run(run())


def test_the_oldest_settled_jobs_make_room_and_the_others_stay(opened, make_job, keep):
    async def run():
        async with opened() as store:
            runs = [50, 5, None, 5, 5]
            jobs = [
                make_job(
                    number, fingerprint=str(number), lead=0, run=run or 0, ending=Status.COMPLETED if run else None
                )
                for number, run in enumerate(runs)
            ]
            await keep(store, *jobs)
            assert await store.forget_oldest_settled(9, Instant(4)) == 0
            assert await store.forget_oldest_settled(2, Instant(20)) == 2
            assert (await listed(store))[0] == [jobs[0].id, jobs[2].id, jobs[4].id]
            assert await store.forget_oldest_settled(9, Instant(100)) == 2
            assert await listed(store) == ([jobs[2].id], 1)

    asyncio.run(run())


def test_a_forgotten_job_may_be_accepted_again(opened, make_job, keep, repeats):
    async def run():
        async with opened() as store:
            await keep(store, make_job(1))
            await store.forget_accepted_until(Instant(1))
            async with store.turn("alice") as turn:
                assert await repeats(turn, "f") == 0
                turn.add(make_job(2))
            assert (await store.find(make_job(2).id)).timeline.accepted == 2
            assert await listed(store) == ([make_job(2).id], 1)

    asyncio.run(run())


def test_requests_whose_repeats_are_all_forgotten_are_counted_from_the_start(opened, make_job, keep, repeats):
    async def run():
        async with opened() as store:
            await keep(store, *(make_job(number, repeat=number) for number in range(3)))
            assert await store.forget_accepted_until(Instant(2)) == 3
            async with store.turn("alice") as turn:
                assert await repeats(turn, "f") == 0

    asyncio.run(run())


def test_what_a_tenant_leaves_behind_is_all_that_others_have_though_jobs_came_in_turns(opened, make_job, keep):
    async def run():
        async with opened() as store:
            kinds = [JobType.VIDEO, JobType.IMAGINE, JobType.IMAGINE, JobType.VIDEO]
            owners = ["alice", "bob", "alice", "alice", "bob"]
            jobs = [
                make_job(number, owners[number % 5], kinds[number % 4], fingerprint=str(number)) for number in range(60)
            ]
            await keep(store, *jobs)
            theirs = [job for job in jobs if job.tenant == "bob"]
            assert await store.forget_tenant("alice") == len(jobs) - len(theirs)
            assert list(await store.latest(None, 100)) == theirs[::-1]
            assert await store.count() == len(theirs)

    asyncio.run(run())


# Sources


def test_a_source_is_kept_by_its_name(opened):
    async def run():
        async with opened() as store:
            assert await store.source("data:1") is None
            await store.keep_source("data:1", b"\x00\xff" * 9_000, Instant(1))
            await store.keep_source("data:2", b"two", Instant(1))
            assert await store.source("data:1") == b"\x00\xff" * 9_000
            assert await store.source("data:2") == b"two"
            assert isinstance(await store.source("data:2"), bytes)

    asyncio.run(run())


def test_a_source_that_is_kept_again_is_the_same_and_is_used_again(opened, make_job, keep):
    async def run():
        async with opened() as store:
            await store.keep_source("data:1", b"one", Instant(1))
            await store.keep_source("data:1", b"one", Instant(5))
            await keep(store, make_job(3))
            assert await store.forget_accepted_until(Instant(3)) == 1
            assert await store.source("data:1") == b"one"

    asyncio.run(run())


def test_sources_that_are_used_again_stay(opened, make_job, keep):
    async def run():
        async with opened() as store:
            for name in ("data:1", "data:2", "data:3"):
                await store.keep_source(name, name.encode(), Instant(1))
            await store.use_sources(["data:1", "data:3", "never kept"], Instant(5))
            await store.use_sources([], Instant(9))
            await keep(store, make_job(3))
            assert await store.forget_accepted_until(Instant(3)) == 1
            assert [await store.source(f"data:{number}") for number in (1, 2, 3)] == [b"data:1", None, b"data:3"]
            assert await store.source("never kept") is None

    asyncio.run(run())


def test_a_source_is_forgotten_with_the_jobs_of_its_time(opened, make_job, keep):
    async def run():
        async with opened() as store:
            await store.keep_source("data:1", b"one", Instant(1))
            await store.keep_source("data:3", b"three", Instant(3))
            await store.keep_source("data:5", b"five", Instant(5))
            await keep(store, make_job(1), make_job(5, fingerprint="five"))
            assert await store.forget_accepted_until(Instant(3)) == 1
            assert [await store.source(f"data:{number}") for number in (1, 3, 5)] == [None, None, b"five"]

    asyncio.run(run())


def test_only_the_sources_that_were_used_last_are_kept(opened, monkeypatch):
    monkeypatch.setattr("mjsim.store.sources.MOST_SOURCES", 5)

    async def run():
        async with opened() as store:
            for number in range(5):
                await store.keep_source(f"data:{number}", b"x", Instant(number))
            await store.keep_source("data:0", b"x", Instant(5))
            for number in (6, 7):
                await store.keep_source(f"data:{number}", b"x", Instant(number))
            kept = [number for number in range(8) if await store.source(f"data:{number}")]
            assert kept == [0, 3, 4, 6, 7]

    asyncio.run(run())
