"""`mjsim reset`: a clean slate, there when the command returns."""

import argparse

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.lines import counted, print_json

EXAMPLES = """examples:
  mjsim reset                                  everything is forgotten; time goes on
  mjsim reset --tenant sim-alice               only what belongs to this key
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("--tenant", metavar="KEY", help="only what belongs to this key")
    add_connection(parser)


def run(given: argparse.Namespace) -> int:
    """Start over."""
    jobs = connect(given, given.tenant).reset()
    print_json({"jobs": jobs}) if given.json else print(f"{counted(jobs, 'job')} forgotten")
    return 0
