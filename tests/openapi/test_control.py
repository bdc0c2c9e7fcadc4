"""The control API is what its document says: each route is described, and each description is served."""

import asyncio
import json
from pathlib import Path

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from mjsim.settings import Settings
from mjsim.simulator import Simulator

OPENAPI = Path(__file__).parents[2] / "openapi"
CONTROL = json.loads((OPENAPI / "control.json").read_text(encoding="utf-8"))
OPERATIONS = [
    (path, method, operation)
    for path, methods in CONTROL["paths"].items()
    for method, operation in methods.items()
    if method != "parameters"
]


def test_the_document_is_a_sound_openapi_document():
    OpenAPIV31SpecValidator(CONTROL).validate()


def test_every_route_of_the_stage_is_described_and_nothing_else_is():
    simulator = Simulator(Settings(seed=1), request_log=None)
    served = {
        (route.path, method.lower())
        for route in simulator.routes()
        if route.path.startswith("/_sim/")
        for method in route.handlers
    }
    asyncio.run(simulator.stop())
    assert served == {(path, method) for path, method, _ in OPERATIONS}


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS, ids=[o["operationId"] for _, _, o in OPERATIONS])
def test_every_operation_says_who_is_kept_out_and_its_examples_obey_it(path, method, operation):
    assert operation["summary"]
    if operation.get("security") != []:
        assert {"401", "403"} <= set(operation["responses"])
    for media in operation.get("requestBody", {}).get("content", {}).values():
        schema = media.get("schema", {}) | {"components": CONTROL["components"]}
        validator = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
        for example in media.get("examples", {}).values():
            validator.validate(example["value"])


def test_every_operation_has_a_name_of_its_own():
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)
