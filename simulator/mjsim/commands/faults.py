"""`mjsim faults`: what shall go wrong, how often it did, and why it did not."""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mjsim.commands.connection import add_connection, connect
from mjsim.commands.parser import Parser
from mjsim.core.error import ControlError, SettingsError
from mjsim.lines import clock_time, counted, print_json, print_table, printable

if TYPE_CHECKING:
    from mjsim.client.faults import Faults

EXAMPLES = """examples:
  mjsim faults list                            all faults, and how often each struck
  mjsim faults add busy.yaml                   a fault, a list of them, or the faults of a scenario; - reads them
  mjsim faults explain FAULT_ID                why it did not strike
  mjsim faults remove FAULT_ID
  mjsim faults clear --tenant sim-alice

busy.yaml, for a service that is busy from the third imagine on:
  match: {operations: [createImagineJob]}
  succeed_first: 2
  effect: {response: {status: 503, retry_after: 2}}
"""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    verbs = parser.verbs(usual="list")
    listing = verbs.add("list", "all faults, and how often each struck")
    add = verbs.add("add", "add those that a file holds")
    add.add_argument("file", metavar="FILE", help="YAML or JSON; - for standard input")
    for verb, help_line in {"remove": "take one out", "explain": "why one did not strike"}.items():
        verbs.add(verb, help_line).add_argument("fault_id", metavar="FAULT_ID")
    clear = verbs.add("clear", "take them all out")
    for limited in (listing, add, clear):
        limited.add_argument("--tenant", metavar="KEY", help="only those for this key")
    add_connection(verbs)


def run(given: argparse.Namespace) -> int:
    """Do what the verb says."""
    faults = connect(given, getattr(given, "tenant", None)).faults
    match given.verb:
        case "add":
            ids = _add(faults, given.file)
            print_json({"ids": ids}) if given.json else print("\n".join(ids))
        case "remove":
            faults.remove(given.fault_id)
        case "clear":
            removed = faults.clear()
            print_json({"removed": removed}) if given.json else print(f"{counted(removed, 'fault')} taken out")
        case "explain":
            misses = faults.explain(given.fault_id)
            print_json({"misses": misses}) if given.json else _print_misses(misses)
        case _:
            found = faults.all()
            print_json({"faults": found}) if given.json else _print_list(found)
    return 0


def _add(faults: "Faults", file: str) -> Sequence[str]:
    """Add what the file holds; the ids. A complaint names the file, and the fault by its place there, from 1 on."""
    found = _read(file)
    try:
        return faults.add(*found)
    except ControlError as refused:
        place, _, complaint = str(refused).partition(": ")
        if not place.isdecimal():
            raise
        which = f", fault {int(place) + 1}" if len(found) > 1 else ""
        raise SettingsError(f"{_named(file)}{which}: {complaint.removeprefix('body: ')}") from refused


def _named(file: str) -> str:
    return "standard input" if file == "-" else file


def _read(file: str) -> list[Any]:
    """The faults that a file holds; `SettingsError` where it cannot be read."""
    from mjsim.document import Document, read_document

    name = _named(file)
    try:
        document = Document(sys.stdin.read(), name) if file == "-" else read_document(Path(file), name)
    except OSError as error:
        raise SettingsError(f"cannot read {name}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{name} is not UTF-8: byte {error.start} cannot be read.") from error
    value = document.value
    faults = value["faults"] if isinstance(value, dict) and "faults" in value else value
    if isinstance(faults, dict):
        return [faults]
    if not isinstance(faults, list) or not faults or not all(isinstance(fault, dict) for fault in faults):
        raise SettingsError(f"{name} holds no faults; a fault is an object with an effect, and a match if need be.")
    return faults


def _print_list(found: list[dict[str, Any]]) -> None:
    rows = [[one["id"], _struck(one), _short(one.get("match", {})), _short(one["effect"])] for one in found]
    print_table(rows) if rows else print("no faults")


def _struck(fault: dict[str, Any]) -> str:
    over = ", expired" if fault.get("expired") else ""
    return f"struck {counted(fault['fired'], 'time')}{over}"


def _short(value: object) -> str:
    text = printable(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= 80 else f"{text[:79]}…"


def _print_misses(misses: list[dict[str, Any]]) -> None:
    if not misses:
        print("It has missed nothing: there was no occasion, or it struck each time.")
    for miss in misses:
        print("  ".join([clock_time(miss["at"]), miss["operation"], miss["tenant"]]))
        rows = [
            [f"  {'yes' if one['held'] else 'NO'}", one["condition"], _short(one["found"])]
            for one in miss["conditions"]
        ]
        print_table(rows)
