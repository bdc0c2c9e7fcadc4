"""What cannot be understood is answered by one line that leads on, and exit code 2."""

import pytest

from mjsim.cli import main


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["serve", "--prot", "1"], "mjsim: '--prot' is not understood. Did you mean --port?"),
        (["serve", "--fail-rate=1"], "mjsim: '--fail-rate=1' is not understood. Did you mean --failure-rate?"),
        (["serve", "extra"], "mjsim: 'extra' is not understood. mjsim serve --help lists what is."),
        (["health", "--bogus"], "mjsim: '--bogus' is not understood. mjsim health --help lists what is."),
        (["--bogus"], "mjsim: '--bogus' is not understood. mjsim --help lists what is."),
    ],
)
def test_an_argument_that_is_not_known_is_named_with_what_may_be_meant(arguments, line, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr().err == line + "\n"


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 2
    assert "examples:" in capsys.readouterr().out
