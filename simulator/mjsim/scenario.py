"""A scenario is a YAML 1.2 file of settings and faults; whatever is wrong with it is one line that names the file, the line
in it, and what is legal there.
"""

import math
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import accumulate
from pathlib import Path
from typing import Any, NoReturn

from mjsim import spec
from mjsim.core.error import Refused, SettingsError
from mjsim.core.fault import Fault
from mjsim.core.value import Frozen

_MOST_BYTES = 1 << 20
_MOST_VALUES = 100_000
_DEEPEST = 50
_MOST_BRACKETS = 500
"""How many brackets may be open at once: the time that the reader takes grows with their square."""

Written = Mapping[str, Any]


class ScenarioError(SettingsError):
    """A scenario file is unfit; the text names the file and the line."""


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
    """The scenario in the file; `names` are those that settings can have. `ScenarioError` says what is wrong where,
    `SettingsError` that there is no such file.
    """
    return _Reader(path).scenario(names)


class _Reader:
    """Reads one file; `root` keeps the lines of what was read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._values = 0
        self._root = self._load()

    def scenario(self, names: Sequence[str]) -> Scenario:
        """See `read_scenario`."""
        document = self._plain(self._root, ())
        if not isinstance(document, dict):
            self._refuse((), "a scenario has to be a mapping with settings and faults.")
        self._check_shape(document)
        return Scenario(
            self._path,
            self._settings(document.get("settings", {}), names),
            tuple(self._fault(number, fault) for number, fault in enumerate(document.get("faults", []))),
            document.get("inbox", {}),
        )

    def _load(self) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        try:
            data = self._path.read_bytes()
            if len(data) > _MOST_BYTES:
                raise ScenarioError(f"scenario {self._path}: has {len(data)} bytes; at most {_MOST_BYTES} are read.")
            text = data.decode()
            if _depth(text) > _MOST_BRACKETS:
                raise ScenarioError(f"scenario {self._path}: is nested too deeply.")
            # The reader that keeps lines; pure, for the C library speaks YAML 1.1.
            return YAML(typ="rt", pure=True).load(text)
        except OSError as error:
            raise SettingsError(f"has to be a file that can be read ({error.strerror})") from None
        except UnicodeDecodeError as error:
            raise ScenarioError(f"scenario {self._path}: is not UTF-8: byte {error.start} cannot be read.") from None
        except RecursionError:
            raise ScenarioError(f"scenario {self._path}: is nested too deeply.") from None
        except MarkedYAMLError as error:
            line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
            raise ScenarioError(
                f"scenario {self._path}{line}: {_first_line(error.problem or error.context)}."
            ) from None
        except (YAMLError, ValueError) as error:
            raise ScenarioError(f"scenario {self._path}: {_first_line(str(error))}.") from None

    def _refuse(self, place: Sequence[str | int], sentence: str) -> NoReturn:
        raise ScenarioError(f"scenario {self._path}, line {_line(self._root, place)}: {sentence}")

    def _plain(self, node: Any, place: tuple[str | int, ...]) -> Any:
        """The same as plain JSON values; anchors may stand for each other, but not without end."""
        self._values += 1
        if len(place) > _DEEPEST or self._values > _MOST_VALUES:
            self._refuse(place[:1], "holds too much, or itself.")
        if isinstance(node, dict):
            for key in node:
                if not isinstance(key, str):
                    self._refuse(place, f"the key {key!r} has to be text; write it in quotes.")
            return {str(key): self._plain(value, (*place, str(key))) for key, value in node.items()}
        if isinstance(node, list):
            return [self._plain(value, (*place, number)) for number, value in enumerate(node)]
        if node is not None and not isinstance(node, str | int) and not _finite(node):
            self._refuse(place, f"{str(node)[:40]!r} is no text, number or boolean; write text in quotes.")
        # The reader's own kinds of text and number remember how they were written.
        kinds = (kind for kind in (bool, str, int, float) if isinstance(node, kind))
        return next(kinds)(node) if node is not None else None

    def _check_shape(self, document: Written) -> None:
        from mjsim.web.complaint import sentence

        for error in spec.validator("Scenario", spec.CONTROL).iter_errors(document):
            rule: Any = error.kind.value
            extra = rule[:1] if error.kind.name == "additionalProperties" else []
            self._refuse([*error.instance_path, *extra], f"{sentence(error, spec.CONTROL).removeprefix('body: ')}.")

    def _settings(self, given: Written, names: Sequence[str]) -> dict[str, Setting]:
        known = {name.replace("_", "-"): name for name in names}
        settings: dict[str, Setting] = {}
        for name, value in given.items():
            if (found := known.get(name.replace("_", "-"))) is None:
                close = get_close_matches(name.replace("_", "-"), known, n=1)
                hint = f" Did you mean {close[0]!r}?" if close else f" There can be {', '.join(known)}."
                self._refuse(("settings", name), f"{name!r} is no setting.{hint}")
            settings[found] = Setting(value, _line(self._root, ("settings", name)))
        return settings

    def _fault(self, number: int, given: Written) -> tuple[Fault, Written]:
        from mjsim.web.control.faults import admit

        try:
            return admit(given)
        except Refused as refused:
            place = str(refused).partition(":")[0].split(".")
            self._refuse(("faults", number, *place), f"faults.{number}.{refused}")


def _depth(text: str) -> int:
    """How many brackets are open at most, wherever they stand."""
    steps = (1 if character in "[{" else -1 for character in text if character in "[]{}")
    return max(accumulate(steps), default=0)


def _finite(node: object) -> bool:
    return isinstance(node, float) and math.isfinite(node)


def _line(node: Any, place: Sequence[str | int]) -> int:
    """The line, from 1, on which the place stands; where it does not exist, that of what holds it."""
    line = 0
    for step in place:
        positions: Any = getattr(node, "lc", None)
        if isinstance(node, dict) and step in node:
            line = positions.key(step)[0]
        elif isinstance(node, list) and isinstance(step, int):
            line = positions.item(step)[0]
        else:
            break
        node = node[step]
    return int(line) + 1


def _first_line(text: str | None) -> str:
    return (text or "it cannot be read").strip().splitlines()[0].rstrip(".")
