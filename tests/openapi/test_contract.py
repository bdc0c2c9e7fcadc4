"""The contract keeps every fact that was published; each of our additions has a reason and is well formed."""

import base64
import hashlib
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from PIL import Image

from mjsim_contracts.overlay import apply, generated, load_yaml

OPENAPI = Path(__file__).parents[2] / "openapi"
PUBLISHED = json.loads((OPENAPI / "midjourney.published.json").read_text(encoding="utf-8"))
SERVED = json.loads((OPENAPI / "midjourney.json").read_text(encoding="utf-8"))
OVERLAY = load_yaml(OPENAPI / "midjourney.overlay.yaml")

# Computed from the document as it was published, not from ours.
PUBLISHED_FACTS = "e6a1daf758a5431e8bd0fbc771adedd22700465644feaf044c0db99d0e9da6bc"

PROSE = {"description", "summary"}
# Under these keys stand names that the author of a document chose, so `description` there is no prose.
NAMES = {"callbacks", "content", "examples", "headers", "parameters", "paths", "properties", "responses"}
NAMES |= {"schemas", "securitySchemes"}
# Under these keys stands data, whatever it looks like.
DATA = {"const", "default", "enum", "example", "required", "security", "value"}


def facts(node: Any, *, named: bool = False) -> Any:
    """Return an OpenAPI document without its prose. Everything else stays, the order of keys included."""
    if isinstance(node, list):
        return [facts(item) for item in node]
    if not isinstance(node, dict):
        return node
    if named:
        return {name: facts(value) for name, value in node.items()}
    kept = {key: value for key, value in node.items() if key not in PROSE}
    return {key: v if key in DATA else facts(v, named=key in NAMES) for key, v in kept.items()}


def fingerprint(document: dict[str, Any]) -> str:
    """Return the SHA-256 of the document's facts."""
    canonical = json.dumps(facts(document), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def examples(node: Any, path: str = "#") -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Yield (where it stands, schema, value) for each example beside a schema, anywhere in a document."""
    if isinstance(node, dict):
        if "schema" in node and "example" in node:
            yield path, node["schema"], node["example"]
        if "schema" in node:
            for name, example in node.get("examples", {}).items():
                yield f"{path}/examples/{name}", node["schema"], example["value"]
        for key, value in node.items():
            yield from examples(value, f"{path}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from examples(value, f"{path}/{index}")


def validator(schema: dict[str, Any]) -> jsonschema_rs.Draft202012Validator:
    """Return a validator that resolves the served document's references and checks formats."""
    whole = {**schema, "components": SERVED["components"]}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def valid(name: str, value: Any) -> bool:
    """Return whether the served schema of this name accepts the value."""
    return validator({"$ref": f"#/components/schemas/{name}"}).is_valid(value)


def test_the_published_contract_holds_every_published_fact() -> None:
    """Only prose may differ from what was published: no path, schema, bound, default or order of fields."""
    assert fingerprint(PUBLISHED) == PUBLISHED_FACTS, (
        "a published fact has changed. To see which: git diff HEAD -- openapi/midjourney.yaml "
        "(or git log -p); it is any changed line that belongs to no description and no summary"
    )


def test_facts_leave_out_prose_and_nothing_else() -> None:
    """A property, response or schema may be called description or default, and data may contain the words."""
    prose = {"description": "gone", "summary": "gone"}
    kept = {"default": {"summary": "kept"}, "enum": [{"description": "kept"}], "title": "kept"}
    for name in ("description", "default", "content"):
        schemas = {name: {**prose, **kept, "properties": {name: {**prose, **kept}}}}
        assert facts({"schemas": schemas}) == {"schemas": {name: {**kept, "properties": {name: kept}}}}
    assert facts({"parameters": [{**prose, "name": "n"}]}) == {"parameters": [{"name": "n"}]}
    assert fingerprint({"a": 1, "b": 2}) != fingerprint({"b": 2, "a": 1})


def test_both_json_files_are_what_the_yaml_says() -> None:
    """Nobody edits the JSON by hand, and nobody forgets to write it anew."""
    for path, content in generated(OPENAPI):
        assert path.read_bytes() == content, f"stale: python -m mjsim_contracts.overlay {OPENAPI.name}"


@pytest.mark.parametrize("document", [PUBLISHED, SERVED], ids=["published", "served"])
def test_the_property_no_is_a_string_key(document: dict[str, Any]) -> None:
    """A YAML 1.1 reader would have made it false, and the field would go unchecked."""
    properties = document["components"]["schemas"]["ImagineRequest"]["properties"]
    assert properties["no"]["type"] == "string"
    assert "false" not in properties


@pytest.mark.parametrize("document", [PUBLISHED, SERVED], ids=["published", "served"])
def test_the_documents_are_valid_openapi_3_1(document: dict[str, Any]) -> None:
    """Both can be given to any tool that reads OpenAPI."""
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


@pytest.mark.parametrize(("path", "schema", "value"), [pytest.param(*e, id=e[0]) for e in examples(SERVED)])
def test_every_example_validates(path: str, schema: dict[str, Any], value: Any) -> None:
    """Examples are copied by readers and sent by tools, so each is what its schema says, formats too."""
    validator(schema).validate(value)


def test_every_operation_has_examples_and_every_code_is_shown() -> None:
    """Each body that is sent or answered has an example, and each documented code occurs in one."""
    media = [
        body["content"]["application/json"]
        for item in SERVED["paths"].values()
        for operation in item.values()
        for body in [operation.get("requestBody"), *operation["responses"].values()]
        if body
    ]
    assert all(each.get("examples") for each in media)
    answers = [value for _, _, value in examples(SERVED) if isinstance(value, dict)]
    shown = {value["code"] for value in answers if "code" in value}
    prose = SERVED["components"]["schemas"]["ErrorResponse"]["properties"]["code"]["description"]
    assert shown == {line.split("`")[1] for line in prose.splitlines() if line.startswith("- `")}


def test_the_pictures_in_the_examples_are_pictures() -> None:
    """Describe and blend accept their own examples, so the base64 there is that of a real image."""
    sent = [value for _, _, value in examples(SERVED["paths"]) if isinstance(value, dict)]
    encoded = [value["image_base64"] for value in sent if "image_base64" in value]
    encoded += [item["base64"] for value in sent for item in value.get("images", ()) if "base64" in item]
    assert len(encoded) == 3
    for text in encoded:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as image:
            image.load()
            assert (image.format, image.size) == ("PNG", (8, 8))


JOB = {
    "id": "3b1f8a52-6c0d-4e7e-9a4b-5f2d7c8e9012",
    "type": "imagine",
    "progress": 0,
    "parameters": {},
    "created_at": "2026-01-01T00:00:00Z",
    "updated_at": "2026-01-01T00:00:00Z",
}
ENDED = {"completed_at": "2026-01-01T00:01:00Z"}
URL = "https://example.com/a.png"


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ("Job", {**JOB, "status": "pending"}, JOB),
        (
            "Job",
            {**JOB, "status": "completed", "result": {}, **ENDED},
            {**JOB, "status": "completed", **ENDED},
        ),
        ("Job", {**JOB, "status": "cancelled"}, {**JOB, "status": "cancelled", "result": {}}),
        (
            "Job",
            {**JOB, "status": "failed", "error": {"code": "a", "message": "b"}},
            {**JOB, "status": "failed"},
        ),
        ("ImagineRequest", {"prompt": " a"}, {"prompt": " \t\n"}),
        (
            "ImagineRequest",
            {"prompt": "a", "aspect_ratio": "9999:9999"},
            {"prompt": "a", "aspect_ratio": "0:1"},
        ),
        (
            "ImagineRequest",
            {"prompt": "a", "aspect_ratio": "21:9"},
            {"prompt": "a", "aspect_ratio": "1:10000"},
        ),
        ("ImagineRequest", {"prompt": "a", "quality": 0.5}, {"prompt": "a", "quality": 0.75}),
        (
            "ImagineRequest",
            {"prompt": "a", "image_url": "DATA:,a"},
            {"prompt": "a", "image_url": "file:///a"},
        ),
        ("DescribeRequest", {"image_url": URL}, {"image_url": URL, "image_base64": "aaaa"}),
        ("DescribeRequest", {"image_base64": "aaaa"}, {"image_base64": ""}),
        ("DescribeRequest", {"image_url": "http://a/"}, {}),
        ("BlendRequest", {"images": [{"url": URL}, {"base64": "aaaa"}]}, {"images": [{"url": URL}, {}]}),
        ("BlendRequest", {"images": [{"url": URL}] * 2}, {"images": [{"url": URL}, {"url": "urn:a:b"}]}),
    ],
)
def test_the_served_schemas_tell_good_from_bad(schema: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    """What prose promises about fields that depend on each other, the schemas enforce."""
    assert valid(schema, good)
    assert not valid(schema, bad)


def test_a_client_generated_from_the_served_document_is_whole(tmp_path: Path) -> None:
    """No construct that we added makes a client generator leave out an operation or a model."""
    (tmp_path / "config.yaml").write_text("post_hooks: []\n", encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "openapi_python_client",
        "generate",
        "--fail-on-warning",
        "--meta",
        "none",
    ]
    command += ["--path", str(OPENAPI / "midjourney.json"), "--output-path", str(tmp_path / "client")]
    command += ["--config", str(tmp_path / "config.yaml")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert (tmp_path / "client/api/image_generation/create_imagine_job.py").is_file()


@pytest.mark.parametrize("number", range(len(OVERLAY["actions"])))
def test_every_action_has_a_reason_and_an_effect(number: int) -> None:
    """No addition lacks its why or changes nothing; and apply itself insists that its target matches."""
    actions = OVERLAY["actions"]
    assert len(actions[number].get("description", "").split()) >= 8
    before = apply(PUBLISHED, {**OVERLAY, "actions": actions[:number]})
    assert apply(before, {**OVERLAY, "actions": [actions[number]]}) != before
