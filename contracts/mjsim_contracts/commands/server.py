"""`mjsim check server URL`: the arguments, and the check that they ask for."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from mjsim_contracts.commands import Check, Command
from mjsim_contracts.commands.api import add_api_option
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.dialect.tasks import TASKS
from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import ExitCode

if TYPE_CHECKING:
    from mjsim_contracts.server.safe import Plan

_EXAMPLES = """examples:
  mjsim check server http://127.0.0.1:8080                   a simulator, or anything that takes keys like sim-<name>
  mjsim check server http://127.0.0.1:8080 --profile quick   in a few seconds
  mjsim check server http://127.0.0.1:8080 --api tasks       the task API there; --webhook-secret KEY for its signatures
  mjsim check server https://api.example.com --safe          a server that costs money: shows what it would send
  mjsim check server https://api.example.com --safe --send   ... and sends it, 25 requests at most
  mjsim check server https://api.example.com --api tasks --safe --send   no task is made there, nothing is spent
  mjsim check server URL --html report.html --junit report.xml
  mjsim check server URL --baseline known.json --baseline-update   from here on, only new failures count

The key is --key or MIDJOURNEY_TOKEN; it should be of an account that nobody else uses meanwhile.
"""

_PROFILES = (
    "quick: boundary values and a few stories, about 5 seconds; default: all that Schemathesis knows, about 10; "
    "full: ten times as much of everything, minutes"
)


def _add_options(parser: ArgumentParser) -> None:
    add_api_option(parser, "the API that it serves")
    parser.add_argument("url", metavar="URL", help="the base URL of the server, with or without /v1")
    parser.add_argument("--key", help="the API key (default: MIDJOURNEY_TOKEN, else keys of the form sim-<name>)")
    parser.add_argument(
        "--other-key", metavar="KEY", help="the key of another account, which must not see the first one's jobs"
    )
    parser.add_argument(
        "--webhook-secret",
        metavar="SECRET",
        help="what its webhooks are signed with: whsec_ and Base64; with --api tasks, the webhook key",
    )
    parser.add_argument(
        "--contract",
        choices=("published", "overlaid"),
        help="hold it to the published contract (default), or to that with mjsim's additions",
    )
    parser.add_argument(
        "--safe",
        action="store_true",
        help="for servers that cost money: few requests, none made up, and none sent without --send",
    )
    parser.add_argument(
        "--rules", action="store_true", help="list what a server is held to, and why (with --json: for programs)"
    )
    parser.add_argument("--send", action="store_true", help="with --safe: send the requests")
    parser.add_argument(
        "--requests", type=int, metavar="N", default=25, help="with --safe: the most that may be sent (default: 25)"
    )


def _tasks(given: Namespace, progress: Progress) -> Check:
    from mjsim_contracts.receiver.secret import plain_key
    from mjsim_contracts.server.profile import PROFILES
    from mjsim_contracts.taskserver.check import TaskServerCheck
    from mjsim_contracts.taskserver.safe_plan import TaskPlan

    if given.contract:
        raise CheckError("--api tasks has no --contract", ExitCode.USAGE)
    key, seed = _key(given), 1 if given.seed is None else given.seed
    if given.safe or given.send:
        return _safe(given, key, seed, progress, TaskPlan.at)
    signing = plain_key(given.webhook_secret, "--webhook-secret") if given.webhook_secret else None
    return TaskServerCheck(given.url, key, given.other_key, seed, PROFILES[given.profile], progress, signing)


def _jobs(given: Namespace, progress: Progress) -> Check:
    from mjsim_contracts.configuration import Configuration
    from mjsim_contracts.receiver.secret import signing_key
    from mjsim_contracts.server.check import ServerCheck
    from mjsim_contracts.server.profile import PROFILES
    from mjsim_contracts.server.safe_plan import JobPlan

    key, seed = _key(given), 1 if given.seed is None else given.seed
    if given.safe or given.send:
        return _safe(given, key, seed, progress, JobPlan)
    configuration, profile = Configuration(given.contract or Configuration.PUBLISHED), PROFILES[given.profile]
    signing = signing_key(given.webhook_secret, "--webhook-secret") if given.webhook_secret else None
    return ServerCheck(given.url, key, given.other_key, configuration, seed, profile, progress, signing)


def _safe(
    given: Namespace, key: str | None, seed: int, progress: Progress, plan: "Callable[[str, float, str], Plan]"
) -> Check:
    from mjsim_contracts.server.safe import SafeCheck

    return SafeCheck(given.url, key, given.requests, given.send, seed, progress, plan)


def _key(given: Namespace) -> str | None:
    import os

    from mjsim_contracts.server.wire import TOKEN_VARIABLE

    return given.key or os.environ.get(TOKEN_VARIABLE) or None


_CHECKS: Mapping[str, Callable[[Namespace, Progress], Check]] = {MIDJOURNEY.name: _jobs, TASKS.name: _tasks}


def _build(given: Namespace, progress: Progress) -> Check:
    return _CHECKS[given.api](given, progress)


SERVER = Command("server", "judge whatever answers at a URL", _EXAMPLES, _add_options, _build, _PROFILES)
