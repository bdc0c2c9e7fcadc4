"""A YAML 1.2 document is read as plain JSON values that remember their lines, within bounds of size, depth and repetition;
whatever is wrong with it is one line that names the document and the line in it.
"""

import math
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any, NoReturn

from mjsim.core.error import DocumentError

_MOST_BYTES = 1 << 20
_MOST_VALUES = 100_000
_DEEPEST = 50
_MOST_BRACKETS = 500
"""How many brackets may be open at once: the time that the reader takes grows with their square."""

_GREATEST = (1 << 63) - 1
_TAGS = (None, "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


class Document:
    """`value` is what the text says; `name` is what the document is called where something is wrong with it."""

    def __init__(self, text: str, name: str) -> None:
        """`DocumentError` where the text is no such document."""
        self._name = name
        self._values = 0
        self._root = self._load(text)
        self.value = self._plain(self._root, ())

    def refuse(self, place: Sequence[str | int], sentence: str) -> NoReturn:
        """Raise the `DocumentError` that something is wrong at this place."""
        raise DocumentError(f"{self._name}, line {self.line(place)}: {sentence}")

    def line(self, place: Sequence[str | int]) -> int:
        """The line, from 1, on which the place stands; where it does not exist, that of what holds it."""
        node, line = self._root, 0
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

    def _load(self, text: str) -> Any:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import MarkedYAMLError, YAMLError

        if (size := len(text.encode(errors="replace"))) > _MOST_BYTES:
            raise DocumentError(f"{self._name}: has {size} bytes; at most {_MOST_BYTES} are read.")
        if _depth(text) > _MOST_BRACKETS:
            raise DocumentError(f"{self._name}: is nested too deeply.")
        try:
            # The reader that keeps lines; pure, for the C library speaks YAML 1.1.
            return YAML(typ="rt", pure=True).load(text)
        except RecursionError:
            raise DocumentError(f"{self._name}: is nested too deeply.") from None
        except MarkedYAMLError as error:
            line = f", line {error.problem_mark.line + 1}" if error.problem_mark else ""
            raise DocumentError(f"{self._name}{line}: {_first_line(error.problem or error.context)}.") from None
        except (YAMLError, ValueError) as error:
            raise DocumentError(f"{self._name}: {_first_line(str(error)).partition('; use ')[0]}.") from None

    def _plain(self, node: Any, place: tuple[str | int, ...]) -> Any:
        """The same as plain JSON values; anchors may stand for each other, but not without end."""
        self._values += 1
        if len(place) > _DEEPEST or self._values > _MOST_VALUES:
            self.refuse(place[:1], "holds too much, or itself.")
        tag = getattr(getattr(node, "tag", None), "value", None)
        if isinstance(node, dict | list) and tag not in _TAGS:
            self.refuse(place, f"the tag {str(tag)[:60]!r} means nothing here.")
        if isinstance(node, dict):
            for key in node:
                if not isinstance(key, str):
                    self.refuse(place, f"the key {key!r} has to be text; write it in quotes.")
                if (wrong := _wrong(key)) is not None:
                    self.refuse((*place, key), f"the key {key!r} {wrong}")
            return {str(key): self._plain(value, (*place, str(key))) for key, value in node.items()}
        if isinstance(node, list):
            return [self._plain(value, (*place, number)) for number, value in enumerate(node)]
        if (wrong := _wrong(node)) is not None:
            self.refuse(place, wrong)
        # The reader's own kinds of text and number remember how they were written.
        kinds = (kind for kind in (bool, str, int, float) if isinstance(node, kind))
        return next(kinds)(node) if node is not None else None


def read_document(path: Path, name: str) -> Document:
    """The document in a file; OSError where it cannot be opened, `DocumentError` where it is none."""
    data = path.read_bytes()
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise DocumentError(f"{name}: is not UTF-8: byte {error.start} cannot be read.") from None
    return Document(text, name)


def _wrong(node: object) -> str | None:
    """What is wrong with a single value, None where nothing is."""
    match node:
        case str():
            lone = any("\ud800" <= character <= "\udfff" for character in node)
            return "holds half of a surrogate pair." if lone else None
        case int():
            return None if abs(node) <= _GREATEST else "holds a number that is too large."
        case None:
            return None
        case float() if math.isfinite(node):
            return None
    return f"{str(node)[:40]!r} is no text, number or boolean; write text in quotes."


def _depth(text: str) -> int:
    """How many brackets are open at most, wherever they stand."""
    steps = (1 if character in "[{" else -1 for character in text if character in "[]{}")
    return max(accumulate(steps), default=0)


def _first_line(text: str | None) -> str:
    return (text or "it cannot be read").strip().splitlines()[0].rstrip(".")
