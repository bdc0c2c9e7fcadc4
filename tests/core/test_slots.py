"""Jobs of a pool run first come, first served: never too many at once, and none waits while a slot is free."""

from hypothesis import event, given, settings
from hypothesis import strategies as st

from mjsim.core.chance import Key
from mjsim.core.instant import HORIZON, Instant
from mjsim.core.pace import PACES, JobType, Mode, Pace
from mjsim.core.plan import plan, ready_at
from mjsim.core.slots import PLANS, Pool, SlotPlan, free_from, reschedule, waiting
from mjsim.core.status import Status

MODES = frozenset(Mode)


class Pooled:
    """A pool as its users drive it: jobs are accepted into it and cancelled in it."""

    def __init__(self, running, pace=None, mode=Mode.FAST):
        self.running = running
        self.pace = pace
        self.mode = mode
        self.lives, self.ready = [], []

    def accept(self, now, duration):
        """Accept a job that runs for so long."""
        length = (duration, duration)
        pace = self.pace or Pace(lead=(0, 0), wait={}, run=dict.fromkeys(JobType, length), factor={})
        active = [life for life in self.lives if life.settled > now]
        key = Key(duration, "t", "f", len(self.lives))
        ready = ready_at(self.mode, key, pace, now)
        self.ready.append(ready)
        self.lives.append(
            plan(
                job_type=JobType.IMAGINE,
                mode=self.mode,
                key=key,
                pace=pace,
                failure_rate=0,
                now=now,
                start=max(ready, free_from(active, self.running, now)),
            )
        )

    def cancel(self, now, number):
        """Cancel a job, if it still can be; those behind it move up."""
        if not self.lives or self.lives[number % len(self.lives)].at(now).status.terminal:
            return
        number %= len(self.lives)
        places = [place for place, life in enumerate(self.lives) if life.settled > now]
        self.lives[number] = self.lives[number].cancel(now)
        before = [self.lives[place] for place in places]
        ready = [self.ready[place] for place in places]
        after = reschedule(before, ready, self.running, now)
        assert all(life.started >= earliest for life, earliest in zip(after, ready, strict=True) if life.started > now)
        assert len(after) == len(before)
        for old, new in zip(before, after, strict=True):
            assert new.started <= old.started
            assert new.settled <= old.settled
            assert new.until(Instant(now - 1)) == old.until(Instant(now - 1))
            assert new.at(now).progress >= old.at(now).progress
        assert after[places.index(number)] == self.lives[number]
        # Whoever stands before the one that left is not moved by it.
        assert after[: places.index(number)] == before[: places.index(number)]
        for place, life in zip(places, after, strict=True):
            self.lives[place] = life


class Counter:
    """The same, played through by hand: a clock that ticks, a queue, and so many seats."""

    def __init__(self, running):
        self.running = running
        self.now = 0
        self.queue, self.seats = [], []
        self.start, self.end, self.left = {}, {}, {}

    def until(self, now):
        """Let time pass, a millisecond at a time."""
        while self.now < now:
            self.now += 1
            self._settle()

    def accept(self, number, duration):
        self.left[number] = duration
        self.queue.append(number)
        self._settle()

    def cancel(self, number):
        if number in self.end:
            return
        (self.queue if number in self.queue else self.seats).remove(number)
        self.end[number] = self.now
        self._settle()

    def _settle(self):
        """Empty the seats whose time is over and fill those that are free, until neither changes anything."""
        while True:
            for number in [n for n in self.seats if self.start[n] + self.left[n] <= self.now]:
                self.seats.remove(number)
                self.end[number] = self.now
            if not self.queue or len(self.seats) >= self.running:
                return
            number = self.queue.pop(0)
            self.seats.append(number)
            self.start[number] = self.now


steps = st.lists(
    st.tuples(
        st.integers(0, 4), st.sampled_from(["accept", "accept", "cancel"]), st.integers(0, 9), st.integers(0, 20)
    ),
    max_size=24,
)


@settings(max_examples=400, derandomize=True)
@given(st.integers(1, 3), steps)
def test_a_pool_runs_its_jobs_first_come_first_served(check_life, running, script):
    """Every job starts and ends just when it would at a counter with so many seats, cancellations and all."""
    pool, counter = Pooled(running), Counter(running)
    now = 0
    for wait, what, duration, number in script:
        now += wait
        counter.until(now)
        if what == "accept":
            counter.accept(len(pool.lives), duration)
            pool.accept(Instant(now), duration)
        elif pool.lives:
            counter.cancel(number % len(pool.lives))
            pool.cancel(Instant(now), number)
    counter.until(now + 300)
    for number, life in enumerate(pool.lives):
        check_life(life)
        assert life.started == counter.start.get(number, life.settled)
        assert life.settled == counter.end[number]
    event(f"waited: {any(life.started > life.accepted for life in pool.lives)}")
    event(f"cancelled: {any(life.outcome is Status.CANCELLED for life in pool.lives)}")


@settings(max_examples=150, derandomize=True)
@given(st.integers(1, 4), st.sampled_from(["realistic", "quick", "instant"]), st.sampled_from(Mode), steps)
def test_at_any_pace_never_more_jobs_run_at_once_than_there_are_slots(check_life, running, pace, mode, script):
    pool = Pooled(running, PACES[pace], mode)
    now = 0
    for wait, what, seed, number in script:
        now += wait * 5_000
        if what == "accept":
            pool.accept(Instant(now), seed)
        else:
            pool.cancel(Instant(now), number)
    for life in pool.lives:
        check_life(life)
    for instant in {life.started for life in pool.lives}:
        running_then = [life for life in pool.lives if life.at(instant).status is Status.IN_PROGRESS]
        assert len(running_then) <= running


def lives_of(*durations, running, now=0):
    pool = Pooled(running)
    for duration in durations:
        pool.accept(Instant(now), duration)
    return pool.lives


def test_the_next_job_starts_when_the_first_slot_is_given_back():
    lives = lives_of(50, 20, running=2)
    assert free_from(lives, 2, Instant(0)) == 20
    assert free_from(lives, 3, Instant(0)) == 0
    assert free_from([], 1, Instant(7)) == 7


def test_a_slot_that_was_free_long_ago_is_free_now():
    assert free_from(lives_of(5, running=1), 1, Instant(9)) == 9


def test_those_beyond_the_slots_wait():
    lives = lives_of(9, 9, 9, running=2)
    assert [waiting(lives[:number], 2) for number in range(4)] == [0, 0, 0, 1]


def test_a_job_that_has_its_slot_keeps_its_own_time():
    lives = lives_of(50, 20, 10, running=2)
    lives[0] = lives[0].cancel(Instant(5))
    first, second, third = reschedule(lives, [life.accepted for life in lives], 2, Instant(5))
    assert (first, second) == (lives[0], lives[1])
    assert (third.started, third.settled) == (5, 15)


def test_a_job_that_has_its_slot_is_not_spared_its_lead():
    pool = Pooled(2, PACES["realistic"])
    for number in range(3):
        pool.accept(Instant(0), number)
    pool.lives[0] = pool.lives[0].cancel(Instant(10))
    _first, second, third = reschedule(pool.lives, pool.ready, 2, Instant(10))
    assert second == pool.lives[1]
    assert second.started > 10
    assert third.started == pool.ready[2] > 10


def test_a_job_ahead_that_was_put_off_puts_off_those_that_wait_for_its_slot():
    lives = lives_of(50, 20, 10, running=2)
    lives[0] = lives[0].shift(Instant(5), 100)
    lives[1] = lives[1].shift(Instant(5), 100)
    moved = reschedule(lives, [life.accepted for life in lives], 2, Instant(5))
    assert moved[:2] == lives[:2]
    assert (moved[2].started, moved[2].settled) == (120, 130)


def test_behind_a_job_that_never_ends_others_wait_without_end_and_keep_their_spans():
    lives = lives_of(50, 20, running=1)
    ready = [life.accepted for life in lives]
    lives[0] = lives[0].hold(Instant(5))
    waiting_life = reschedule(lives, ready, 1, Instant(5))[1]
    assert waiting_life.started == HORIZON
    assert waiting_life.settled == HORIZON + 20
    assert free_from([lives[0], waiting_life], 1, Instant(9)) == HORIZON
    lives[0] = lives[0].release(Instant(105))
    assert [life.settled for life in reschedule([lives[0], waiting_life], ready, 1, Instant(105))] == [150, 170]


def test_when_the_first_is_cancelled_the_whole_queue_moves_up():
    lives = lives_of(50, 20, 10, 5, running=1)
    lives[0] = lives[0].cancel(Instant(10))
    moved = reschedule(lives, [life.accepted for life in lives], 1, Instant(10))
    assert [life.started for life in moved] == [0, 10, 30, 40]


def test_a_job_that_is_not_ready_is_not_pulled_before_it_is():
    lives = lives_of(50, 20, running=1)
    lives[0] = lives[0].cancel(Instant(10))
    moved = reschedule(lives, [Instant(0), Instant(37)], 1, Instant(10))
    assert [life.started for life in moved] == [0, 37]


def test_the_plans_grant_what_the_service_grants():
    assert PLANS["unlimited"] is None
    basic, pro = PLANS["basic"], PLANS["pro"]
    assert basic == SlotPlan((Pool(MODES, 3),), queued=10)
    assert {mode: pro.pool(mode).running for mode in Mode} == {"fast": 12, "turbo": 12, "relax": 3}
    assert pro.pool(Mode.FAST) is pro.pool(Mode.TURBO)
    assert pro.pool(Mode.RELAX) is not pro.pool(Mode.FAST)
    assert pro.queued == 10
