"""The tools are data: names, descriptions and hints are the capability's, schemas are the overlaid contract's."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import quote, urlencode

from mjsim import spec
from mjsim.core.error import SimulatorError
from mjsim.core.value import Frozen

JOB_ID = "jobId"
"""The one place in a path of the contract."""

Schema = dict[str, Any]


class UnfitArgument(SimulatorError):
    """An argument that cannot be made a path or a query of."""


class Hints(Frozen):
    """What a host may assume of a tool; `open_world`: it reaches beyond the jobs of the account."""

    read_only: bool
    idempotent: bool
    open_world: bool
    destructive: bool = False


_CREATES = Hints(read_only=False, idempotent=False, open_world=True)
_CHANGES = Hints(read_only=False, idempotent=False, open_world=False)
_READS = Hints(read_only=True, idempotent=True, open_world=False)

_CAPABILITY = (
    ("createImagineJob", "Generate images from a text prompt", _CREATES),
    ("createUpscaleJob", "Upscale a generated image to higher resolution", _CREATES),
    ("createVariationJob", "Create variations of a generated image", _CREATES),
    ("createDescribeJob", "Generate text prompts from an image", _CREATES),
    ("createBlendJob", "Blend multiple images together", _CREATES),
    ("getJobStatus", "Get the status and results of a job", _READS),
    ("listJobs", "List image generation jobs", _READS),
    ("cancelJob", "Cancel a pending or in-progress job", _CHANGES),
)
"""Operation, description and hints, as the capability document has them; it says nothing of an open world."""


class Request(Frozen):
    """What is sent to the server: a target (path and query, encoded), and a body where one is due."""

    method: str
    target: str
    body: Mapping[str, Any] | None = None


class Operation(Frozen, eq=False):
    """One operation of the API as a tool; equal to itself alone."""

    name: str
    title: str
    description: str
    hints: Hints
    method: str
    path: str
    input_schema: Schema
    output_schema: Schema
    has_body: bool

    def request(self, arguments: Mapping[str, Any]) -> Request:
        """The request that these arguments make; `UnfitArgument` where they make none.

        A body goes out as it came: the server judges it, and its message names the field and the rule.
        """
        if self.has_body:
            return Request(self.method, self.path, arguments)
        given = {name: value for name, value in arguments.items() if value is not None}
        if unknown := next((name for name in given if name not in self.input_schema["properties"]), None):
            known = ", ".join(self.input_schema["properties"])
            raise UnfitArgument(f"{unknown}: is no argument of {self.name}; it takes {known}.")
        if f"{{{JOB_ID}}}" in self.path:
            return Request(self.method, self.path.replace(f"{{{JOB_ID}}}", job_id_segment(given)))
        query = urlencode({name: _query_text(value) for name, value in given.items()}, errors="replace")
        return Request(self.method, f"{self.path}?{query}" if query else self.path)


def job_id_segment(arguments: Mapping[str, Any]) -> str:
    """The job's id as one segment of a path; `UnfitArgument` where it is missing or would change the path."""
    job_id = arguments.get(JOB_ID)
    if not isinstance(job_id, str) or job_id in {"", ".", ".."} or set("/\\") & set(job_id):
        raise UnfitArgument(f"{JOB_ID}: has to be the id of a job, as a create tool gave it or as listjobs shows it.")
    return quote(job_id, safe="", errors="replace")


def _query_text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value) if whole and isinstance(value, float) else value)


@cache
def operations() -> Mapping[str, Operation]:
    """The eight operations of the capability by their tools' names, in its order."""
    contract = spec.document(spec.OVERLAID)
    found = {
        operation["operationId"]: (method, path, operation)
        for path, item in contract["paths"].items()
        for method, operation in item.items()
        if "operationId" in operation
    }
    made = [_operation(contract, *found[name], description, hints) for name, description, hints in _CAPABILITY]
    return {operation.name: operation for operation in made}


def _operation(contract: Schema, method: str, path: str, facts: Schema, description: str, hints: Hints) -> Operation:
    body = facts.get("requestBody")
    answer = facts["responses"]["200"]["content"]["application/json"]["schema"]
    return Operation(
        name=facts["operationId"].lower(),
        title=facts["summary"],
        description=description,
        hints=hints,
        method=method.upper(),
        path=path,
        input_schema=_root(contract, body["content"]["application/json"]["schema"])
        if body
        else _parameters(contract, facts.get("parameters", [])),
        output_schema=_root(contract, answer),
        has_body=body is not None,
    )


def _root(contract: Schema, schema: Schema) -> Schema:
    """The schema of an object on its own.

    Rules across fields at the root are left to the server: makers of models refuse `allOf` and its kin there, and MCP
    before 2026 has no words for them.
    """
    whole = _inline(contract, schema)
    return {name: whole[name] for name in ("type", "description", "properties", "required") if name in whole}


def _parameters(contract: Schema, parameters: list[Schema]) -> Schema:
    """Path and query as the properties of one object."""
    listed = [_inline(contract, parameter) for parameter in parameters]
    schema: Schema = {
        "type": "object",
        "properties": {one["name"]: {"description": one["description"], **one["schema"]} for one in listed},
        "additionalProperties": False,
    }
    if required := [one["name"] for one in listed if one.get("required")]:
        schema["required"] = required
    return schema


def _inline(contract: Schema, value: Any) -> Any:
    """The value with every reference replaced by what it refers to: many hosts follow none."""
    if isinstance(value, list):
        return [_inline(contract, one) for one in value]
    if not isinstance(value, dict):
        return value
    if isinstance(reference := value.get("$ref"), str):
        found: Any = contract
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
        return _inline(contract, found)
    return {name: _inline(contract, one) for name, one in value.items()}
