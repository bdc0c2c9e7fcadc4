"""Arguments are read so that whatever is wrong with them is one line, with the argument that may be meant."""

import argparse
import re
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, Protocol

from mjsim.core.error import SettingsError
from mjsim.core.guess import nearest


def _one_of(found: re.Match[str]) -> str:
    # From version to version of Python the choices are quoted or not.
    return f" has to be one of {found[2].replace(chr(39), '')}, not {found[1]}"


_WORDS: dict[re.Pattern[str], str | Callable[[re.Match[str]], str]] = {
    re.compile(r": invalid choice: (.*) \(choose from (.*)\)"): _one_of,
    re.compile(r": invalid int value: "): " has to be a whole number, not ",
    re.compile(r": invalid float value: "): " has to be a number, not ",
}
"""What argparse says in the words of Python, in those of the settings."""


class CommandModule(Protocol):
    """What the module of a command offers."""

    EXAMPLES: str

    def configure(self, parser: "Parser") -> None:
        """Add the command's arguments."""
        ...

    def run(self, given: argparse.Namespace) -> int:
        """Do it; the exit code."""
        ...


class Parser(argparse.ArgumentParser):
    """Raises `SettingsError` instead of ending the process; `known` gathers the flags of a whole command."""

    def __init__(self, *args: Any, known: list[str] | None = None, **kwargs: Any) -> None:
        self.known: list[str] = [] if known is None else known
        self.runs_command = False
        """Whether a command line of its own follows after `--`; it is `command` in the namespace."""
        kwargs |= {"allow_abbrev": False, "formatter_class": argparse.RawDescriptionHelpFormatter}
        super().__init__(*args, **kwargs)

    def add_argument(self, *args: Any, **kwargs: Any) -> argparse.Action:
        """See argparse."""
        action = super().add_argument(*args, **kwargs)
        self.known += [flag for flag in action.option_strings if flag not in self.known]
        return action

    def error(self, message: str) -> NoReturn:
        """Say it in one line, and where to look."""
        said = message.removeprefix("argument ")
        for pattern, words in _WORDS.items():
            said = pattern.sub(words, said)
        raise SettingsError(f"{said}. {self.prog} --help says more.")

    def verbs(self, usual: str) -> "Verbs":
        """Make this a command with verbs, of which `usual` is meant where none is given."""
        return Verbs(self, usual)


class Verbs:
    """The verbs of a command, each with arguments of its own."""

    def __init__(self, parser: Parser, usual: str) -> None:
        self._parser = parser
        self._usual = usual
        self._listed = parser.add_subparsers(dest="verb", metavar="VERB", parser_class=Parser)
        parser.set_defaults(verb=usual, verbs=self)
        self._parsers: dict[str, Parser] = {}

    def add(self, name: str, help: str) -> Parser:  # noqa: A002 - as argparse calls it
        """Add a verb."""
        shown = f"{help} (the usual one)" if name == self._usual else help
        known, examples = self._parser.known, self._examples(name)
        parser: Parser = self._listed.add_parser(name, help=shown, description=help, epilog=examples, known=known)
        self._parsers[name] = parser
        return parser

    def _examples(self, name: str) -> str | None:
        """Those of the command's examples that show this verb."""
        shown = [
            line for line in (self._parser.epilog or "").splitlines() if f" {self._parser.prog} {name} " in f"{line} "
        ]
        return "\n".join(["examples:", *shown]) if shown else None

    def everywhere(self, *flags: str, **kwargs: Any) -> None:
        """Add a flag that may stand before the verb or after it."""
        self._parser.add_argument(*flags, **kwargs)
        for parser in self._parsers.values():
            # A default of the verb's own would undo what stands before it.
            parser.add_argument(*flags, **(kwargs | {"default": argparse.SUPPRESS}))

    def completed(self, arguments: Sequence[str]) -> list[str]:
        """The arguments with the usual verb where none is given; `SettingsError` where the first should be one."""
        if {"-h", "--help"} & set(arguments) or set(self._parsers) & set(arguments):
            return list(arguments)
        if arguments and not arguments[0].startswith("-"):
            raise SettingsError(not_understood(arguments[0], list(self._parsers), self._parser.prog))
        return [self._usual, *arguments]


def duration(text: str) -> str:
    """The text of a duration, as argparse reads arguments."""
    from mjsim.core.instant import parse_duration

    try:
        parse_duration(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text[:60]!r} {error}") from error
    return text


def parse(name: str, help: str, module: CommandModule, arguments: Sequence[str]) -> argparse.Namespace:  # noqa: A002
    """The arguments of a command; `SettingsError` names the one that is not understood."""
    parser = Parser(prog=f"mjsim {name}", description=help, epilog=module.EXAMPLES)
    module.configure(parser)
    command: Sequence[str] = ()
    if parser.runs_command and "--" in arguments:
        end = arguments.index("--")
        arguments, command = arguments[:end], arguments[end + 1 :]
    _refuse_unknown_flags(parser, arguments)
    verbs = parser.get_default("verbs")
    given, unknown = parser.parse_known_args(
        verbs.completed(arguments) if isinstance(verbs, Verbs) else arguments, argparse.Namespace(command=command)
    )
    if parser.runs_command and not command:
        raise SettingsError(f"{name} needs a command to run after --, as in {parser.prog} -- pytest")
    if unknown:
        raise SettingsError(not_understood(unknown[0], parser.known, parser.prog))
    return given


def _refuse_unknown_flags(parser: Parser, arguments: Sequence[str]) -> None:
    """A flag that is not known comes first: whatever else seems wrong may follow from it."""
    for argument in arguments:
        if argument == "--":
            return
        if argument.startswith("--") and argument.partition("=")[0] not in parser.known:
            raise SettingsError(not_understood(argument, parser.known, parser.prog))


def not_understood(argument: str, known: Sequence[str], where: str) -> str:
    """What to say of an argument that is not known: the nearest one that is, or where they are listed."""
    close = nearest(argument.partition("=")[0], known)
    hint = f"Did you mean {close}?" if close else f"{where} --help lists what is."
    return f"{argument!r} is not understood. {hint}"
