"""A change of a truthful answer is one value with a name of its own, `operation/state/kind/path`; applying it is pure.

Where a change has nothing to change, the answer stays as it is; so a change that was made can be told from one that
was only meant.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from mjsim_contracts.proxy.wire import ASPECTS

Document = dict[str, Any]
_Change = Callable[[Any, Any], None]
"""Changes a container at a key."""

ITEMS = "*"
"""Stands in a path for every item of an array."""

LONG = "A message that goes on and on. " * 400
ASTRAL = 'Grüße 🖼️ 👩\u200d🎨 "quoted" \\ \n \u202eright to left\u202c 漢字 end'
UNKNOWN = {"kind": "new", "values": [1, None, {"nested": True}]}

_UNITS = {"pending": "queued", "in_progress": "upscaling", "image/png": "image/jpeg", "image/webp": "image/avif"}


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of the answers of an operation, where they are in a state: a job's status, or the HTTP status."""

    operation: str
    state: str
    kind: str
    path: str

    @property
    def id(self) -> str:
        """Its name, the same from run to run."""
        return "/".join((self.operation, self.state, self.kind, self.path or "body"))

    @property
    def mark(self) -> str:
        """What it does, for a reader of the changed answer."""
        return f"{self.path or 'the answer'}: {_WORDS.get(self.kind, self.kind)}"

    @property
    def steps(self) -> tuple[str, ...]:
        """The path, step by step."""
        return tuple(self.path.split(".")) if self.path else ()

    def apply(self, document: Document) -> Document:
        """The changed answer; one that is equal where there is nothing to change."""
        changed = deepcopy(document)
        if not self.steps:
            return changed
        for container, key in _places(changed, self.steps):
            KINDS[self.kind](container, key)
        return changed

    def clashes(self, other: "Edit") -> bool:
        """Whether the two cannot both be made and seen: one is on the other's path, or undoes how the other writes."""
        if (self.operation, self.state) != (other.operation, other.state):
            return False
        if not (self.steps and other.steps):
            return not self.steps and not other.steps and ASPECTS[self.kind] == ASPECTS[other.kind]
        shorter = min(len(self.steps), len(other.steps))
        return self.steps[:shorter] == other.steps[:shorter]


def _places(node: Any, steps: tuple[str, ...]) -> Iterator[tuple[Any, Any]]:
    """The containers and keys that a path names."""
    head, *rest = steps
    if head == ITEMS:
        keys: list[Any] = list(range(len(node))) if isinstance(node, list) else []
    else:
        keys = [head] if isinstance(node, dict) else []
    for key in keys:
        if not rest:
            yield node, key
        elif isinstance(node, list) or key in node:
            yield from _places(node[key], tuple(rest))


def same_json(one: Any, other: Any) -> bool:
    """Whether two documents are the same text; 4 and 4.0, True and 1 are not."""
    return json.dumps(one) == json.dumps(other)


def _value(change: Callable[[Any], Any]) -> _Change:
    """A change of the value that stands there; where none does, nothing happens."""

    def apply(container: Any, key: Any) -> None:
        if isinstance(container, list) or key in container:
            container[key] = change(container[key])

    return apply


def _drop(container: Any, key: Any) -> None:
    if isinstance(container, dict):
        container.pop(key, None)


def _add(value: object) -> _Change:
    def apply(container: Any, key: Any) -> None:
        container.setdefault(key, deepcopy(value))

    return apply


def _time(written: Callable[[datetime], str]) -> _Change:
    return _value(lambda text: written(datetime.fromisoformat(text)))


def _east(moment: datetime) -> str:
    return moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat(timespec="milliseconds")


def _date(milliseconds: Any) -> Any:
    """An instant in epoch milliseconds as text; what is none stays as it is."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int):
        return milliseconds
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _webp(container: Any, key: Any) -> None:
    """Every file is there in both formats, so the address changes with the type."""
    if container.get(key) == "image/png" and str(container.get("url", "")).endswith(".png"):
        container |= {key: "image/webp", "url": container["url"].removesuffix(".png") + ".webp"}


KINDS: Mapping[str, _Change] = {
    "drop": _drop,
    "extra": _add(UNKNOWN),
    "float": _value(lambda number: float(number) if isinstance(number, int) else number),
    "long": _value(lambda _text: LONG),
    "astral": _value(lambda _text: ASTRAL),
    "empty": _value(lambda value: type(value)()),
    "offset": _time(_east),
    "seconds": _time(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%SZ")),
    "nanoseconds": _time(lambda moment: moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "123Z"),
    "maximum": _value(lambda _number: 4_294_967_295),
    "more": _value(lambda number: number + 1),
    "first": _value(lambda items: items[:1]),
    "second": _value(lambda items: items[1:2] or items),
    "tiles": _value(lambda items: items[1:] if len(items) > 1 else items),
    "reversed": _value(lambda items: items[::-1]),
    "webp": _webp,
    "null": _value(lambda _value: None),
    "add-null": _add(None),
    "text": _value(str),
    "date": _value(_date),
    "unknown": _value(lambda value: _UNITS.get(value, "something_new")),
}
"""What can be done at a path, by name."""

_WORDS = {
    "drop": "removed",
    "extra": "added",
    "float": "written with a fraction",
    "empty": "emptied",
    "offset": "written with an offset",
    "seconds": "written without a fraction",
    "more": "one too many",
    "first": "only the first is left",
    "second": "only the second is left",
    "tiles": "without the grid",
    "webp": "WebP instead of PNG",
    "null": "null instead",
    "add-null": "added as null",
    "text": "written as text",
    "date": "written as a date",
    "unknown": "replaced by a value that is not known",
}
"""What was done, where the name of the kind does not say it."""
