"""`mjsim health`: the probe of containers and scripts."""

import argparse

from mjsim.commands.connection import add_address, address_of
from mjsim.commands.parser import Parser
from mjsim.core.error import ControlError, Unreachable

EXAMPLES = """examples:
  mjsim health                                 exit code 0 when the simulator is up
  mjsim health --url http://127.0.0.1:9000     one that listens elsewhere
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    add_address(parser)


def run(given: argparse.Namespace) -> int:
    """Print what it says; `ControlError` says why it is not healthy."""
    from mjsim.client.wire import Wire

    address = address_of(given)
    try:
        print(Wire(address.url, seconds=5).fetch("GET", "/_sim/health", []).decode())
    except (ControlError, UnicodeDecodeError) as error:
        reason = error.reason if isinstance(error, Unreachable) else error
        raise ControlError(f"{address.url} is not healthy: {reason}") from error
    return 0
