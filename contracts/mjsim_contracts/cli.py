"""The command line of the judge: `mjsim check WHAT`. Exit codes: 0 pass, 1 fail, 2 usage, 3 could not run, 130 Ctrl-C."""

import os
import re
import signal
import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from collections.abc import Callable, Sequence
from difflib import get_close_matches
from types import FrameType
from typing import NoReturn

from mjsim_contracts.commands import Command
from mjsim_contracts.commands.rules import rules_text
from mjsim_contracts.commands.shared import add_shared_options, check_shared_options, write_forms
from mjsim_contracts.commands.table import ALONE, COMMANDS
from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import LiveLine, SparseLines, silent
from mjsim_contracts.report.baseline import apply_baseline, read_baseline, write_baseline
from mjsim_contracts.report.model import ExitCode, Report
from mjsim_contracts.report.terminal import terminal

_EXIT_CODES = "exit codes: 0 pass, 1 fail, 2 usage, 3 could not run, 130 stopped by Ctrl-C"


def _one_of(found: re.Match[str]) -> str:
    # From version to version of Python the choices are quoted or not.
    return f" has to be one of {found[2].replace(chr(39), '')}, not {found[1]}"


_WORDS: dict[re.Pattern[str], str | Callable[[re.Match[str]], str]] = {
    re.compile(r": invalid choice: (.*) \(choose from (.*)\)"): _one_of,
    re.compile(r": invalid int value: "): " has to be a whole number, not ",
    re.compile(r": invalid float value: "): " has to be a number, not ",
}
"""What argparse says in the words of Python, in those of every other message."""

_EXAMPLES = f"""examples:
  mjsim check server http://127.0.0.1:8080
  mjsim check server http://127.0.0.1:8080 --profile quick --html report.html
  mjsim check client -- python make_picture.py
  mjsim check receiver http://127.0.0.1:3000/webhook --secret whsec_...

{_EXIT_CODES}
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code."""
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        return _main(list(sys.argv[1:] if arguments is None else arguments))
    except CheckError as error:
        print(f"mjsim: {error}", file=sys.stderr)
        return error.code
    except ModuleNotFoundError as error:
        print(f"mjsim: a check needs more than mjsim itself: pip install 'mjsim[contracts]' ({error})", file=sys.stderr)
        return ExitCode.COULD_NOT_RUN
    except KeyboardInterrupt:
        return 130
    finally:
        signal.signal(signal.SIGTERM, before)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    """SIGTERM ends a check as Ctrl-C does, so that no process is left behind."""
    raise KeyboardInterrupt


class _Parser(ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        said = message.removeprefix("argument ")
        for pattern, words in _WORDS.items():
            said = pattern.sub(words, said)
        raise CheckError(f"{said}. {self.prog} --help shows what is understood.", ExitCode.USAGE)


def _main(arguments: list[str]) -> int:
    parser = _parser()
    end = arguments.index("--") if "--" in arguments else len(arguments)
    arguments, command = arguments[:end], arguments[end + 1 :]
    if (rules := rules_text(arguments)) is not None:
        _print(rules)
        return ExitCode.PASS
    given, unknown = parser.parse_known_args(arguments, Namespace(command=command))
    if unknown:
        raise CheckError(_unknown(unknown[0], given), ExitCode.USAGE)
    if "chosen" not in given:
        given.parser.print_help()
        return ExitCode.USAGE
    check_shared_options(given)
    known = read_baseline(given.baseline) if given.baseline and not given.baseline_update else frozenset()
    report = _run(given)
    if given.baseline_update:
        write_baseline(given.baseline, report)
        known = read_baseline(given.baseline)
    report = apply_baseline(report, known)
    _show(given, report)
    return report.exit_code


def _parser() -> ArgumentParser:
    raw = RawDescriptionHelpFormatter
    parser = _Parser(prog="mjsim", description="Contract tests over HTTP.", epilog=_EXAMPLES, formatter_class=raw)
    parser.set_defaults(parser=parser)
    groups = parser.add_subparsers(metavar="COMMAND")
    check = groups.add_parser(
        "check",
        help="judge a server, a client or a webhook receiver",
        epilog=_EXAMPLES,
        formatter_class=raw,
        allow_abbrev=False,
    )
    check.set_defaults(parser=check)
    kinds = check.add_subparsers(metavar="WHAT")
    for group, commands in ((kinds, COMMANDS), (groups, ALONE)):
        for command in commands:
            epilog = f"{command.examples}\n{_EXIT_CODES}"
            kind = group.add_parser(
                command.name,
                help=command.help,
                description=command.help,
                epilog=epilog,
                formatter_class=raw,
                allow_abbrev=False,
            )
            command.add_options(kind)
            add_shared_options(kind, command.profiles, command.seeds)
            kind.set_defaults(chosen=command, parser=kind)
    return parser


def _unknown(argument: str, given: Namespace) -> str:
    """What to say of an argument that is not known: the nearest one that is, or where they are listed."""
    parser: ArgumentParser = given.parser
    flags = [flag for action in parser._actions for flag in action.option_strings]  # noqa: SLF001 - nothing else lists them
    close = get_close_matches(argument.partition("=")[0], flags, n=1)
    advice = f"Did you mean {close[0]}?" if close else f"{parser.prog} --help shows what is."
    return f"{argument!r} is not understood. {advice}"


def _run(given: Namespace) -> Report:
    chosen: Command = given.chosen
    if given.quiet:
        return chosen.build(given, silent).run()
    shown = LiveLine(sys.stderr) if sys.stderr.isatty() else SparseLines(sys.stderr)
    try:
        return chosen.build(given, shown).run()
    finally:
        shown.close()


def _show(given: Namespace, report: Report) -> None:
    """The reports that were asked for; that for the terminal gives way to one that goes to standard output."""
    text = write_forms(given, report)
    if text is None and not given.quiet:
        colour = sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
        text = terminal(report, colour=colour)
    if text is not None:
        _print(text)


def _print(text: str) -> None:
    try:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read it has seen enough; at exit Python would complain once more.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
