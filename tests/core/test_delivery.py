"""What an answer means is said in words, and a URL leads to one host, if to any."""

import pytest

from mjsim.core.delivery import Delivery, Problem, Standing, answered, host_of, legible
from mjsim.core.instant import Instant
from mjsim.core.status import Status


@pytest.mark.parametrize(
    ("status", "problem", "said"),
    [
        (200, None, ""),
        (299, None, ""),
        (302, Problem.REDIRECT, "It answered 302 to 'http://b/'; webhooks do not follow redirects."),
        (410, Problem.STATUS, "disabled"),
        (404, Problem.STATUS, "It answered 404; only 2xx counts as received."),
    ],
)
def test_an_answer_is_a_success_or_says_why_not(status, problem, said):
    reply = answered(0.5, status, (("location", "http://b/"),), b"body", cut=True)
    assert reply.successful is (problem is None)
    assert reply[:5] == (0.5, status, (("location", "http://b/"),), b"body", True)
    assert reply.problem is problem
    assert said in reply.explanation


def test_a_redirect_to_nowhere_is_one_too():
    assert answered(0.5, 304, (), b"").explanation == "It answered 304; webhooks do not follow redirects."


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://A.Example:80/x", "a.example:80"),
        ("https://user:secret@b/", "b"),
        ("http://[::1]:1/", "[::1]:1"),
        ("javascript:alert(1)", ""),
        ("http://[", ""),
    ],
)
def test_the_host_of_a_url_is_in_lower_case_and_without_credentials(url, host):
    assert host_of(url) == host
    delivery = Delivery(1, "msg_1", "t", "j", Status.FAILED, url, Instant(0), None, 0, Standing.SCHEDULED)
    assert delivery.host == host


@pytest.mark.parametrize(("text", "shown"), [("plain", "plain"), ("größe", "größe"), ("a\udcffb", r"a\udcffb")])
def test_what_is_no_character_is_written_out(text, shown):
    assert legible(text) == shown
