"""`mjsim check server URL`: the arguments, and the check that they ask for."""

from argparse import ArgumentParser, Namespace

from mjsim_contracts.commands import Check, Command
from mjsim_contracts.progress import Progress

_EXAMPLES = """examples:
  mjsim check server http://127.0.0.1:8080                   a simulator, or anything that takes keys like sim-<name>
  mjsim check server http://127.0.0.1:8080 --profile quick   in a few seconds
  mjsim check server https://api.example.com --safe          a server that costs money: shows what it would send
  mjsim check server https://api.example.com --safe --send   ... and sends it, 25 requests at most
  mjsim check server URL --html report.html --junit report.xml
  mjsim check server URL --baseline known.json --baseline-update   from here on, only new failures count

The key is --key or MIDJOURNEY_TOKEN; it should be of an account that nobody else uses meanwhile.
"""


def _add_options(parser: ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the base URL of the server, with or without /v1")
    parser.add_argument("--key", help="the API key (default: MIDJOURNEY_TOKEN, else keys of the form sim-<name>)")
    parser.add_argument(
        "--other-key", metavar="KEY", help="the key of another account, which must not see the first one's jobs"
    )
    parser.add_argument(
        "--webhook-secret", metavar="SECRET", help="what its webhooks are signed with: whsec_ and Base64"
    )
    parser.add_argument(
        "--contract",
        choices=("published", "overlaid"),
        default="published",
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


def _build(given: Namespace, progress: Progress) -> Check:
    import os

    from mjsim_contracts.configuration import Configuration
    from mjsim_contracts.receiver.secret import signing_key
    from mjsim_contracts.server.check import ServerCheck
    from mjsim_contracts.server.profile import PROFILES
    from mjsim_contracts.server.safe import SafeCheck
    from mjsim_contracts.server.wire import TOKEN_VARIABLE

    key = given.key or os.environ.get(TOKEN_VARIABLE) or None
    seed = 1 if given.seed is None else given.seed
    if given.safe or given.send:
        return SafeCheck(given.url, key, given.requests, given.send, seed, progress)
    configuration, profile = Configuration(given.contract), PROFILES[given.profile]
    signing = signing_key(given.webhook_secret, "--webhook-secret") if given.webhook_secret else None
    return ServerCheck(given.url, key, given.other_key, configuration, seed, profile, progress, signing)


SERVER = Command("server", "judge whatever answers at a URL", _EXAMPLES, _add_options, _build)
