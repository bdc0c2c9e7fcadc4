"""`mjsim replay`: a recorded run, run again; whatever is answered otherwise is shown."""

import argparse
import signal
import socket
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from mjsim.commands.parser import Parser
from mjsim.core.error import SettingsError
from mjsim.lines import Colour, counted, painted, print_json

if TYPE_CHECKING:
    from mjsim.replay.player import Played
    from mjsim.replay.recording import Recording

EXAMPLES = """examples:
  mjsim journal export run.json                write down what was asked and answered
  mjsim replay run.json                        ask it all again, of a simulator with the same seed and settings
  mjsim replay run.json --keep                 and leave that simulator running, to look around
  mjsim replay run.json --to http://127.0.0.1:8080

Exit code 0: every answer was the same, byte for byte; 1: not so; 2: the file is no recording.
"""

_OWN = {
    "host",
    "port",
    "data",
    "log_format",
    "clock",
    "rate",
    "step",
    "start",
    "seed",
    "scenario",
    "no_mcp",
    "mcp_port",
}
"""Settings that a replay decides for itself, and a scenario, whose settings and faults are in the recording."""


def configure(parser: Parser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, metavar="FILE", help="what mjsim journal export wrote")
    parser.add_argument("--to", metavar="URL", help="replay against this simulator, whose clock has to stand still")
    parser.add_argument("--control-token", metavar="TOKEN", help="the token of its control API")
    parser.add_argument("--keep", action="store_true", help="leave the simulator running until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="print the verdict for machines")


def run(given: argparse.Namespace) -> int:
    """Replay; 0 where every answer is the same."""
    from mjsim.replay.player import Player
    from mjsim.replay.recording import read

    recording = read(given.file)
    with ExitStack() as stack:
        if given.to:
            url = given.to
        else:
            from mjsim.launch import Launched

            url = stack.enter_context(Launched(_arguments(recording))).url
        verdict = _told(Player(url, given.control_token).play(recording), recording, given.json)
        if given.keep:
            print(f"The simulator stays at {url}; Ctrl-C stops it.", flush=True)
            signal.pause()
    return verdict


def _arguments(recording: "Recording") -> list[str]:
    """The flags that make the recorded simulator again, on a clock that stands still where the run began."""
    from mjsim.option import OPTIONS

    flags = {option.name: option.flag for option in OPTIONS}
    start = min(entry["at"] for entry in recording.entries)
    arguments = [f"--port={_port(recording)}", "--clock=manual", f"--start={start}", f"--seed={recording.seed}"]
    for name, value in recording.settings.items():
        if name in _OWN:
            continue
        if name not in flags:
            raise SettingsError(f"the recording has a setting {name!r}, which this version does not know.")
        arguments += [f"{flags[name]}={one}" for one in (value if isinstance(value, list) else [value])]
    return arguments


def _port(recording: "Recording") -> int:
    """The port on which the run's own inboxes were, as far as there were any and it is free now; else any.

    A webhook goes where the run sent it, and an inbox is to be found there again.
    """
    for entry in recording.entries:
        host = next((value for name, value in entry["request_headers"] if name.lower() == "host"), "")
        if f"//{host}/_sim/inbox/" not in entry["request_body"].get("text", ""):
            continue
        port = urlsplit(f"//{host}").port or 0
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return 0
        return port
    return 0


def _told(played: Iterable["Played"], recording: "Recording", as_json: bool) -> int:
    """Print what differs and a verdict; the exit code."""
    from mjsim.replay.exchange import has_hidden_key

    asked = different = hidden = 0
    told = []
    for one in played:
        asked += not one.left_out
        hidden += has_hidden_key(one.entry)
        different += bool(one.differences)
        if one.differences and as_json:
            told.append({"number": one.entry["number"], "differences": [found._asdict() for found in one.differences]})
        elif one.differences:
            _print(one)
    if not asked:
        raise SettingsError("the recording holds nothing that can be asked again.")
    left = len(recording.entries) - asked
    if as_json:
        counts = {"asked": asked, "different": different, "left_out": left, "hidden_keys": hidden}
        print_json({"equal": not different, **counts, "differences": told})
        return 1 if different else 0
    _print_notes(recording, hidden, different)
    summary = f"{counted(asked, 'request')} asked again{f', {left} left out' if left else ''}: "
    said = f"{different} answered otherwise" if different else "every answer the same, byte for byte"
    print(painted(summary + said, Colour.BAD if different else Colour.GOOD))
    return 1 if different else 0


def _print(played: "Played") -> None:
    from mjsim.replay.exchange import row

    print("  ".join(row(played.entry)))
    for found in played.differences:
        print(f"  {found.what}: was {found.recorded}")
        print(f"  {' ' * len(found.what)}  is  {found.answered}")


def _print_notes(recording: "Recording", hidden: int, different: int) -> None:
    """What may explain that answers differ."""
    if hidden:
        print(
            f"note: {counted(hidden, 'request')} came with keys that a recording does not show; a made-up one was used,"
        )
        print("      which is another tenant with other ids.")
    if not different:
        return
    first = min(entry["number"] for entry in recording.entries)
    if first > 1:
        print(f"note: the recording begins with exchange #{first}; what was asked before is not asked again.")
    if any(entry["target"] == "/_sim/reset" for entry in recording.entries):
        print("note: a reset forgets what its tenant had asked; only what came after it is asked again.")
    if any('"webhook_url"' in entry["request_body"].get("text", "") for entry in recording.entries):
        print("note: webhooks were sent where the run sent them; a receiver that is gone or answers otherwise now")
        print("      makes other attempts. The simulator's own inboxes answer as then if their port is free.")
    if recording.settings.get("clock") != "manual":
        print("note: time ran while this was recorded; answers may differ by milliseconds (--clock manual stops it).")
