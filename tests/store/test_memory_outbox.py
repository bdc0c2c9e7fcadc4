"""What the outbox in memory promises beyond the conformance suite: what it costs, what it holds on to, what rows may say."""

import gc
import sys
import tracemalloc

import pytest

from mjsim.core.delivery import Attempt, Standing, answered
from mjsim.core.instant import Instant
from mjsim.core.request import Webhook
from mjsim.core.retry import Outcome
from mjsim.core.value import changed
from mjsim.ports import LEASE, DeliveryQuery
from mjsim.store.mailroom import MemoryOutbox

REAL = 1_000.0


@pytest.fixture
def job(make_job):
    """Makes a job with a webhook that tells of its end, 11 after its acceptance."""

    def make(fingerprint, accepted=0, tenant="alice", url="http://a/"):
        return changed(make_job(accepted, tenant, fingerprint=fingerprint), webhook=Webhook(url, "result"))

    return make


@pytest.fixture
def outbox():
    return MemoryOutbox({}.get)


def told_of(*jobs):
    """An outbox with the news of these jobs."""
    outbox = MemoryOutbox({job.id: job for job in jobs}.get)
    for job in jobs:
        outbox.project(job, job.webhook)
    return outbox


def answer(coroutine):
    """What it returns; nobody else has a turn meanwhile."""
    try:
        while True:
            coroutine.send(None)
    except StopIteration as done:
        return done.value


def claim(outbox, now=50, real=REAL, most=10, passing_over=()):
    return [one.delivery for one in answer(outbox.claim(Instant(now), real, most, passing_over))]


def steps(ask):
    """How many calls it takes to answer."""
    calls = 0

    def count(_frame, event, _argument):
        nonlocal calls
        calls += event.endswith("call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        answer(ask())
    finally:
        sys.setprofile(before)
    return calls


# What it costs


def many_and_few(job, number):
    """So many jobs for one host, then three for others."""
    many = [job(f"{number}", number) for number in range(number)]
    return told_of(*many, *(job(host, 5_000, host, f"http://{host}/") for host in ("b", "c", "d")))


QUESTIONS = {
    "when the next one is due": lambda outbox: outbox.next_due(REAL),
    "when the next one is due beside a busy host": lambda outbox: outbox.next_due(REAL, ["a"]),
    "one that goes elsewhere": lambda outbox: outbox.claim(Instant(9_000), REAL, 1, ["a"]),
    "all that goes elsewhere": lambda outbox: outbox.claim(Instant(9_000), REAL, 99, ["a"]),
    "the deliveries of a tenant": lambda outbox: outbox.deliveries(DeliveryQuery(tenant="b"), 10),
    "the deliveries of nobody": lambda outbox: outbox.deliveries(DeliveryQuery(tenant="nobody"), 10),
    "the deliveries of no job": lambda outbox: outbox.deliveries(DeliveryQuery(job_id="0" * 32), 10),
    "an early page": lambda outbox: outbox.deliveries(DeliveryQuery(before=20), 10),
    "an early page of a tenant": lambda outbox: outbox.deliveries(DeliveryQuery(tenant="alice", before=20), 10),
}


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_takes_hardly_more_steps_among_twenty_times_as_many(job, question):
    few, many = many_and_few(job, 100), many_and_few(job, 2_000)
    assert steps(lambda: question(many)) <= steps(lambda: question(few)) + 10


def test_what_is_due_at_many_hosts_is_found_in_few_steps(job):
    few, many = (told_of(*(job(f"{n}", url=f"http://h{n}/") for n in range(number))) for number in (50, 1_000))
    asked = Instant(50), REAL, 10, ["h1"]
    assert steps(lambda: many.claim(*asked)) <= steps(lambda: few.claim(*asked)) + 10


def test_a_claim_takes_hardly_more_steps_where_each_news_was_due_sooner_than_all_before(job):
    rising, falling = range(60), range(60, 0, -1)
    fresh, overtaken = (told_of(*(job(f"{n}", n) for n in accepted)) for accepted in (rising, falling))
    for outbox in (fresh, overtaken):
        claim(outbox, 100)
    asked = Instant(100), REAL, 10, []
    assert steps(lambda: overtaken.claim(*asked)) <= 1.5 * steps(lambda: fresh.claim(*asked))


# What it holds on to


def lasting(outbox, happen, number=4_000):
    """How many bytes more are held after it has happened so often, than when it had happened as often before: then what is
    remembered on purpose, which is bounded, is complete.
    """
    for count in range(number):
        happen(outbox, count)
    gc.collect()
    tracemalloc.start()
    try:
        for count in range(number, 2 * number):
            happen(outbox, count)
        gc.collect()
        return tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()


def test_nothing_lasts_of_jobs_that_are_forgotten_before_anything_is_due(job, outbox):
    stays = job("stays", 0, "stays")
    outbox.project(stays, stays.webhook)

    def come_and_go(outbox, count):
        made = job("passes", 10_000 + count, f"tenant {count % 300}", f"http://h{count % 300}/")
        outbox.project(made, made.webhook)
        outbox.forget([made.id])

    assert lasting(outbox, come_and_go) < 64_000
    assert [one.job_id for one in answer(outbox.deliveries(DeliveryQuery(), 10))] == [stays.id]


def test_nothing_lasts_of_when_news_was_due_before(job, outbox):
    moved = [job("moved"), job("moved", 10**6)]

    def move(outbox, count):
        outbox.project(moved[count % 2], moved[0].webhook)

    assert lasting(outbox, move) < 64_000


def test_nothing_lasts_of_claims(job):
    outbox = told_of(job("claimed"))

    def hold(outbox, count):
        (one,) = claim(outbox, 10_000 + count)
        answer(outbox.postpone(one, Instant(10_001 + count)))

    assert lasting(outbox, hold) < 64_000


def test_nothing_lasts_of_jobs_that_are_forgotten_while_somebody_is_at_their_news(make_job):
    made = changed(make_job(0), webhook=Webhook("http://a/", "result"))
    outbox = MemoryOutbox(lambda _job_id: made)

    def come_and_go(outbox, count):
        passing = changed(made, id=f"{count:032x}")
        outbox.project(passing, passing.webhook)
        assert len(claim(outbox)) == 1
        outbox.forget([passing.id])

    assert lasting(outbox, come_and_go) < 64_000


def test_a_thousand_that_are_forgotten_leave_nothing_but_what_stays(job):
    jobs = [job(f"{number}", number) for number in range(1_000)]
    outbox = told_of(*jobs)
    outbox.forget(one.id for one in jobs if one is not jobs[500])
    assert answer(outbox.next_due(REAL)) == 511
    (only,) = claim(outbox, 2_000)
    assert only.job_id == jobs[500].id
    assert answer(outbox.deliveries(DeliveryQuery(), 10)) == [only]
    assert [len(rows) for rows in outbox.rows()] == [1, 0, 0]


# Leases


def test_a_claim_that_had_ended_holds_again_where_the_machine_s_clock_is_put_back_and_ends_once_more(job):
    outbox = told_of(job("claimed"))
    (claimed,) = claim(outbox)
    after = REAL + LEASE
    assert answer(outbox.next_due(after)) == 11
    assert answer(outbox.next_due(after - 1)) is None
    assert claim(outbox, real=after - 1) == []
    assert claim(outbox, real=after) == [claimed]


# What rows may say


def test_news_without_its_job_keeps_no_other_from_being_claimed_and_is_logged_in_one_line(job, caplog):
    jobs = [job("first"), job("gone"), job("last")]
    outbox = MemoryOutbox({one.id: one for one in jobs if one is not jobs[1]}.get)
    outbox.fill(told_of(*jobs).rows())
    assert [one.job_id for one in claim(outbox)] == [jobs[0].id, jobs[2].id]
    (line,) = caplog.messages
    assert line.startswith("webhook msg_")
    assert line.endswith("is not delivered: its job is not there")
    assert claim(outbox) == [], "its claim holds as any other"
    assert len(claim(outbox, real=REAL + LEASE)) == 2


def test_the_host_of_a_row_counts_and_rows_come_in_any_order(job):
    jobs = [job("first"), job("second", 5)]
    (first, second), _, _ = told_of(*jobs).rows()
    outbox = MemoryOutbox({one.id: one for one in jobs}.get)
    elsewhere = (*first[:6], "elsewhere", *first[7:])
    outbox.fill(([second, elsewhere], [], []))
    assert answer(outbox.next_due(REAL, ["elsewhere"])) == 16
    assert [one.job_id for one in claim(outbox)] == [one.id for one in jobs]
    assert outbox.rows().delivery[0][6] == "elsewhere"


def test_attempts_come_in_any_order_and_those_of_no_delivery_are_left_out(job):
    made = job("tried")
    outbox = told_of(made)
    for number in range(3):
        (claimed,) = claim(outbox, 100)
        tried = Attempt(number + 1, Instant(1), 5.5, (), answered(0.25, 500, (), b""), None)
        answer(outbox.record(claimed, [tried], Outcome(Standing.RETRYING, Instant(20))))
    deliveries, attempts, _ = outbox.rows()
    again = MemoryOutbox({made.id: made}.get)
    again.fill((deliveries, [*attempts[::-1], (99, *attempts[0][1:])], []))
    (only,) = answer(again.deliveries(DeliveryQuery(), 10))
    assert [one.number for one in answer(again.attempts(only))] == [1, 2, 3]


def test_a_claim_of_before_writes_nothing_into_other_rows(job):
    before, after = job("before"), job("after")
    outbox = told_of(before)
    (claimed,) = claim(outbox)
    outbox.fill(told_of(after).rows())
    answer(outbox.record(claimed, [], Outcome(Standing.GIVEN_UP)))
    (only,) = answer(outbox.deliveries(DeliveryQuery(), 10))
    assert (only.job_id, only.standing, only.attempts) == (after.id, Standing.SCHEDULED, 0)


# Jobs that come once more


def test_news_of_a_job_that_comes_once_more_is_claimed_after_what_was_planned_meanwhile(job):
    again, other = job("again"), job("other")
    outbox = told_of(again, other)
    outbox.forget([again.id])
    outbox.project(again, again.webhook)
    assert [one.job_id for one in claim(outbox)] == [other.id, again.id]


def test_news_of_a_job_that_comes_once_more_goes_where_it_now_says(job):
    stays, again = job("stays", 5), job("again")
    outbox = told_of(stays, again)
    outbox.forget([again.id])
    outbox.project(again, Webhook("http://b/", "result"))
    assert [one.job_id for one in claim(outbox, passing_over=["b"])] == [stays.id]
    assert [one.url for one in claim(outbox)] == ["http://b/"]
