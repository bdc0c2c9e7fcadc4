"""`mjsim journal`: what was asked and answered, waited for instead of sleeping, and written down to be replayed."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError
from mjsim.lines import Colour, counted, print_json, print_table

if TYPE_CHECKING:
    from mjsim.client import Control
    from mjsim.client.shape import Entry

EXAMPLES = """examples:
  mjsim journal                                the latest exchanges, oldest first
  mjsim journal list --status 429 --tenant sim-alice
  mjsim journal wait --method GET --path '/v1/jobs/*' --count 2 --timeout 10
  mjsim journal export run.json                a file that `mjsim replay run.json` runs again
  mjsim journal clear
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    verbs = parser.verbs(usual="list")
    listing = verbs.add("list", "the latest exchanges, oldest first")
    listing.add_argument("--limit", type=int, default=50, metavar="N", help="so many at most (default 50)")
    wait = verbs.add("wait", "return as soon as so many exchanges match; exit code 1 where they do not in time")
    wait.add_argument("--count", type=int, default=1, metavar="N", help="how many (default 1)")
    wait.add_argument(
        "--timeout", type=float, default=10.0, metavar="SECONDS", help="how long (default 10, at most 60)"
    )
    for matching in (listing, wait):
        matching.add_argument("--method", help="only those with this method")
        matching.add_argument("--path", help="only those with this path, in which * stands for anything")
        matching.add_argument("--status", type=int, metavar="CODE", help="only those answered so")
        matching.add_argument("--after", type=int, metavar="NUMBER", help="only those after the one of this number")
    export = verbs.add("export", "write down everything that reproduces the run")
    export.add_argument("file", type=Path, metavar="FILE")
    clear = verbs.add("clear", "forget the exchanges")
    for limited in (listing, wait, export, clear):
        limited.add_argument("--tenant", metavar="KEY", help="only those of this key")
    add_connection(verbs)


def run(given: argparse.Namespace) -> int:
    """Do what the verb says."""
    control = connect(given, given.tenant if given.verb != "export" else None)
    match given.verb:
        case "clear":
            control.journal.clear()
        case "export":
            _export(control, given)
        case "wait":
            _show(control.journal.wait(**_wanted(given), count=given.count, seconds=given.timeout), given)
        case _:
            _show(control.journal.find(**_wanted(given), limit=given.limit), given)
    return 0


def _wanted(given: argparse.Namespace) -> dict[str, Any]:
    return {"method": given.method, "path": given.path, "status": given.status, "after": given.after}


def _show(entries: list["Entry"], given: argparse.Namespace) -> None:
    if given.json:
        print_json({"data": entries})
    elif entries:
        from mjsim.replay.exchange import row

        print_table([row(entry) for entry in entries], [_colour(entry["status"]) for entry in entries])
    else:
        print("no exchanges")


def _colour(status: int) -> Colour | None:
    return Colour.BAD if status >= 400 else None


def _export(control: "Control", given: argparse.Namespace) -> None:
    from mjsim.replay.recording import record

    recording = record(control, given.tenant)
    try:
        given.file.write_text(recording.dump(), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"cannot write {given.file}: {error.strerror}.") from error
    if given.json:
        print_json({"file": str(given.file), "entries": len(recording.entries)})
    else:
        print(
            f"{counted(len(recording.entries), 'exchange')} in {given.file}; mjsim replay {given.file} runs them again"
        )
