"""One table of legal steps, and it is the right one."""

import pytest

from mjsim.core.status import TRANSITIONS, Status


def test_the_statuses_have_the_names_of_the_contract():
    assert [str(status) for status in Status] == ["pending", "in_progress", "completed", "failed", "cancelled"]


@pytest.mark.parametrize("before", Status)
def test_what_may_follow_a_status_is_what_the_rules_say(before, follows):
    assert {str(status) for status in TRANSITIONS[before]} == follows[str(before)]


@pytest.mark.parametrize("status", Status)
def test_a_status_is_terminal_when_nothing_follows(status, follows):
    assert status.terminal is not bool(follows[str(status)])
