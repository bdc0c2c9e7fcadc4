"""The command `mjsim`: a table of commands, of which only the one that is called is imported.

Exit codes: 0 done, 1 not done (no simulator there, or it refused), 2 what was asked for is unfit, 130 Ctrl-C; those of
a check are its own.
"""

import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NamedTuple

from mjsim import __version__
from mjsim.core.error import ControlError, SettingsError


class Command(NamedTuple):
    """A command: where it is (a module with `EXAMPLES`, `configure(parser)` and `run(given)`), and its line of help."""

    module: str
    help: str


COMMANDS = {
    "serve": Command("mjsim.commands.serve", "start the simulator"),
    "exec": Command("mjsim.commands.exec", "start a simulator, run a command against it, stop it"),
    "mcp": Command("mjsim.commands.mcp", "serve the API as MCP tools, in front of any server of it"),
    "health": Command("mjsim.commands.health", "ask whether a simulator is up"),
    "clock": Command("mjsim.commands.clock", "show, advance, freeze simulated time"),
    "jobs": Command("mjsim.commands.jobs", "list jobs; hold, release, complete, fail them"),
    "webhooks": Command("mjsim.commands.webhooks", "what was delivered; send it again; receive it"),
    "faults": Command("mjsim.commands.faults", "what shall go wrong; why it did not"),
    "journal": Command("mjsim.commands.journal", "what was asked and answered; wait for it, export it"),
    "replay": Command("mjsim.commands.replay", "run an exported journal again and compare the answers"),
    "reset": Command("mjsim.commands.reset", "start over, one tenant or all"),
    "export": Command("mjsim.commands.export", "write everything that is kept to a file"),
    "import": Command("mjsim.commands.restore", "replace everything that is kept by what export wrote"),
}
"""Every command, in the order in which they are listed."""

JUDGED = {
    "check": "judge a server, a client or a webhook receiver (needs mjsim[contracts])",
    "proxy": "pass requests on to an API, and judge them (needs mjsim[contracts])",
}
"""The commands of the contract tests, which read their own arguments."""

_EXAMPLES = """examples:
  mjsim serve                                  on 127.0.0.1:8080, jobs take about 5 s
  mjsim serve --data mjsim.db                  everything survives a restart
  mjsim exec -- pytest                         run your tests against a simulator of their own
  mjsim clock advance 60s                      a minute later, everything that was due has happened
  mjsim jobs fail JOB_ID                       see what your client does about it
  mjsim check server http://127.0.0.1:8080     does it keep the contract?

The commands reach a running simulator at --url, else MJSIM_CONTROL_URL, else where the settings say that it listens.
Any key of the form sim-<anything> is accepted, and each has jobs of its own; MIDJOURNEY_TOKEN names one more.
`mjsim COMMAND --help` shows the options and examples of each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = _run(given)
        sys.stdout.flush()
    except (SettingsError, ControlError) as error:
        print(f"mjsim: {error}", file=sys.stderr)
        return 2 if isinstance(error, SettingsError) else 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read the output has read enough; the interpreter would complain once more on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _run(given: Sequence[str]) -> int:
    if given and given[0] == "help":
        given = [*given[1:], "--help"]
    first = given[0] if given else ""
    if first in {"-h", "--help", ""}:
        print(_help())
        return 0 if first else 2
    if first == "--version":
        print(f"mjsim {__version__}")
        return 0
    if first in JUDGED:
        from mjsim_contracts.cli import main as judge

        return judge(list(given))
    if first not in COMMANDS:
        raise SettingsError(_unknown(first))
    from mjsim.commands.parser import parse

    command = COMMANDS[first]
    module = import_module(command.module)
    code: int = module.run(parse(first, command.help, module, given[1:]))
    return code


def _help() -> str:
    lines = [f"  {name:<10}{command.help}" for name, command in COMMANDS.items()]
    lines += [f"  {name:<10}{does}" for name, does in JUDGED.items()]
    listed = "\n".join(lines)
    return f"""usage: mjsim COMMAND ...

A local simulator of the Midjourney image-generation API.

commands:
{listed}

options:
  --help      show this
  --version   show the version

{_EXAMPLES}"""


def _unknown(argument: str) -> str:
    """What to say of a command that is none: the nearest one that is, or where they are listed."""
    from mjsim.core.guess import nearest

    close = nearest(argument, [*COMMANDS, *JUDGED])
    return f"{argument!r} is not understood. " + (f"Did you mean {close}?" if close else "mjsim --help lists what is.")
