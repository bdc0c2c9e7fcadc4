"""The control document and the core speak of the same faults."""

from typing import Any

from openapi_spec_validator import validate

from mjsim import spec
from mjsim.core.error import Refused
from mjsim.core.fate import REFUSALS
from mjsim.core.fault import OPERATIONS, PARTS, Connection, Fault, Match, Response

DOCUMENT = spec.document(spec.CONTROL)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]


def names(kind: type) -> set[str]:
    """The names of the fields of a value."""
    return set(kind.__struct_fields__)


def test_the_document_is_openapi() -> None:
    """By another program's judgement."""
    validate(DOCUMENT)


def test_operations_parts_and_conditions_are_those_of_the_core() -> None:
    """Nothing can be written that is not understood, and nothing understood that cannot be written."""
    assert SCHEMAS["Operation"]["enum"] == list(OPERATIONS)
    assert set(SCHEMAS["Effect"]["properties"]) == {*PARTS, "message"}
    assert SCHEMAS["Effect"]["properties"]["connection"]["enum"] == list(Connection)
    assert set(SCHEMAS["Match"]["properties"]) == names(Match)
    assert set(SCHEMAS["Response"]["properties"]) == names(Response)
    assert set(SCHEMAS["Fault"]["properties"]) == names(Fault)


def test_what_submission_can_be_refused_with_is_what_the_api_refuses_with() -> None:
    """A refusal that is asked for looks like one that is meant."""
    assert all(issubclass(kind, Refused) and kind.code == code for code, kind in REFUSALS.items())
