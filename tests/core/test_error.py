"""The tree of errors that the module's docstring draws is the tree that there is."""

import re

import pytest

from mjsim.core import error
from mjsim.core.error import (
    MethodNotAllowed,
    QueueFull,
    RangeNotSatisfiable,
    Refused,
    SettingsError,
    SimulatorError,
    TooManyRequests,
    Unreachable,
)


def drawn():
    """The tree of the docstring: name, name of the parent, status, code."""
    above = []
    for line in error.__doc__.splitlines():
        found = re.fullmatch(r"    ([ │├└─]*)([A-Z]\w+)(?: +(\d{3}) (\w+))?.*", line)
        if found:
            depth = len(found[1]) // 4
            above[depth:] = [found[2]]
            yield found[2], above[depth - 1] if depth else "Exception", found[3], found[4]


@pytest.mark.parametrize(("name", "parent", "status", "code"), list(drawn()))
def test_an_error_stands_where_it_is_drawn(name, parent, status, code):
    kind = getattr(error, name)
    assert kind.__base__.__name__ == parent
    if status:
        assert (kind.status, kind.code) == (int(status), code)


def test_every_error_is_drawn():
    kinds = {
        name for name, value in vars(error).items() if isinstance(value, type) and issubclass(value, SimulatorError)
    }
    assert kinds == {name for name, *_rest in drawn()}


def test_every_code_is_that_of_one_error():
    codes = [code for _name, _parent, _status, code in drawn() if code]
    assert len(codes) == len(set(codes)) > 10


def test_a_limit_says_when_to_come_again():
    refused = QueueFull("Queue full.", 1_500)
    assert (str(refused), refused.wait, refused.status) == ("Queue full.", 1_500, 429)
    assert isinstance(refused, TooManyRequests)


def test_a_wrong_method_says_which_ones_are_right():
    refused = MethodNotAllowed("Not here.", ("GET", "POST"))
    assert (str(refused), refused.allowed) == ("Not here.", ("GET", "POST"))


def test_a_range_that_is_not_there_says_how_much_is():
    refused = RangeNotSatisfiable("Not so far.", 17)
    assert (str(refused), refused.length, refused.status) == ("Not so far.", 17, 416)


def test_a_bad_setting_is_no_answer_to_a_request():
    assert not issubclass(SettingsError, Refused)


def test_a_range_outside_a_file_says_how_long_the_file_is():
    refused = RangeNotSatisfiable("Range: none.", 7)
    assert (str(refused), refused.length, refused.status) == ("Range: none.", 7, 416)


def test_a_simulator_that_does_not_answer_is_told_with_its_url_and_how_to_start_one():
    error = Unreachable("http://127.0.0.1:8080", "Connection refused")
    assert str(error) == "no simulator answers at http://127.0.0.1:8080 (Connection refused); mjsim serve starts one."
    assert (error.reason, error.status, error.code) == ("Connection refused", 0, "")
