"""A scenario is a YAML 1.2 file of settings and faults; whatever is wrong with it is one line that names the file, the line
in it, and what is legal there.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from mjsim import spec
from mjsim.core.error import Refused, SettingsError
from mjsim.core.fault import Fault
from mjsim.core.guess import nearest
from mjsim.core.value import Frozen
from mjsim.document import Document, read_document

Written = Mapping[str, Any]


class Setting(Frozen):
    """A setting of the scenario as it is written, and the line on which it stands."""

    value: object
    line: int


class Scenario(Frozen):
    """`settings` by their names with underscores; `faults` each with how it is written; `inbox` as it is written."""

    path: Path
    settings: Mapping[str, Setting]
    faults: tuple[tuple[Fault, Written], ...]
    inbox: Written


def read_scenario(path: Path, names: Sequence[str]) -> Scenario:
    """The scenario in the file; `names` are those that settings can have. `DocumentError` says what is wrong where,
    `SettingsError` that there is no such file.
    """
    try:
        document = read_document(path, f"scenario {path}")
    except OSError as error:
        raise SettingsError(f"has to be a file that can be read ({error.strerror})") from None
    return _Reader(path, document).scenario(names)


class _Reader:
    """Reads one document."""

    def __init__(self, path: Path, document: Document) -> None:
        self._path = path
        self._document = document

    def scenario(self, names: Sequence[str]) -> Scenario:
        """See `read_scenario`."""
        value = self._document.value
        if not isinstance(value, dict):
            self._document.refuse((), "a scenario has to be a mapping with settings and faults.")
        self._check_shape(value)
        return Scenario(
            self._path,
            self._settings(value.get("settings", {}), names),
            tuple(self._fault(number, fault) for number, fault in enumerate(value.get("faults", []))),
            value.get("inbox", {}),
        )

    def _check_shape(self, document: Written) -> None:
        from mjsim.web.complaint import sentence

        for error in spec.validator("Scenario", spec.CONTROL).iter_errors(document):
            rule: Any = error.kind.value
            extra = rule[:1] if error.kind.name == "additionalProperties" else []
            self._document.refuse(
                [*error.instance_path, *extra], f"{sentence(error, spec.CONTROL).removeprefix('body: ')}."
            )

    def _settings(self, given: Written, names: Sequence[str]) -> dict[str, Setting]:
        known = {name.replace("_", "-"): name for name in names}
        settings: dict[str, Setting] = {}
        for name, value in given.items():
            if (found := known.get(name.replace("_", "-"))) is None:
                close = nearest(name.replace("_", "-"), known)
                hint = f" Did you mean {close!r}?" if close else f" There can be {', '.join(known)}."
                self._document.refuse(("settings", name), f"{name!r} is no setting.{hint}")
            settings[found] = Setting(value, self._document.line(("settings", name)))
        return settings

    def _fault(self, number: int, given: Written) -> tuple[Fault, Written]:
        from mjsim.web.control.faults import admit

        try:
            return admit(given)
        except Refused as refused:
            place = str(refused).partition(":")[0].split(".")
            self._document.refuse(("faults", number, *place), f"faults.{number}.{refused}")
