"""A recording is one file that holds everything that reproduces a run: version, seed, settings, and all exchanges.

Requests of the control API that change something are among them, so that jobs are held and time is moved again.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from mjsim.client.faults import Fault
from mjsim.client.shape import Entry
from mjsim.core.error import SettingsError
from mjsim.core.value import Frozen
from mjsim.replay.exchange import content

if TYPE_CHECKING:
    from mjsim.client import Control

FORMAT = "mjsim-recording-1"


class Recording(Frozen):
    """A run: `version` and `seed` of the simulator, `settings` by name as far as they are no secrets, and exchanges."""

    version: str
    seed: int
    settings: dict[str, Any]
    faults: Sequence[Fault]
    """Those that were there before the first exchange."""
    entries: Sequence[Entry]

    def dump(self) -> str:
        """The text of the file: one exchange a line, so that two runs can be compared with diff."""
        head: dict[str, object] = {
            "format": FORMAT,
            "version": self.version,
            "seed": self.seed,
            "settings": self.settings,
        }
        head["faults"] = list(self.faults)
        entries = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in self.entries)
        return f'{json.dumps(head, ensure_ascii=False)[:-1]}, "entries": [\n{entries}\n]}}\n'


def record(control: "Control", tenant: str | None = None, after: int = 0) -> Recording:
    """What a simulator has been asked since the exchange of a number: all of it, or by one tenant and by its director."""
    info = control.info()
    entries = control.journal.find(after=after)
    # The clock is everybody's: who limits a run to one tenant still needs what was done to time.
    kept = [one for one in entries if tenant is None or one.get("tenant", "") == tenant or one["surface"] == "control"]
    return Recording(info["version"], info["seed"], info["settings"], _faults_before(control, kept), kept)


def _faults_before(control: "Control", entries: Sequence[Entry]) -> Sequence[Fault]:
    """The faults that none of the exchanges has added; those of a scenario, for example."""
    added = [fault_id for entry in entries for fault_id in _added(entry)]
    return [fault for fault in control.scenario().get("faults", []) if fault["id"] not in added]


def _added(entry: Entry) -> list[str]:
    """The ids of the faults that an exchange has added."""
    if (entry["method"], entry["target"], entry["status"]) != ("POST", "/_sim/faults", 200):
        return []
    return cast("list[str]", json.loads(entry["body"]["text"])["ids"])


def read(file: Path) -> Recording:
    """The recording in a file; `SettingsError` says why it is none."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror}.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file} is no recording: it is no JSON ({str(error)[:100]}).") from error
    if not isinstance(value, dict) or value.get("format") != FORMAT:
        raise SettingsError(f"{file} is no recording of this version; mjsim journal export FILE writes one.")
    faults = [_object(fault, file) for fault in _list(value.get("faults", []), file)]
    entries = [_entry(one, place, file) for place, one in enumerate(_list(value.get("entries"), file), start=1)]
    if not entries:
        raise SettingsError(f"{file} holds no exchanges to run again.")
    return Recording(
        version=str(value.get("version")),
        seed=_whole(value.get("seed"), file),
        settings=_object(value.get("settings"), file),
        faults=faults,
        entries=entries,
    )


def _whole(value: object, file: Path) -> int:
    if not isinstance(value, int) or value < 0:
        raise SettingsError(f"{file} is no recording: its seed is no whole number.")
    return value


def _object(value: object, file: Path) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise SettingsError(f"{file} is no recording: its settings and faults are no objects.")
    return value


def _list(value: object, file: Path) -> list[object]:
    if not isinstance(value, list):
        raise SettingsError(f"{file} is no recording: its exchanges and faults are no lists.")
    return value


def _entry(value: object, place: int, file: Path) -> Entry:
    """The exchange at a place, counted from 1, if it is one as the control API shows them."""
    from mjsim import spec

    wrong = next(spec.validator("Entry", spec.CONTROL).iter_errors(value), None)
    if wrong is not None:
        raise SettingsError(f"{file} is no recording: in exchange {place}, {wrong.message[:120]}.")
    entry = cast("Entry", value)
    try:
        content(entry["request_body"])
        content(entry["body"])
    except ValueError as error:
        raise SettingsError(f"{file} is no recording: in exchange {place}, a body is no Base64.") from error
    return entry
