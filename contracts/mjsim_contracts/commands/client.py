"""`mjsim check client -- CMD`: the arguments, and the check that they ask for."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from mjsim_contracts.commands import Check, Command
from mjsim_contracts.commands.api import add_api_option
from mjsim_contracts.contract import document_of
from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import ExitCode

_EXAMPLES = """examples:
  mjsim check client -- python make_picture.py          run it on the truth, then on all that can befall it
  mjsim check client --profile quick -- npm test        in a few seconds
  mjsim check client --env API_URL={url} --env API_KEY={key} -- ./client
  mjsim check client --api tasks -- ./client            one of the task API: taskType, successFlag, codes in envelopes
  mjsim check client --env WEBHOOK_SECRET={secret} -- ./client     one that verifies the webhooks, or callbacks, it asks for
  mjsim check client --replay V-017 -- ./client         one variation again; its server stays up until Ctrl-C
  mjsim check client --only 'getJobStatus/*' --html report.html -- ./client

The command finds MIDJOURNEY_BASE_URL and MIDJOURNEY_TOKEN in its environment, makes a picture as it always does, and
exits with 0 when it has it.
"""


def _add_options(parser: ArgumentParser) -> None:
    parser.usage = "mjsim check client [OPTIONS] -- COMMAND [ARGUMENTS]"
    add_api_option(parser, "the API of which it is a client")
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        metavar="NAME=TEXT",
        help="set a variable; {url}, {host}, {port}, {key}, and {secret} that webhooks are signed with, are filled in",
    )
    parser.add_argument(
        "--ok-exit", action="append", type=int, metavar="CODE", help="an exit code of success (default: 0)"
    )
    parser.add_argument(
        "--crash", action="append", default=[], metavar="REGEX", help="output that is the sign of a crash"
    )
    parser.add_argument("--patience", type=float, metavar="SECONDS", help="how long the client may take to give up")
    parser.add_argument(
        "--timeout",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="how long the command may take where it is told the truth (default: 60)",
    )
    parser.add_argument("--parallel", type=int, default=4, metavar="N", help="runs at once (default: 4)")
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="only variations with such an id"
    )
    parser.add_argument(
        "--hostile",
        action="store_true",
        help="in place of a profile: all of the full one, and what no server should do",
    )
    parser.add_argument(
        "--rules", action="store_true", help="list what a client is held to, and why (with --json: for programs)"
    )
    parser.add_argument("--replay", metavar="ID", help="run one variation again and leave its server up")


def _build(given: Namespace, progress: Progress) -> Check:
    from mjsim_contracts.client.api import APIS
    from mjsim_contracts.client.check import ClientCheck
    from mjsim_contracts.client.variation import Profile

    if not given.command:
        raise CheckError("a command to check is needed after --, as in: mjsim check client -- npm test", ExitCode.USAGE)
    check = ClientCheck(
        tuple(given.command),
        document_of(given.api),
        profile=Profile.HOSTILE if given.hostile else Profile[given.profile.upper()],
        seed=1 if given.seed is None else given.seed,
        variables=dict(_variable(text) for text in given.env),
        ok_exits=frozenset(given.ok_exit or [0]),
        crashes=tuple(given.crash),
        patience=given.patience,
        seconds=given.timeout,
        parallel=max(1, given.parallel),
        only=tuple(given.only),
        progress=progress,
        api=APIS[given.api],
    )
    return _Replay(lambda: check.replay(given.replay, _say)) if given.replay else check


def _variable(text: str) -> tuple[str, str]:
    name, equals, template = text.partition("=")
    if not name or not equals:
        raise CheckError(f"--env has to be NAME=TEXT, such as API_URL={{url}}, not {text[:60]!r}", ExitCode.USAGE)
    return name, template


def _say(line: str) -> None:
    print(line, flush=True)


@dataclass(frozen=True, slots=True)
class _Replay:
    """Comes to no report: it goes on until Ctrl-C."""

    play: Callable[[], None]

    def run(self) -> NoReturn:
        self.play()
        raise KeyboardInterrupt


_PROFILES = "how thoroughly it is judged (default: default)"

CLIENT = Command("client", "judge a client in any language", _EXAMPLES, _add_options, _build, _PROFILES)
