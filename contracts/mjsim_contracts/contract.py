"""The contract documents are found wherever this package runs: beside it when it is installed, else in the source tree."""

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

_PLACES = (Path(__file__).parent / "openapi", Path(__file__).parents[2] / "openapi")

OVERLAID = "midjourney.json"
"""The published contract with what mjsim adds to it."""

PUBLISHED = "midjourney.published.json"
"""The published contract as it stands."""

TASKS = "tasks.json"
"""The contract of the task API."""

SOURCES = ("midjourney.yaml", "tasks.yaml")
"""The texts that people read; findings point at their lines."""


def contract_file(name: str) -> Path:
    """Where the document is stored."""
    return next(place / name for place in _PLACES if (place / name).is_file())


def document_of(api: str) -> Path:
    """Where the document of the API of this name is stored, with what mjsim adds to it."""
    return contract_file(f"{api}.json")


@cache
def document(name: str) -> dict[str, Any]:
    """The document as a value; only for those that are JSON."""
    found: dict[str, Any] = json.loads(contract_file(name).read_bytes())
    return found


@cache
def documented_statuses(contract: str = PUBLISHED) -> Mapping[str, tuple[str, ...]]:
    """By operationId, the statuses that a contract documents."""
    paths = document(contract)["paths"].values()
    operations = [operation for path in paths for operation in path.values() if isinstance(operation, dict)]
    return {each["operationId"]: tuple(sorted(each["responses"])) for each in operations if "operationId" in each}


def source_of(place: str) -> tuple[str, int | None]:
    """The source that states a place, and its line; the published contract, without a line, where none does."""
    found = ((source, line_of(place, source)) for source in SOURCES if place)
    return next(((source, line) for source, line in found if line), (SOURCES[0], None))


@cache
def line_of(place: str, source: str = SOURCES[0]) -> int | None:
    """The line of a source, counted from 1, of an operationId, a schema or a JSON pointer; None where it has none."""
    lines = contract_file(source).read_text(encoding="utf-8").splitlines()
    if place.startswith("#/"):
        names = [name.replace("~1", "/").replace("~0", "~") for name in place[2:].split("/")]
        return _descend(lines, names)
    for number, line in enumerate(lines, start=1):
        if line.strip() == f"operationId: {place}":
            return number
    return _descend(lines, ["components", "schemas", place])


def _descend(lines: list[str], names: list[str]) -> int | None:
    """Follow the names through a YAML text of block mappings that are indented by two."""
    start = 0
    for depth, name in enumerate(names):
        key = re.compile(rf"{' ' * 2 * depth}(['\"]?){re.escape(name)}\1:")
        for number in range(start, len(lines)):
            if key.match(lines[number]):
                start = number + 1
                break
            if depth and lines[number].strip() and len(lines[number]) - len(lines[number].lstrip()) < 2 * depth:
                return None
        else:
            return None
    return start
