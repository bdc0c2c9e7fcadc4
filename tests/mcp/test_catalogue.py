"""The tools are the capability's: names, descriptions, hints; their schemas are the contract's."""

import json
from pathlib import Path

import jsonschema_rs
import mcp
import pytest

CONTRACT = json.loads((Path(__file__).parents[2] / "openapi" / "midjourney.json").read_text(encoding="utf-8"))

CAPABILITY = {
    "createimaginejob": ("Generate images from a text prompt", (False, False, False)),
    "createupscalejob": ("Upscale a generated image to higher resolution", (False, False, False)),
    "createvariationjob": ("Create variations of a generated image", (False, False, False)),
    "createdescribejob": ("Generate text prompts from an image", (False, False, False)),
    "createblendjob": ("Blend multiple images together", (False, False, False)),
    "getjobstatus": ("Get the status and results of a job", (True, False, True)),
    "listjobs": ("List image generation jobs", (True, False, True)),
    "canceljob": ("Cancel a pending or in-progress job", (False, False, False)),
}
"""Name, description, and the hints readOnly, destructive, idempotent of the capability document."""

BODIES = {
    "createimaginejob": "ImagineRequest",
    "createupscalejob": "UpscaleRequest",
    "createvariationjob": "VariationRequest",
    "createdescribejob": "DescribeRequest",
    "createblendjob": "BlendRequest",
}


async def tools_of(world):
    async with world() as w, mcp.Client(w.mcp) as client:
        return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_the_tools_are_those_of_the_capability_and_one_that_waits(world):
    tools = await tools_of(world)
    assert list(tools) == [*CAPABILITY, "waitforjob"]
    for name, (description, hints) in CAPABILITY.items():
        found = tools[name].annotations
        assert tools[name].description == description
        assert (found.read_only_hint, found.destructive_hint, found.idempotent_hint) == hints, name


async def test_every_tool_says_all_four_hints(world):
    for tool in (await tools_of(world)).values():
        hints = tool.annotations.model_dump(exclude={"title"})
        assert len(hints) == 4
        assert all(isinstance(value, bool) for value in hints.values()), tool.name


async def test_the_inputs_are_the_fields_of_the_bodies_with_their_rules(world):
    tools = await tools_of(world)
    for name, body in BODIES.items():
        contract, schema = CONTRACT["components"]["schemas"][body], tools[name].input_schema
        assert set(schema["properties"]) == set(contract["properties"])
        assert schema.get("required") == contract.get("required")
    assert tools["createupscalejob"].input_schema["properties"]["index"]["maximum"] == 4
    assert tools["getjobstatus"].input_schema["required"] == ["jobId"]
    assert tools["canceljob"].input_schema["required"] == ["jobId"]
    listing = tools["listjobs"].input_schema
    assert list(listing["properties"]) == ["status", "limit", "offset", "sort"]
    assert "required" not in listing


async def test_every_schema_is_an_object_that_stands_on_its_own(world):
    for tool in (await tools_of(world)).values():
        for schema in (tool.input_schema, tool.output_schema):
            assert schema["type"] == "object"
            assert not {"allOf", "oneOf", "anyOf", "not", "if"} & set(schema), tool.name
            assert "$ref" not in json.dumps(schema)
            jsonschema_rs.Draft202012Validator(schema)


@pytest.mark.parametrize("mode", ["legacy", "2026-07-28"])
async def test_the_server_explains_itself(world, wire, mode):
    version = "2025-11-25" if mode == "legacy" else mode
    async with world() as w, wire(w.mcp, version) as client:
        if mode == "legacy":
            who = {"name": "a", "version": "1"}
            asked = {"protocolVersion": version, "capabilities": {}, "clientInfo": who}
            said = await client.ask("initialize", asked)
            assert said["serverInfo"]["name"] == "midjourney-mcp"
        else:
            said = await client.ask("server/discover")
            assert said["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "midjourney-mcp"
    for word in ("waitforjob", "canceljob", "data.job_id", "Retry-After", "index"):
        assert word in said["instructions"]
