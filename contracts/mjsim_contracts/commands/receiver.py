"""`mjsim check receiver URL`: the arguments, and the check that they ask for."""

from argparse import ArgumentParser, Namespace

from mjsim_contracts.commands import Check, Command
from mjsim_contracts.commands.api import add_api_option
from mjsim_contracts.error import CheckError
from mjsim_contracts.progress import Progress
from mjsim_contracts.report.model import Case, ExitCode

SECRET_VARIABLE = "WEBHOOK_SECRET"  # noqa: S105 - the name of a variable

_PROFILES = (
    "quick: a true delivery of every kind that can be had at once, and the gravest forgeries, in about 3 seconds; "
    "default: the whole battery, in 7 to 15 seconds; full: the same"
)

_EXAMPLES = """examples:
  mjsim check receiver http://127.0.0.1:3000/webhook --secret whsec_...
  mjsim check receiver URL --profile quick                   the happy paths and the gravest forgeries, 3 seconds
  mjsim check receiver URL --api tasks --secret KEY          one of the callbacks of the task API
  mjsim check receiver URL --webhook-type result              one that is told of completed and failed jobs only
  mjsim check receiver URL --probe 'psql -Atc "select count(*) from orders"'   a number that must not grow
  mjsim check receiver URL --only R09 --api-port 8080         some cases again, by the beginning of their ids
  mjsim check receiver URL --insecure                         one that checks no signature, said loudly

The secret is --secret or WEBHOOK_SECRET; the commands that the report shows read it from there. A receiver that asks
the API about jobs is told where it is by the first line of progress; --api-port fixes the port beforehand.
"""


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="where the receiver takes deliveries")
    add_api_option(parser, "the API whose deliveries it takes")
    parser.add_argument(
        "--secret",
        help="what it verifies signatures with: whsec_ and Base64; with --api tasks, the webhook key"
        f" (default: {SECRET_VARIABLE})",
    )
    parser.add_argument("--former-secret", metavar="SECRET", help="one that it must not accept any more")
    parser.add_argument(
        "--webhook-type",
        choices=("progress", "result"),
        help="which news it is told: every change (default), or completed and failed only",
    )
    parser.add_argument(
        "--scheme",
        choices=("standard", "hex", "both", "either"),
        help="which signature it checks: Standard Webhooks, X-Midjourney-Signature (default: found out)",
    )
    parser.add_argument("--insecure", action="store_true", help="it checks no signature: leave those cases out")
    parser.add_argument(
        "--probe", metavar="CMD|URL", help="prints a number that must not grow twice, or states that must not go back"
    )
    parser.add_argument(
        "--api-url", metavar="URL", help="an API whose jobs are told of (default: a simulator is started)"
    )
    parser.add_argument("--key", help="the key for --api-url")
    parser.add_argument("--api-port", type=int, default=0, metavar="PORT", help="where the receiver finds the API")
    parser.add_argument(
        "--only", action="append", default=[], metavar="ID", help="only cases whose ids begin so, of any profile"
    )


def _build(given: Namespace, progress: Progress) -> Check:
    import os

    from mjsim_contracts.receiver.check import ReceiverCheck

    secret = given.secret or os.environ.get(SECRET_VARIABLE, "")
    if not secret and not given.insecure:
        raise CheckError(f"--secret (or the variable {SECRET_VARIABLE}) is needed", ExitCode.USAGE)
    done = 0

    def told(case: Case) -> None:
        nonlocal done
        done += 1
        progress(done, 0, f"{case.outcome}: {case.title}")

    return ReceiverCheck(
        given.url,
        secret,
        api=given.api,
        webhook_type=given.webhook_type,
        scheme=given.scheme,
        insecure=given.insecure,
        probe=given.probe,
        former_secret=given.former_secret,
        api_url=given.api_url,
        api_key=given.key,
        api_port=given.api_port,
        only=given.only,
        profile=given.profile,
        seed=given.seed,
        progress=lambda line: progress(0, 0, line),
        told=told,
    )


_SEEDS = "the same seed sends the same (default: at random)"

RECEIVER = Command("receiver", "judge a webhook receiver", _EXAMPLES, _add_options, _build, _PROFILES, _SEEDS)
