"""`mjsim export`: everything that is kept, in one file."""

import argparse
from pathlib import Path

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError
from mjsim.lines import print_json

EXAMPLES = """examples:
  mjsim export state.db                        the jobs of all keys
  mjsim import state.db                        have them back, in a simulator of the same seed
  mjsim serve --data state.db                  or go on with them; --clock manual in their own time, for they
                                               expire after 15 days of it
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE")
    add_connection(parser)


def run(given: argparse.Namespace) -> int:
    """Write the file."""
    data = connect(given).export_state()
    try:
        given.file.write_bytes(data)
    except OSError as error:
        raise SettingsError(f"cannot write {given.file}: {error.strerror}.") from error
    shown = {"file": str(given.file), "bytes": len(data)}
    print_json(shown) if given.json else print(f"{len(data)} bytes in {given.file}")
    return 0
