"""A planned life is legal, keeps to its pace and slot, and depends on its key alone."""

from hypothesis import given, settings
from hypothesis import strategies as st

from mjsim.core.chance import Key
from mjsim.core.instant import NEVER, Instant
from mjsim.core.pace import PACES, PROGRESS_STEPS, JobType, Mode, Pace
from mjsim.core.plan import FAILURES, plan, ready_at
from mjsim.core.status import Status

keys = st.builds(Key, st.integers(0, 9), st.sampled_from("ab"), st.text(max_size=4), st.integers(0, 3))
spans = st.tuples(st.integers(0, 9), st.integers(0, 9_999)).map(lambda pair: (pair[0], sum(pair)))
paces = st.sampled_from(list(PACES.values())) | st.builds(
    Pace,
    lead=spans,
    wait=st.dictionaries(st.sampled_from(Mode), spans),
    run=st.fixed_dictionaries(dict.fromkeys(JobType, spans)),
    factor=st.dictionaries(st.sampled_from(Mode), st.sampled_from([0.25, 0.5, 1.0, 3.5])),
)
requests = st.fixed_dictionaries(
    {
        "job_type": st.sampled_from(JobType),
        "mode": st.sampled_from(Mode),
        "key": keys,
        "pace": paces,
        "failure_rate": st.sampled_from([0.0, 0.3, 1.0]),
        "now": st.integers(0, 1 << 42).map(Instant),
    }
)


def planned(request, wait=0, **changes):
    """The plan of a request for which a slot is free `wait` after now."""
    request = {**request, **changes}
    ready = ready_at(request["mode"], request["key"], request["pace"], request["now"])
    return plan(start=max(ready, Instant(request["now"] + wait)), **request)


@given(requests, st.integers(0, 10_000))
def test_every_planned_life_is_legal_and_ends(check_life, request_, wait):
    life = planned(request_, wait)
    check_life(life)
    assert life.accepted == request_["now"]
    assert life.outcome in {Status.COMPLETED, Status.FAILED}


@given(requests, st.integers(0, 10_000))
def test_a_job_waits_for_its_lead_and_its_slot_and_then_runs_for_its_span(request_, wait):
    life = planned(request_, wait, failure_rate=0)
    pace, mode = request_["pace"], request_["mode"]
    more = pace.wait.get(mode, (0, 0))
    shortest, longest = pace.run[request_["job_type"]]
    factor = pace.factor.get(mode, 1.0)
    lead = life.started - life.accepted
    assert max(wait, pace.lead[0] + more[0]) <= lead <= max(wait, pace.lead[1] + more[1])
    assert int(shortest * factor) <= life.settled - life.started <= int(longest * factor)


@given(requests)
def test_a_running_job_reports_the_known_steps_evenly(request_):
    life = planned(request_, failure_rate=0)
    running = [moment for moment in life.moments if moment.status is Status.IN_PROGRESS]
    assert tuple(moment.progress for moment in running) == PROGRESS_STEPS
    step = (life.settled - life.started) / len(PROGRESS_STEPS)
    assert all(0 <= life.started + step * n - m.instant < 1 + 1e-6 for n, m in enumerate(running))


@given(requests)
def test_equal_keys_give_equal_plans_whatever_else_was_drawn(request_):
    first = planned(request_)
    key = request_["key"]
    twin = Key(key.seed, key.tenant, key.fingerprint, key.repeat)
    twin.draw("something else")
    planned(request_, key=Key(key.seed, key.tenant, "another request", 0))
    assert planned(request_, key=twin) == first


@given(requests, st.integers(0, 10_000), st.integers(0, 1 << 20))
def test_a_plan_does_not_depend_on_when_it_is_made(request_, wait, by):
    life = planned(request_, wait)
    moved = planned(request_, wait, now=Instant(request_["now"] + by))
    assert [m._replace(instant=m.instant + by) for m in life.moments] == list(moved.moments)


@given(requests)
def test_that_a_job_fails_does_not_shift_its_times(request_):
    """Whether and how a job fails is drawn beside its durations, never instead of them."""
    good, bad = planned(request_, failure_rate=0), planned(request_, failure_rate=1)
    assert good.moments[: len(bad.moments) - 1] == bad.moments[:-1]
    assert bad.settled == good.moments[len(bad.moments) - 1].instant
    assert bad.moments[-1].progress == bad.moments[-2].progress


@given(requests)
def test_a_failure_rate_of_0_never_fails_and_of_1_always_does(request_):
    assert planned(request_, failure_rate=0).outcome is Status.COMPLETED
    bad = planned(request_, failure_rate=1)
    assert bad.outcome is Status.FAILED
    assert bad.moments[-1].failure in FAILURES


def many(failure_rate):
    pace = PACES["quick"]
    for number in range(2_000):
        key = Key(1, "t", str(number), 0)
        yield plan(
            job_type=JobType.IMAGINE,
            mode=Mode.FAST,
            key=key,
            pace=pace,
            failure_rate=failure_rate,
            now=Instant(0),
            start=Instant(0),
        )


def test_in_between_the_share_of_failures_is_near_the_rate_at_every_step_and_for_every_reason():
    for rate in (0.05, 0.3, 0.8):
        failed = [life for life in many(rate) if life.outcome is Status.FAILED]
        assert abs(len(failed) / 2_000 - rate) < 0.03
    assert {life.moments[-1].progress for life in failed} == set(PROGRESS_STEPS)
    assert {life.moments[-1].failure for life in failed} == set(FAILURES)


def test_who_fails_at_a_low_rate_fails_at_a_higher_one_too():
    low = [life.outcome is Status.FAILED for life in many(0.1)]
    high = [life.outcome is Status.FAILED for life in many(0.4)]
    assert all(also for once, also in zip(low, high, strict=True) if once)


def test_who_fails_is_not_decided_by_how_long_it_would_take():
    lives = zip(many(0), many(0.3), strict=True)
    spans = {Status.FAILED: [], Status.COMPLETED: []}
    for whole, life in lives:
        spans[life.outcome].append(whole.settled - whole.started)
    failed, completed = (sum(some) / len(some) for some in spans.values())
    shortest, longest = PACES["quick"].run[JobType.IMAGINE]
    assert abs(failed - completed) < 0.1 * (longest - shortest)


def test_durations_are_spread_over_their_whole_span():
    ran = [life.settled - life.started for life in many(0)]
    shortest, longest = PACES["quick"].run[JobType.IMAGINE]
    assert min(ran) < shortest + 10
    assert max(ran) > longest - 10


@settings(max_examples=20)
@given(requests)
def test_a_job_for_which_no_slot_will_be_free_never_starts(check_life, request_):
    life = plan(start=NEVER, **request_)
    check_life(life)
    assert life.started == NEVER
