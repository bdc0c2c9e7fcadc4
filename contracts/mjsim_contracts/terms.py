"""The contract as a client meets it: what each operation takes and may answer, asked of two documents.

The published one says what is certain; the overlaid one adds what its simulator does. A body that only the addition
refuses is told from one that the published contract refuses.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft202012Validator

from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.error import CheckError

Document = dict[str, Any]

PUBLISHED = ".published.json"
"""What the published document's name ends in, beside the overlaid `NAME.json`."""


@dataclass(frozen=True, slots=True)
class Flaw:
    """What breaks a schema: the place in the body, the rule in words, and where the contract states it."""

    place: str
    message: str
    rule: str
    keyword: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What the contract says of one operation. `fields` and `query` are the names that it knows."""

    operation: str
    method: str
    path: str
    statuses: tuple[int, ...]
    query: Mapping[str, Document]
    fields: Mapping[str, Document]


class Contract:
    """Both documents, compiled, and how the API is spoken; where nothing is added there is but one document.

    `OSError` or ValueError where they cannot be read.
    """

    def __init__(self, overlaid: Path, dialect: Dialect = MIDJOURNEY) -> None:
        self.dialect = dialect
        self._overlaid = _Schemas(json.loads(overlaid.read_bytes()))
        beside = overlaid.with_name(overlaid.stem + PUBLISHED)
        self.published = beside if beside.is_file() else overlaid
        """The file of the published document."""
        self._published = self._overlaid if self.published == overlaid else _Schemas(json.loads(beside.read_bytes()))
        self.terms: Mapping[str, Terms] = {terms.operation: terms for terms in self._published.terms()}

    def request_flaws(self, operation: str, body: Any) -> tuple[list[Flaw], list[Flaw]]:
        """What the published contract says against a body, and what only the overlaid one says."""
        certain = self._published.flaws((operation, 0), body)
        seen = {(flaw.place, flaw.keyword) for flaw in certain}
        added = self._overlaid.flaws((operation, 0), body)
        return certain, [flaw for flaw in added if (flaw.place, flaw.keyword) not in seen]

    def permits(self, operation: str, status: int, answer: Any) -> bool:
        """Whether the published contract allows this answer, or this notice of the schema that is named in its place."""
        return self._published.valid((operation, status), answer)

    def expects(self, operation: str, status: int, answer: Any) -> bool:
        """Whether the overlaid contract allows it, too: every field that its prose promises is there."""
        return self._overlaid.valid((operation, status), answer)

    def parameter_flaw(self, operation: str, name: str, text: str) -> str:
        """What is wrong with a query parameter's value; empty where nothing is, or the contract does not know it."""
        schema = self.terms[operation].query.get(name)
        if schema is None:
            return ""
        value: object = text
        if schema.get("type") == "integer":
            digits = text.removeprefix("-")
            if not (digits.isascii() and digits.isdigit()):
                return f"{text!r} is no integer"
            value = int(text[:20])
        return next((error.message for error in _validator(schema, {}).iter_errors(value)), "")

    def path_flaw(self, operation: str, job_id: str) -> str:
        """What is wrong with an id in a path; empty where nothing is, or the path has none."""
        if "{" not in self.terms[operation].path:
            return ""
        known = _validator({"type": "string", "format": "uuid"}, {}).is_valid(job_id)
        return "" if known else f"{job_id!r} is no UUID"


def read_contract(overlaid: Path, dialect: Dialect = MIDJOURNEY) -> Contract:
    """The contract; `CheckError` where it cannot be read."""
    try:
        return Contract(overlaid, dialect)
    except (OSError, ValueError, LookupError) as error:
        raise CheckError(f"the contract {overlaid} cannot be read: {error}") from error


class _Schemas:
    """One document's schemas of requests (status 0) and answers, compiled when first asked for."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._compiled: dict[tuple[str, int], Draft202012Validator | None] = {}

    def terms(self) -> Iterator[Terms]:
        for path, methods in self._document["paths"].items():
            for method, described in methods.items():
                fields = self.resolve(_content(described.get("requestBody", {}))).get("properties", {})
                query = [p for p in described.get("parameters", []) if p.get("in") == "query"]
                yield Terms(
                    operation=described["operationId"],
                    method=method.upper(),
                    path=path,
                    statuses=tuple(sorted(int(status) for status in described["responses"])),
                    query={each["name"]: each["schema"] for each in query},
                    fields={name: self.resolve(schema) for name, schema in fields.items()},
                )

    def resolve(self, schema: Document) -> Document:
        name = schema.get("$ref", "").rpartition("/")[2]
        return self._document["components"]["schemas"][name] if name else schema

    def valid(self, which: tuple[str, int], value: Any) -> bool:
        validator = self._validator(which)
        return validator is not None and validator.is_valid(value)

    def flaws(self, which: tuple[str, int], value: Any) -> list[Flaw]:
        validator = self._validator(which)
        if validator is None:
            return []
        return [
            Flaw(
                place=".".join(map(str, error.instance_path)) or "body",
                message=error.message[:300],
                rule="/".join(map(str, error.schema_path)),
                keyword=error.kind.name,
            )
            for error in validator.iter_errors(value)
        ]

    def _validator(self, which: tuple[str, int]) -> Draft202012Validator | None:
        if which not in self._compiled:
            schema = self._schema(*which)
            self._compiled[which] = _validator(schema, self._document["components"]) if schema else None
        return self._compiled[which]

    def _schema(self, operation: str, status: int) -> Document | None:
        every = (each for methods in self._document["paths"].values() for each in methods.values())
        described = next((each for each in every if each["operationId"] == operation), None)
        if described is None:
            # What is told without being asked is no operation's answer, but has a schema of its own.
            notice: Document = self._document["components"]["schemas"][operation]
            return notice
        part = described["responses"].get(str(status), {}) if status else described.get("requestBody", {})
        return _content(part) or None


def _content(part: Document) -> Document:
    schema: Document = part.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _validator(schema: Document, components: Document) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": components}, validate_formats=True)
