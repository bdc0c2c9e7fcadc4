"""`mjsim import`: what an exported file holds takes the place of everything that is kept."""

import argparse
from pathlib import Path

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError
from mjsim.lines import counted, print_json

EXAMPLES = """examples:
  mjsim import state.db                        what mjsim export state.db wrote
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="what mjsim export wrote; it has to be of the same seed"
    )
    add_connection(parser)


def run(given: argparse.Namespace) -> int:
    """Send the file."""
    try:
        data = given.file.read_bytes()
    except OSError as error:
        raise SettingsError(f"cannot read {given.file}: {error.strerror}.") from error
    jobs = connect(given).import_state(data)
    print_json({"jobs": jobs}) if given.json else print(f"{counted(jobs, 'job')} kept instead")
    return 0
