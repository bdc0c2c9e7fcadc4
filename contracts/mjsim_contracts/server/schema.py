"""Each answer is held to the status, and to the body, that the contract documents for its operation."""

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from mjsim_contracts.contract import document
from mjsim_contracts.exchange import Operation

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

_MOST_NAMED = 3
_TOLERATED: frozenset[tuple[str, int]] = frozenset({(Operation.LIST, 400)})
"""What no honest server can do without: the published contract knows no answer to a bad query."""

_BUSY, _SERVER_ERROR = 429, 500


def answer_breaches(operation: str, status: int, answer: Any, media_type: str, contract: str) -> Mapping[str, str]:
    """By rule that applies, what is wrong with an answer; empty text where nothing is."""
    validator, seen = _validator(operation, str(status), contract), f"{operation} was answered {status}"
    if status == _SERVER_ERROR or (status > _SERVER_ERROR and validator is None):
        return {"ST101": seen}
    if validator is None:
        # Limits are no secret of one operation: a server may ask for patience anywhere.
        tolerated = status == _BUSY or (operation, status) in _TOLERATED
        return {"ST101": "", "ST103": "" if tolerated else seen}
    is_json = media_type.partition(";")[0].strip().lower() == "application/json"
    typed = "" if is_json else f"Content-Type is {media_type!r}, not application/json"
    return {"ST101": "", "ST103": "", "ST105": typed, "ST108": _objection(validator, answer)}


def notice_objection(notice: Mapping[str, Any], contract: str, *schemas: str) -> str:
    """What is wrong with the body of a webhook or a callback by the first of these schemas that the contract has."""
    return _objection(_notice_validator(contract, schemas), notice)


def _objection(validator: "Draft202012Validator", answer: Any) -> str:
    try:
        errors = list(validator.iter_errors(answer))
    except ValueError:
        return "the answer is nested too deeply to be read"
    named = [f"{'.'.join(map(str, error.instance_path)) or 'the body'}: {error.message}" for error in errors]
    return "; ".join(named[:_MOST_NAMED])


@cache
def _notice_validator(contract: str, schemas: tuple[str, ...]) -> "Draft202012Validator":
    import jsonschema_rs

    components = document(contract)["components"]
    name = next(name for name in schemas if name in components["schemas"])
    wanted = {"components": components, "$ref": f"#/components/schemas/{name}"}
    return jsonschema_rs.Draft202012Validator(wanted, validate_formats=True)


@cache
def _validator(operation: str, status: str, contract: str) -> "Draft202012Validator | None":
    """The validator of a documented answer; None where the status is not documented."""
    import jsonschema_rs

    found = document(contract)
    for path in found["paths"].values():
        for described in path.values():
            if isinstance(described, dict) and described.get("operationId") == operation:
                answer = described["responses"].get(status)
                if answer is None:
                    return None
                if "$ref" in answer:
                    answer = found["components"]["responses"][answer["$ref"].rpartition("/")[2]]
                schema = answer["content"]["application/json"]["schema"]
                wanted = {"components": found["components"], "allOf": [schema]}
                return jsonschema_rs.Draft202012Validator(wanted, validate_formats=True)
    return None
