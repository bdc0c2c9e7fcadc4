"""Whatever is asked of a job, its life stays one that a job can live; and it is the life that was asked for."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.chance import Key
from mjsim.core.error import Refused, TooManyRequests
from mjsim.core.fate import LAST_PROGRESS, REFUSALS, Course, Ending, Fate, refuse
from mjsim.core.instant import NEVER, Instant
from mjsim.core.pace import PACES, JobType, Mode
from mjsim.core.plan import plan
from mjsim.core.status import Status
from mjsim.core.timeline import Failure

NOW = Instant(1_000_000)
WHY = Failure("some_code", "Some message.")


def life_of(fate, failure_rate=0.0, pace="quick", start=NOW + 500, fingerprint="f"):
    return plan(
        job_type=JobType.IMAGINE,
        mode=Mode.FAST,
        key=Key(7, "sim-a", fingerprint, 0),
        pace=PACES[pace],
        failure_rate=failure_rate,
        now=NOW,
        start=Instant(start),
        fate=fate,
    )


def fate_of(ending, progress, course, slowness):
    failure = WHY if ending is Ending.FAILS else None
    return Fate(ending=ending, progress=progress, failure=failure, course=course, slowness=slowness)


fates = st.builds(
    fate_of,
    st.none() | st.sampled_from(Ending),
    st.integers(0, LAST_PROGRESS),
    st.none() | st.sampled_from(Course),
    st.sampled_from([0.01, 0.5, 1.0, 4.0, 1000.0]),
)


@given(fates, st.sampled_from([0.0, 0.5, 1.0]), st.sampled_from(sorted(PACES)), st.integers(0, 10**9), st.text())
def test_every_fate_gives_a_legal_life(check_life, fate, failure_rate, pace, wait, fingerprint):
    check_life(life_of(fate, failure_rate, pace, NOW + wait, fingerprint))


@given(fates)
def test_a_slot_that_never_comes_free_is_waited_for_legally(check_life, fate):
    check_life(life_of(fate, start=NEVER))


@given(st.integers(0, LAST_PROGRESS), st.sampled_from(Ending))
def test_a_job_shows_the_progress_that_was_asked_for_before_it_ends_so(progress, ending):
    life = life_of(fate_of(ending, progress, None, 1.0))
    running = [moment for moment in life.moments if moment.status is Status.IN_PROGRESS]
    assert running[-1].progress == progress
    ends = {Ending.FAILS: Status.FAILED, Ending.IS_CANCELLED: Status.CANCELLED, Ending.STICKS: None}
    assert life.outcome is ends[ending]
    assert life.moments[-1].progress == progress
    if ending is not Ending.STICKS:
        assert life.settled > running[-1].instant


def test_a_job_that_fails_says_why():
    assert life_of(fate_of(Ending.FAILS, 46, None, 1.0)).moments[-1].failure == WHY


def test_the_way_to_an_ending_is_the_way_that_was_planned():
    natural, failed = life_of(None), life_of(fate_of(Ending.FAILS, 46, None, 1.0))
    assert failed.moments[:-1] == natural.moments[: len(failed.moments) - 1]
    assert failed.settled == natural.moments[len(failed.moments) - 1].instant


def test_a_progress_between_two_steps_is_reached_between_their_instants():
    natural, stuck = life_of(None), life_of(fate_of(Ending.STICKS, 70, None, 1.0))
    before = next(moment for moment in natural.moments if moment.progress == 62)
    after = next(moment for moment in natural.moments if moment.progress == 78)
    assert stuck.moments[-1].instant == before.instant + (after.instant - before.instant) // 2


def test_an_instant_job_is_done_when_it_is_accepted_whatever_slot_it_would_have_had():
    life = life_of(Fate(course=Course.INSTANT), start=NOW + 10**6)
    assert (life.settled, life.outcome) == (NOW, Status.COMPLETED)


def test_a_direct_job_is_pending_until_it_is_completed():
    life, natural = life_of(Fate(course=Course.DIRECT)), life_of(None)
    assert life.settled == natural.settled
    assert life.at(Instant(life.settled - 1)).status is Status.PENDING
    assert life.at(life.settled).status is Status.COMPLETED


def test_a_slow_job_takes_so_many_times_as_long_to_run_and_starts_when_it_would_have():
    slow, natural = life_of(Fate(slowness=4.0)), life_of(None)
    assert slow.started == natural.started
    assert slow.settled - slow.started == pytest.approx(4 * (natural.settled - natural.started), abs=4)


def test_an_ending_comes_before_the_share_of_jobs_that_fail_and_a_course_does_not():
    assert life_of(fate_of(Ending.STICKS, 93, None, 1.0), failure_rate=1.0).outcome is None
    assert life_of(Fate(course=Course.INSTANT), failure_rate=1.0).outcome is Status.FAILED


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_carries_its_code_and_a_wait_where_one_belongs(code):
    refused = refuse(code)
    assert isinstance(refused, Refused)
    assert refused.code == code
    assert (refused.status == 429) is isinstance(refused, TooManyRequests)
    assert getattr(refused, "wait", 1) > 0
