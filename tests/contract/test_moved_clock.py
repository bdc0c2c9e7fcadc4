"""A server whose clock stands is judged without waiting: its check moves the clock, and any other is waited for."""

import time

import pytest
import requests

from mjsim_contracts.receiver.secret import signing_key
from mjsim_contracts.report.model import ExitCode, Outcome
from mjsim_contracts.server.check import ServerCheck
from mjsim_contracts.server.clock import find_clock
from mjsim_contracts.server.conversation import Conversation
from mjsim_contracts.server.patience import MovedTime, RealTime, patience
from mjsim_contracts.server.reach import Accounts
from mjsim_contracts.server.story import Stories
from mjsim_contracts.server.webhooks.rules import WEBHOOK_RULES

from .server_process import serving
from .test_broken_servers import GLANCE

SECRET = "whsec_" + "QUJD" * 10


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """The URL of a simulator with real durations, in which no time passes unless it is moved."""
    log = tmp_path_factory.mktemp("standing") / "log"
    with serving(log, "--seed", "1", "--clock", "manual", "--webhook-secret", SECRET) as url:
        yield url


def now(url):
    return requests.get(f"{url}/_sim/clock", timeout=5).json()["now"]


def test_only_a_clock_that_stands_is_moved(standing, instant, honest):
    before = now(standing)
    assert find_clock(standing).advance(90)
    assert now(standing) > before
    assert find_clock(instant) is None
    assert find_clock(honest) is None
    assert find_clock("http://127.0.0.1:1") is None
    assert isinstance(patience(None, 1), RealTime)


class Clock:
    """A clock that notes how far it was moved, as long as it lets itself be."""

    def __init__(self, lets):
        self.moved, self.lets = [], lets

    def advance(self, seconds):
        self.moved.append(seconds)
        return self.lets


def test_the_patience_of_a_moved_clock_comes_to_an_end():
    clock = Clock(lets=True)
    waiting = MovedTime(clock)
    while not waiting.spent:
        waiting.wait()
    assert 1800 <= sum(clock.moved) < 2000
    assert len(clock.moved) < 100
    refused = MovedTime(Clock(lets=False))
    refused.wait()
    assert refused.spent


@pytest.mark.parametrize("seed", [1, 2])
def test_the_simulator_passes_with_a_moved_clock(standing, seed):
    """Lives of a minute and more are judged from their beginning to their end; only Schemathesis is left out."""
    report = ServerCheck(standing, profile=GLANCE, seed=seed, webhook_key=signing_key(SECRET)).run()
    assert [(case.id, case.seen) for case in report.cases if case.outcome in {Outcome.FAIL, Outcome.WARN}] == []
    idle = {case.id for case in report.of(Outcome.NOT_EXERCISED)}
    assert not idle & {*WEBHOOK_RULES, "cancelling-cancels", "settled-stays-as-it-is", "pictures-are-what-they-say"}


def test_stories_come_upon_jobs_in_the_middle_of_their_lives(standing):
    """Without a moved clock no story would see anything but the beginning."""
    seen = set()

    class Watched(Conversation):
        def say(self, *arguments):
            spoken = super().say(*arguments)
            seen.add(spoken.answer.get("status") if isinstance(spoken.answer, dict) else None)
            return spoken

    conversation = Watched(standing, time.monotonic(), free=True)
    Stories(number=60, steps=20, seconds=20).tell(
        conversation, Accounts("sim-told", None, free=True), find_clock(standing), 1
    )
    assert conversation.close().findings == ()
    assert seen >= {"pending", "in_progress", "completed", "cancelled"}


def test_webhooks_that_are_signed_by_another_secret_are_found(standing):
    key = signing_key("whsec_" + "QUJE" * 10)
    report = ServerCheck(standing, profile=GLANCE, webhook_key=key).run()
    (found,) = report.of(Outcome.FAIL)
    assert found.id == "WH-SIGNATURE"
    assert found.reproduce.endswith('--webhook-secret "$WEBHOOK_SECRET"')
    assert report.exit_code is ExitCode.FAIL


def test_jobs_that_fail_are_told_as_failed(failing):
    report = ServerCheck(failing, profile=GLANCE).run()
    assert {case.id: case.outcome for case in report.cases}["WH-RESULT"] is Outcome.PASS
    assert report.of(Outcome.FAIL) == ()
