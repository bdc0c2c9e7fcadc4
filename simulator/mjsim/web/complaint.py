"""What a body does against the contract is said in words: the field, the rule, and what was sent instead."""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any

from mjsim import spec
from mjsim.core.guess import nearest

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator, ValidationError

_MOST_NAMED = 3
"""How many broken rules one answer names."""

_CROWDED = 100
"""With a longer array than this only the first broken rule is named: the validator lists all before it gives one."""

_PATTERNS = (
    ("^([0-9]{1,12}", "has to be a duration such as 250ms, 90s or 1h30m"),
    ("\\S", "has to hold more than white space"),
    ("^([hH][tT][tT][pP][sS]?://\\S", "has to be an http or https URL"),
    ("^([hH]", "has to be an http, https or data URL"),
    ("^[1-9]", "has to be a ratio W:H of whole numbers from 1 to 9999, such as 16:9"),
)
"""What the patterns of the contract mean, by how they begin."""

_NOUNS = {"integer": "an integer", "array": "an array", "object": "an object"}
_FORMATS = {"uri": "a URI with a scheme, such as https://example.com/x", "uuid": "a UUID"}


def complaint(value: object, validator: "Draft202012Validator", document: str = spec.OVERLAID) -> str:
    """The first broken rules, each with its place in the body; `document` is where the schema comes from."""
    if not isinstance(value, dict):
        return f"The body has to be a JSON object, not {_noun(value)}."
    try:
        return "; ".join(sentence(error, document) for error in _errors(value, validator)) + "."
    except ValueError:
        # The validator shows no value that is nested deeper than 255 levels.
        return "The body breaks the contract, and is nested too deeply to say where."


def _errors(value: dict[str, Any], validator: "Draft202012Validator") -> Iterable["ValidationError"]:
    from jsonschema_rs import ValidationError

    if all(not isinstance(field, list) or len(field) <= _CROWDED for field in value.values()):
        return islice(validator.iter_errors(value), _MOST_NAMED)
    try:
        validator.validate(value)
    except ValidationError as error:
        return (error,)
    return ()


def sentence(error: "ValidationError", document: str) -> str:
    """The rule that is broken, after its place in the body."""
    place = ".".join(map(str, error.instance_path))
    rule: Any = error.kind.value
    match error.kind.name:
        case "required":
            return f"{place}.{rule}: is required" if place else f"{rule}: is required"
        case "oneOf":
            names = " and ".join(_alternatives(error.schema_path, document))
            return f"{place or 'body'}: exactly one of {names} has to be given"
        case "anyOf":
            values = ", ".join(_values(error.schema_path, document)) or "what is allowed here"
            return f"{place or 'body'}: {_shown(error.instance)} is none of {values}"
        case "additionalProperties":
            return f"{place or 'body'}: {_unknown(rule[0], error.schema_path, document)}"
        case _:
            return f"{place or 'body'}: {_predicate(error, rule)}"


def _predicate(error: "ValidationError", rule: Any) -> str:  # noqa: C901, PLR0911 - one line for each keyword
    sent: Any = error.instance
    match error.kind.name:
        case "type":
            return f"has to be {_NOUNS.get(rule[0], f'a {rule[0]}')}, not {_noun(sent)}"
        case "enum":
            return f"{_shown(sent)} is none of {', '.join(dict.fromkeys(map(str, rule)))}"
        case "minimum":
            return f"{_shown(sent)} is less than {rule:g}, the least that is allowed"
        case "maximum":
            return f"{_shown(sent)} is more than {rule}, the most that is allowed"
        case "minLength":
            return f"has {len(sent)} characters, at least {rule} {'is' if rule == 1 else 'are'} needed"
        case "maxLength":
            return f"has {len(sent)} characters, at most {rule} are allowed"
        case "minItems" | "maxItems" as bound:
            allowed = f"at least {rule} are needed" if bound == "minItems" else f"at most {rule} are allowed"
            return f"has {len(sent)} of them, {allowed}"
        case "minProperties" | "maxProperties" as bound:
            return f"has {len(sent)} fields, at {'least' if bound == 'minProperties' else 'most'} {rule} can be given"
        case "format":
            return f"{_shown(sent)} is not {_FORMATS.get(rule, rule)}"
        case "pattern":
            meaning = next((words for start, words in _PATTERNS if rule.startswith(start)), f"has to match {rule}")
            return f"{_shown(sent)} {meaning}"
        case _:
            return error.message[:300]


def _node(schema_path: Sequence[str | int], document: str) -> Any:
    node: Any = spec.document(document)
    for step in schema_path:
        node = node[step]
    return node


def _alternatives(schema_path: Sequence[str | int], document: str) -> list[str]:
    """The fields among which a oneOf lets choose."""
    return [name for choice in _node(schema_path, document) for name in choice["required"]]


def _values(schema_path: Sequence[str | int], document: str) -> list[str]:
    """The values that the choices of an anyOf name."""
    return [str(value) for choice in _node(schema_path, document) for value in choice.get("enum", ())]


def _unknown(name: str, schema_path: Sequence[str | int], document: str) -> str:
    """What to say of a field that is not known: the nearest one that is, or all of them."""
    known = list(_node(schema_path[:-1], document).get("properties", ()))
    close = nearest(name, known)
    return f"{_shown(name)} is not known here " + (
        f"(did you mean {close!r}?)" if close else f"(there can be {', '.join(known)})"
    )


def _noun(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "a boolean"
        case str():
            return "a string"
        case list():
            return "an array"
        case dict():
            return "an object"
        case _:
            return "a number"


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:60] + "…"
