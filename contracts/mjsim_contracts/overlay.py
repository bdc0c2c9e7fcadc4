"""The OpenAPI documents in JSON are what their YAML sources say: this module reads the sources, applies the
overlays (OpenAPI Overlay 1.0.0) and writes the results, so that nothing needs a YAML reader at run time.

Errors: OverlayError for an overlay that cannot be applied, with the number and target of the action at fault.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from jsonpath import JSONPathEnvironment, JSONPathError, JSONPathMatch
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

# Strict means RFC 9535 and nothing more: a target that works here works in every other tool.
_PATHS = JSONPathEnvironment(strict=True)


class OverlayError(ValueError):
    """An overlay that does not fit its document, or is none; the message names the action."""


def apply(document: Mapping[str, Any], overlay: Mapping[str, Any]) -> dict[str, Any]:
    """Return a copy of the document after every action of the overlay, in order; neither argument is changed.

    The standard lets a target match nothing. Here that is an OverlayError, or an addition could stop applying
    when the document changes and nobody would notice.
    """
    if not str(overlay.get("overlay", "")).startswith("1.0."):
        raise OverlayError(f"not an Overlay 1.0 document: overlay is {overlay.get('overlay')!r}")
    result = deepcopy(dict(document))
    for number, action in enumerate(overlay.get("actions") or (), start=1):
        try:
            _act(result, action)
        except OverlayError as error:
            raise OverlayError(f"action {number} ({action.get('target')}): {error}") from None
    return result


def _act(document: dict[str, Any], action: Mapping[str, Any]) -> None:
    """Carry out one action in place. By the standard `remove` makes any `update` beside it void."""
    matches = _matches(document, action)
    if action.get("remove") is True:
        # Last one first: removing an item of an array moves the items behind it.
        for match in reversed(matches):
            _remove(match)
    elif "update" in action:
        for match in matches:
            _update(match, action["update"])
    else:
        raise OverlayError("neither update nor remove")


def _matches(document: dict[str, Any], action: Mapping[str, Any]) -> list[JSONPathMatch]:
    """Return what the action's target selects, which is at least one object or array and nothing else."""
    try:
        matches = list(_PATHS.finditer(str(action.get("target", "")), document))
    except JSONPathError as error:
        raise OverlayError(f"the target is no JSONPath: {error}") from None
    if not matches:
        raise OverlayError("the target matches nothing")
    for match in matches:
        if not isinstance(match.obj, dict | list):
            raise OverlayError(f"the target selects a value that is neither object nor array: {match.path}")
    return matches


def _remove(match: JSONPathMatch) -> None:
    """Take the selected node out of the object or array that holds it."""
    if match.parent is None:
        raise OverlayError("the whole document cannot be removed")
    holder: Any = match.parent.obj
    del holder[match.parts[-1]]


def _update(match: JSONPathMatch, update: Any) -> None:
    """Append the update to a selected array, or merge it into a selected object."""
    node: Any = match.obj
    if isinstance(node, list):
        node.append(deepcopy(update))
    elif isinstance(update, dict):
        _merge(node, update)
    else:
        raise OverlayError(f"an object cannot be updated with {update!r}")


def _merge(node: dict[str, Any], update: Mapping[str, Any]) -> None:
    """Merge objects key by key and join arrays; every other value is replaced."""
    for key, new in update.items():
        old = node.get(key)
        if isinstance(old, dict) and isinstance(new, dict):
            _merge(old, new)
        elif isinstance(old, list) and isinstance(new, list):
            old.extend(deepcopy(new))
        else:
            node[key] = deepcopy(new)


def load_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML 1.2 document whose root is an object; in YAML 1.1 the property `no` would be false."""
    # Pure, so that it is the same reader with and without the C library, which speaks YAML 1.1.
    reader = YAML(typ="safe", pure=True)
    try:
        document = reader.load(path.read_text(encoding="utf-8"))
    except YAMLError as error:
        raise OverlayError(f"{path}: {error}") from None
    if not isinstance(document, dict):
        raise OverlayError(f"{path}: the root is no object")
    return document


def to_json(document: Mapping[str, Any]) -> str:
    """Return the document as the text of its JSON file. A date left unquoted in the YAML is a TypeError."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def generated(directory: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield each JSON file that belongs in the directory, with its content: two for every NAME.overlay.yaml, one for
    every other document that no overlay extends.

    NAME.published.json is the document that the overlay extends, NAME.json the same after the overlay; for a document
    that stands alone NAME.json is itself.
    """
    overlays = sorted(directory.glob("*.overlay.yaml"))
    if not overlays:
        raise OverlayError(f"{directory}: no overlay here")
    alone = set(directory.glob("*.yaml")) - set(overlays)
    for path in overlays:
        name = path.name.removesuffix(".overlay.yaml")
        overlay = load_yaml(path)
        source = directory / str(overlay.get("extends", f"{name}.yaml"))
        alone.discard(source)
        published = load_yaml(source)
        yield directory / f"{name}.published.json", to_json(published).encode()
        yield directory / f"{name}.json", to_json(apply(published, overlay)).encode()
    for path in sorted(alone):
        yield path.with_suffix(".json"), to_json(load_yaml(path)).encode()


def stale(path: Path, content: bytes) -> bool:
    """Return whether the file is absent or holds anything but this content."""
    return not path.is_file() or path.read_bytes() != content


def main(arguments: list[str] | None = None) -> int:
    """Write the JSON files that are stale, or with --check only name them.

    Returns the exit code: 1 when a file was found stale by --check, or when the sources cannot be used.
    """
    prog = "python -m mjsim_contracts.overlay"
    parser = argparse.ArgumentParser(prog, description="Write the JSON documents from their YAML sources.")
    parser.add_argument("directory", type=Path, metavar="DIR", help="the directory of the YAML sources")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a file is stale")
    options = parser.parse_args(arguments)
    directory: Path = options.directory
    try:
        outdated = [(path, content) for path, content in generated(directory) if stale(path, content)]
    except (OverlayError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    for path, content in outdated:
        if options.check:
            print(f"{path} is stale: run {prog} {directory}", file=sys.stderr)
        else:
            path.write_bytes(content)
            print(f"wrote {path}")
    return 1 if options.check and outdated else 0


if __name__ == "__main__":
    sys.exit(main())
