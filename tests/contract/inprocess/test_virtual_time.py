"""Conversations take as long as they take, and nobody waits for them; outside of them time is what it was."""

import asyncio
import threading
import time
from time import sleep

import pytest

from mjsim_contracts.inprocess.exploring import ClientBroke

from .careful import Careful, careful


def state():
    return time.sleep, time.time, time.monotonic, time.perf_counter_ns, asyncio.new_event_loop, sleep


def elapsed(conversations, wait):
    """How many seconds a client sees pass while it waits."""
    seen = []

    def client(api):
        start = time.monotonic(), time.time()
        wait()
        seen.append((time.monotonic() - start[0], time.time() - start[1]))
        Careful(api).imagine()

    conversations.replaying().check(client)
    assert all(one == pytest.approx(other, abs=60) for one, other in seen)
    return int(seen[-1][0])


async def guarded():
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.Event().wait(), 7200)


async def side_by_side():
    await asyncio.gather(*(asyncio.sleep(3600) for _ in range(5)))


@pytest.mark.parametrize(
    ("wait", "seconds"),
    [
        (lambda: time.sleep(3600), 3600),
        (lambda: sleep(3600), 3600),
        (lambda: asyncio.run(asyncio.sleep(3600)), 3600),
        (lambda: asyncio.run(guarded()), 7200),
        (lambda: asyncio.run(side_by_side()), 3600),
    ],
    ids=["time.sleep", "its-own-name-of-sleep", "asyncio.sleep", "a-timeout", "side-by-side"],
)
def test_who_sleeps_for_an_hour_is_awake_at_once_and_an_hour_has_passed(conversations, wait, seconds):
    before = state()
    assert seconds <= elapsed(conversations, wait) < seconds + 60
    assert state() == before


def test_coroutines_sleep_for_hours(conversations):
    assert conversations.check(lambda api: careful(api, wait=3600)).conversations == conversations.examples


def test_a_deadline_of_the_client_is_reached(conversations):
    def client(api):
        end = time.monotonic() + 3600
        Careful(api).imagine()
        while time.monotonic() < end:
            time.sleep(600)

    conversations.replaying().check(client)


def test_nothing_is_left_of_a_conversation_that_broke(conversations):
    before = state()

    def client(api):
        Careful(api).imagine()
        assert state() != before
        raise KeyError("it breaks")

    with pytest.raises(ClientBroke):
        conversations.check(client)
    assert state() == before


def test_who_only_sleeps_is_woken(conversations):
    def client(api):
        Careful(api).imagine()
        while True:
            time.sleep(1)

    with pytest.raises(ClientBroke, match="it sleeps again and again"):
        conversations.check(client)


def test_other_threads_keep_their_time(conversations):
    seen = []

    def elsewhere():
        start = time.monotonic()
        time.sleep(0.01)
        seen.append(time.monotonic() - start)

    def client(api):
        time.sleep(3600)
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
        Careful(api).imagine()

    conversations.replaying().check(client)
    assert all(0.01 <= each < 3600 for each in seen)


def test_nonsense_is_refused_as_ever(conversations):
    def client(api):
        with pytest.raises(ValueError, match="non-negative"):
            time.sleep(-1)
        Careful(api).imagine()

    conversations.replaying().check(client)
