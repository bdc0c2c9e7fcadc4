"""The contract documents are read from one place: beside the package when it is installed, else in the source tree."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

_PLACES = (Path(__file__).parent / "openapi", Path(__file__).parents[2] / "openapi")

OVERLAID = "midjourney.json"
"""The published contract with what the overlay adds; what requests are checked against."""

PUBLISHED = "midjourney.published.json"
"""The published contract as it stands."""

CONTROL = "control.json"
"""Our own control API."""

TASKS = "tasks.json"
"""The task API."""


def raw(name: str) -> bytes:
    """The document as it is stored, UTF-8 encoded JSON."""
    return next(place / name for place in _PLACES if (place / name).is_file()).read_bytes()


@cache
def document(name: str) -> dict[str, Any]:
    """The document as a value."""
    import msgspec

    found: dict[str, Any] = msgspec.json.decode(raw(name))
    return found


@cache
def validator(schema: str, name: str = OVERLAID) -> "Draft202012Validator":
    """A compiled validator, formats checked, for one of the schemas of a document.

    The compiler is imported on the first call: a server that is only asked for jobs never loads it.
    """
    import jsonschema_rs

    components = document(name)["components"]
    wanted = {"$ref": f"#/components/schemas/{schema}", "components": components}
    return jsonschema_rs.Draft202012Validator(wanted, validate_formats=True)
