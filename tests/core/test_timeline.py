"""A life that is told in moments is legal or is refused; asked at any instant it answers, and amending keeps the past."""

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from mjsim.core.instant import HORIZON, NEVER, Instant
from mjsim.core.pace import PROGRESS_STEPS
from mjsim.core.status import Status
from mjsim.core.timeline import EvenLife, Failure, IllegalTimeline, Moment, Timeline

WHY = Failure("timed_out", "Took too long.")
P, R, C, F, X = Status.PENDING, Status.IN_PROGRESS, Status.COMPLETED, Status.FAILED, Status.CANCELLED


@st.composite
def lives(draw):
    """Any legal life: one that ends in any way, or sticks, or never starts; several moments may share an instant."""
    instant, progress = draw(st.integers(0, 50)), 0
    moments = [Moment(Instant(instant), P, 0)]
    for _ in range(draw(st.integers(0, 6))):
        instant, progress = instant + draw(st.integers(0, 5)), min(99, progress + draw(st.integers(0, 30)))
        moments.append(Moment(Instant(instant), R, progress))
    endings = [None, F, X] if len(moments) == 1 else [None, C, F, X]
    ending = draw(st.sampled_from(endings))
    if ending is not None:
        instant += draw(st.integers(0, 5))
        moments.append(Moment(Instant(instant), ending, 100 if ending is C else progress, WHY if ending is F else None))
    return Timeline(tuple(moments))


even = st.tuples(st.integers(0, 50), st.integers(0, 20), st.integers(0, 40)).map(
    lambda spans: EvenLife(Instant(spans[0]), Instant(sum(spans[:2])), Instant(sum(spans)))
)
lines = lives() | even.map(lambda life: Timeline(even=life))
instants = st.integers(-5, 120).map(Instant)
any_moment = st.builds(
    Moment,
    st.integers(0, 2).map(Instant),
    st.sampled_from(Status),
    st.sampled_from([-1, 0, 1, 99, 100, 101]),
    st.sampled_from([None, None, None, WHY]),
)


@st.composite
def nearly_lives(draw):
    """A life in which one thing may have been changed, legal or not."""
    moments = list(draw(lines).moments)
    place = draw(st.integers(0, len(moments) - 1))
    change = draw(st.sampled_from(["status", "progress", "instant", "failure", "drop", "double", "nothing"]))
    match change:
        case "drop":
            del moments[place]
        case "double":
            moments.insert(place, moments[place])
        case "nothing":
            pass
        case _:
            moments[place] = moments[place]._replace(**{change: getattr(draw(any_moment), change)})
    return moments


@settings(max_examples=600)
@given(st.one_of(st.lists(any_moment, max_size=4), nearly_lives()))
def test_a_timeline_is_built_exactly_when_its_moments_are_a_legal_life(faults, moments):
    wrong = faults(moments)
    event("illegal" if wrong else "legal")
    if wrong:
        with pytest.raises(IllegalTimeline):
            Timeline(tuple(moments))
    else:
        assert Timeline(tuple(moments)).moments == tuple(moments)


@pytest.mark.parametrize(
    ("moments", "says"),
    [
        ([], "begins pending"),
        ([(0, R, 0)], "begins pending"),
        ([(0, P, 1)], "pending job has made progress"),
        ([(0, P, 0), (1, P, 0)], "pending does not follow pending"),
        ([(0, P, 0), (1, C, 100)], "completed does not follow pending"),
        ([(0, P, 0), (1, R, 0), (2, P, 0)], "pending does not follow in_progress"),
        ([(0, P, 0), (1, R, 0), (2, X, 0), (3, R, 1)], "in_progress does not follow cancelled"),
        ([(5, P, 0), (4, R, 0)], "time goes back"),
        ([(0, P, 0), (1, R, 50), (2, R, 49)], "progress 49 after 50"),
        ([(0, P, 0), (1, R, 100)], "progress 100"),
        ([(0, P, 0), (1, R, 99), (2, X, 100)], "progress 100"),
        ([(0, P, 0), (1, R, 0), (2, C, 99)], "completed at 99"),
        ([(0, P, 0), (1, R, 0), (2, C, 101)], "progress 101"),
        ([(0, P, 0), (1, F, 0)], "a failure belongs"),
        ([(0, P, 0), (1, R, 0, WHY)], "a failure belongs"),
        ([(0, P, 0, WHY)], "has failed"),
    ],
)
def test_an_illegal_life_is_refused_and_the_text_says_where(moments, says):
    with pytest.raises(IllegalTimeline, match=says):
        Timeline(tuple(Moment(Instant(m[0]), *m[1:]) for m in moments))


@given(even, instants)
def test_an_even_life_is_the_same_as_one_that_is_told_moment_by_moment(life, now):
    short, long = Timeline(even=life), Timeline(life.moments)
    assert (short, hash(short)) == (long, hash(long))
    assert short.at(now) == long.at(now)
    asked = ("accepted", "started", "settled", "outcome", "last", "outline")
    assert [getattr(short, name) for name in asked] == [getattr(long, name) for name in asked]
    assert long.outline == (long.accepted, long.started, long.settled, long.outcome)
    assert [moment.progress for moment in short.moments] == [0, *PROGRESS_STEPS, 100]


@pytest.mark.parametrize("instants", [(2, 1, 3), (1, 3, 2)])
def test_an_even_life_goes_forward(instants):
    with pytest.raises(IllegalTimeline):
        Timeline(even=EvenLife(*instants))


def test_a_life_is_told_once():
    life = EvenLife(Instant(1), Instant(2), Instant(3))
    with pytest.raises(IllegalTimeline):
        Timeline(life.moments, life)


def test_a_timeline_equals_nothing_else():
    assert Timeline((Moment(Instant(1), P, 0),)) != (Moment(Instant(1), P, 0),)


@given(lines)
def test_the_derived_instants_are_what_the_moments_say(check_life, life):
    check_life(life)


@given(lines, instants)
def test_at_any_instant_the_last_moment_that_has_come_holds(life, now):
    """Total: before the first moment the first one holds, after the last one the last."""
    come = [moment for moment in life.moments if moment.instant <= now]
    assert life.at(now) == (come[-1] if come else life.moments[0])


@given(lines, instants, instants)
def test_progress_never_falls_and_terminal_is_forever(life, one, other):
    early, late = sorted((one, other))
    assert life.at(early).progress <= life.at(late).progress
    assert life.at(early).instant <= life.at(late).instant
    if life.at(early).status.terminal:
        assert life.at(late) == life.at(early)


@given(lines, instants)
def test_what_has_happened_and_what_is_planned_are_the_whole_life(life, now):
    assert life.until(now) + life.after(now) == life.moments
    assert life.until(now)[-1] == life.at(now)
    assert all(moment.instant > now for moment in life.after(now))


def test_a_job_that_sticks_never_settles():
    life = Timeline((Moment(Instant(3), P, 0), Moment(Instant(4), R, 15)))
    assert (life.started, life.settled, life.outcome) == (4, NEVER, None)
    assert life.at(NEVER).status is R


def test_a_job_that_never_starts_never_leaves_pending():
    life = Timeline((Moment(Instant(3), P, 0),))
    assert (life.started, life.settled, life.outcome) == (NEVER, NEVER, None)


def future_of(draw, life, now):
    """Some legal continuation of this life from `now` on."""
    other = draw(lines).moments[1:]
    here = life.at(now)
    shifted = [m._replace(instant=Instant(now + m.instant), progress=max(m.progress, here.progress)) for m in other]
    return [] if here.status.terminal else shifted


@given(st.data(), lines, st.integers(0, 60))
def test_amending_keeps_the_past_and_replaces_the_future(check_life, data, life, after):
    now = Instant(life.accepted + after)
    future = future_of(data.draw, life, now)
    if life.at(now).status is P and future and future[0].status is C:
        future = []
    amended = life.amend(now, iter(future))
    check_life(amended)
    assert amended.moments == life.until(now) + tuple(future)
    for instant in range(life.accepted - 1, now):
        assert amended.at(Instant(instant)) == life.at(Instant(instant))


@given(lines, st.integers(1, 60), st.integers(1, 60))
def test_history_is_not_rewritten(life, after, before):
    now = Instant(life.accepted + after)
    moment = Moment(Instant(now - before), X, life.at(now).progress)
    with pytest.raises(IllegalTimeline):
        life.amend(now, [moment])


def test_amending_refuses_a_moment_that_lies_before_now_even_if_it_fits_what_was_told():
    life = Timeline((Moment(Instant(0), P, 0), Moment(Instant(10), R, 0)))
    with pytest.raises(IllegalTimeline, match="the past stays as it was"):
        life.amend(Instant(5), [Moment(Instant(4), R, 0)])
    with pytest.raises(IllegalTimeline, match="the past stays as it was"):
        life.amend(Instant(5), [Moment(Instant(4), R, 0), Moment(Instant(6), R, 1)])


@given(lines, st.integers(0, 60))
def test_a_cancelled_job_keeps_the_progress_it_had(check_life, life, after):
    now = Instant(life.accepted + after)
    before = life.at(now)
    if before.status.terminal:
        with pytest.raises(IllegalTimeline):
            life.cancel(now)
        return
    cancelled = life.cancel(now)
    check_life(cancelled)
    assert cancelled.at(now) == Moment(now, X, before.progress)
    assert cancelled.settled == now
    assert cancelled.outcome is X
    assert cancelled.until(Instant(now - 1)) == life.until(Instant(now - 1))


@given(lines, st.integers(0, 60), st.integers(-80, 80))
def test_shifting_moves_the_future_alone_and_never_before_now(check_life, life, after, span):
    now = Instant(life.accepted + after)
    shifted = life.shift(now, span)
    check_life(shifted)
    assert shifted.moments[: len(life.until(now))] == life.until(now)
    coming = shifted.moments[len(life.until(now)) :]
    assert [m.instant for m in coming] == [max(now, m.instant + span) for m in life.after(now)]
    assert [m[1:] for m in coming] == [m[1:] for m in life.after(now)]


def test_what_never_comes_is_not_shifted_beyond_never():
    life = Timeline((Moment(Instant(0), P, 0), Moment(NEVER, R, 0)))
    assert life.shift(Instant(1), 1_000).started == NEVER


@given(lines, instants, st.integers(0, 50))
def test_what_is_held_goes_on_after_its_release_as_if_no_time_had_passed(check_life, life, now, pause):
    held = life.hold(now)
    check_life(held)
    assert held.at(HORIZON - 1) == life.at(now)
    released = held.release(Instant(now + pause))
    check_life(released)
    assert released.until(now) == life.until(now)
    assert [m.instant for m in released.after(now)] == [m.instant + pause for m in life.after(now)]


@given(lines, instants)
def test_a_step_brings_the_next_moment_and_keeps_the_spans_after_it(check_life, life, now):
    now = max(now, life.accepted)
    stepped, coming = life.step(now), life.after(now)
    check_life(stepped)
    if not coming:
        assert stepped == life
        return
    assert stepped.at(now).status is [m for m in coming if m.instant == coming[0].instant][-1].status
    assert stepped.settled == (NEVER if life.outcome is None else life.settled - (coming[0].instant - now))


@given(lines, instants)
def test_whatever_is_going_on_can_be_completed_or_failed_at_once(check_life, life, now):
    now = max(now, life.accepted)
    if life.at(now).status.terminal:
        return
    done, failed = life.complete(now), life.fail(now, WHY)
    for ended in (done, failed):
        check_life(ended)
        assert ended.settled == now
        assert ended.until(now)[: len(life.until(now))] == life.until(now)
    assert done.outcome is C
    assert failed.at(now) == Moment(now, F, life.at(now).progress, WHY)
