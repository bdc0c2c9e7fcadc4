"""What cannot be understood is answered by one line that leads on, and exit code 2."""

import re
import subprocess
import sys

import pytest

from mjsim.cli import COMMANDS, main

DURATION = "has to be a duration such as 250ms, 90s, 1h30m or 2d."


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["serve", "--prot", "1"], "mjsim: '--prot' is not understood. Did you mean --port?"),
        (["serve", "--fail-rate=1"], "mjsim: '--fail-rate=1' is not understood. Did you mean --failure-rate?"),
        (["serve", "extra"], "mjsim: 'extra' is not understood. mjsim serve --help lists what is."),
        (["health", "--bogus"], "mjsim: '--bogus' is not understood. mjsim health --help lists what is."),
        (["health", "--ulr", "x"], "mjsim: '--ulr' is not understood. Did you mean --url?"),
        (["--bogus"], "mjsim: '--bogus' is not understood. mjsim --help lists what is."),
        (["serv"], "mjsim: 'serv' is not understood. Did you mean serve?"),
        (["clock", "advnce"], "mjsim: 'advnce' is not understood. Did you mean advance?"),
        (["clock", "nonsense"], "mjsim: 'nonsense' is not understood. mjsim clock --help lists what is."),
        (["clock", "advance", "--untill", "quiet"], "mjsim: '--untill' is not understood. Did you mean --until?"),
        (
            ["clock", "advance", "--until", "noon"],
            "mjsim: --until has to be one of quiet, not 'noon'. mjsim clock advance --help says more.",
        ),
        (
            ["clock", "advance", "5"],
            f"mjsim: DURATION: '5' {DURATION} mjsim clock advance --help says more.",
        ),
        (["clock", "advance"], "mjsim: clock advance takes a duration such as 60s, or one of --to, --job and --until."),
        (
            ["clock", "advance", "1s", "--until", "quiet"],
            "mjsim: clock advance takes a duration such as 60s, or one of --to, --job and --until.",
        ),
        (["jobs", "fail"], "mjsim: the following arguments are required: JOB_ID. mjsim jobs fail --help says more."),
        (["jobs", "--tennant", "a"], "mjsim: '--tennant' is not understood. Did you mean --tenant?"),
        (
            ["jobs", "list", "--limit", "x"],
            "mjsim: --limit has to be a whole number, not 'x'. mjsim jobs list --help says more.",
        ),
        (["exec", "pytest"], "mjsim: exec needs a command to run after --, as in mjsim exec -- pytest"),
        (["exec", "--seed", "1", "--"], "mjsim: exec needs a command to run after --, as in mjsim exec -- pytest"),
        (["exec", "--sed", "1", "--", "true"], "mjsim: '--sed' is not understood. Did you mean --seed?"),
        (
            ["webhooks", "resend"],
            "mjsim: webhooks resend takes a DELIVERY_ID, or at least one of --since, --job, --standing, --tenant.",
        ),
        (["webhooks", "inbox", "a", "--answer", "ok"], "mjsim: --answer takes statuses such as 500,500,200, not 'ok'."),
    ],
)
def test_an_argument_that_is_not_known_is_named_with_what_may_be_meant(arguments, line, capsys):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", line + "\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    out = capsys.readouterr().out
    assert COMMANDS[command].help in out
    assert f"  mjsim {command}" in out.partition("examples:")[2]


@pytest.mark.parametrize("command", ["clock", "jobs", "webhooks", "faults", "journal"])
def test_every_verb_has_help_with_its_own_examples(command, capsys):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    verbs = re.findall(r"^    (\w+) +\S", capsys.readouterr().out, re.MULTILINE)
    assert len(verbs) > 2
    for verb in verbs:
        with pytest.raises(SystemExit):
            main([command, verb, "--help"])
        examples = capsys.readouterr().out.partition("examples:\n")[2].splitlines()
        assert examples, verb
        assert all(f" mjsim {command} {verb} " in f"{line} " for line in examples)


def loaded_by(*arguments):
    """The modules of this project, and the heavy ones of others, that a command has imported by its end."""
    code = """
import sys
from mjsim.cli import main
try:
    main(sys.argv[1:])
except SystemExit:
    pass
heavy = {"argparse", "asyncio", "aiohttp", "PIL", "dataclasses", "jsonschema_rs", "http.client", "subprocess", "ruamel.yaml"}
print(*sorted(name for name in sys.modules if name.startswith("mjsim") or name in heavy), file=sys.stderr)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=30, check=True
    )
    return set(done.stderr.splitlines()[-1].split())


def test_a_command_imports_what_it_needs_and_no_other_command():
    assert loaded_by("--help") == {"mjsim", "mjsim.cli", "mjsim.core", "mjsim.core.error"}
    assert loaded_by("--version") == loaded_by("--help")
    directing = loaded_by("clock", "--url", "http://127.0.0.1:1")
    assert "http.client" in directing
    # Values are made of msgspec's structs, which cost less than the `dataclasses` of the standard library.
    assert not directing & {"asyncio", "aiohttp", "PIL", "dataclasses", "mjsim.simulator", "mjsim.commands.serve"}
    assert not directing & {"mjsim.scenario", "mjsim.core.fault", "ruamel.yaml"}
    assert not loaded_by("serve", "--help") & {
        "aiohttp",
        "http.client",
        "mjsim.client",
        "mjsim.replay",
        "mjsim.simulator",
    }


def test_help_can_be_asked_for_in_words(capsys):
    assert main(["help"]) == 0
    assert capsys.readouterr().out.startswith("usage: mjsim COMMAND")
    with pytest.raises(SystemExit):
        main(["help", "clock", "advance"])
    assert capsys.readouterr().out.startswith("usage: mjsim clock advance")


def test_without_a_command_the_help_is_shown(capsys):
    assert main([]) == 2
    assert "examples:" in capsys.readouterr().out
