"""Schemathesis writes what it does as lines of JSON; here they become exchanges, judgements and findings."""

import base64
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from mjsim_contracts.exchange import read_exchange
from mjsim_contracts.server.docket import Docket, Finding
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.rules import OTHER_REFUSAL
from mjsim_contracts.server.wire import Wire

_RULES: Mapping[str, str] = {
    "not_a_server_error": "ST101",
    "status_code_conformance": "ST103",
    "content_type_conformance": "ST105",
    "response_schema_conformance": "ST108",
    "max_response_time": "ST112",
}
"""By check, the rule that each of its judgements counts for."""

_BY_MODE: Mapping[tuple[str, str], str] = {
    ("negative_data_rejection", "negative"): "ST201",
    ("positive_data_acceptance", "positive"): "ST202",
}
"""These checks judge only requests that were made to be wrong, or right."""

_BY_STORY: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("missing_required_header", "Missing `Authorization`"): ("ST203",),
    ("unsupported_method", "Unspecified HTTP method"): ("ST204", OTHER_REFUSAL),
    ("allow_header_conformance", "Unspecified HTTP method: OPTIONS"): ("ST205",),
}
"""These judge only requests of one description, which begins so."""

_SAME = {"ST102": "ST101", "ST104": "ST105", "ST106": "ST105", "ST109": "ST108", "ST110": "ST108", "ST111": "ST108"}
"""Failures that are cases of another rule."""

_BUSY, _NOT_ALLOWED, _NOT_IMPLEMENTED = 429, 405, 501


def _published(method: str, url: str) -> str:
    exchange = read_exchange(method, url, "", None, 0, b"")
    return exchange.operation.value if exchange else ""


@dataclass(slots=True)
class Events:
    """What a run of Schemathesis has told so far."""

    started: float
    """When the whole check began, as seconds of the epoch."""
    bearer: str
    """The key as a command may show it."""
    operation_of: Callable[[str, str], str] = _published
    """The operationId of a method and a URL; empty where there is none."""
    told: Callable[[Wire], int] = lambda wire: wire.status
    """Under which number of the contract an answer counts."""
    docket: Docket = field(default_factory=Docket)
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    requests: int = 0
    scenarios: int = 0
    phases: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    finished: bool = False

    def read(self, line: str) -> None:
        """Take in one line."""
        for name, event in json.loads(line).items():
            if name == "ScenarioFinished":
                self.scenarios += 1
                self._scenario(event["recorder"])
            elif name == "PhaseFinished":
                self.phases[event["phase"]["name"].lower()] = event["status"]
            elif name == "NonFatalError":
                self._error(event)
            elif name == "FatalError":
                self.errors.append(str(_fatal(event)))
            elif name == "EngineFinished":
                self.finished = True
                self.docket.judge({Expectation.TESTED: 1})
                for failure in event.get("failures", ()):
                    self._fail(failure, None)

    def _scenario(self, recorder: Mapping[str, Any]) -> None:
        wires = {name: self._wire(each) for name, each in recorder.get("interactions", {}).items()}
        for name, checks in recorder.get("checks", {}).items():
            meta = recorder["cases"][name]["value"].get("meta") or {}
            self.docket.judge(Counter(_judged(checks, meta)))
            if name in wires and 200 <= wires[name].status < 300:
                # Only what succeeded is sent again without a valid key.
                self.docket.judge({"ST401": sum(check["name"] == "ignored_auth" for check in checks)})
            for check in checks:
                if "failure_info" in check:
                    self._fail(check["failure_info"]["failure"], wires.get(name))

    def _wire(self, interaction: Mapping[str, Any]) -> Wire:
        request, response = interaction["request"], interaction.get("response") or {}
        self.requests += 1
        wire = Wire(
            method=request["method"],
            url=request["uri"],
            headers=_headers(request.get("headers")),
            body=_bytes(request.get("body")),
            status=response.get("status_code", 0),
            answer_headers=_headers(response.get("headers")),
            answer=_bytes(response.get("content")),
            at=max(0.0, interaction.get("timestamp", self.started) - self.started),
        )
        if operation := self.operation_of(wire.method, wire.url):
            self.statuses[operation, self.told(wire)] += 1
        return wire

    def _error(self, event: Mapping[str, Any]) -> None:
        """What kept Schemathesis from going on with an operation: as a rule, that a request got no answer."""
        value = event.get("value") or {}
        kind, said = str(value.get("type", "")), str(value.get("message", ""))
        unanswered = "Connection" in kind or "Timeout" in kind
        code = Expectation.ANSWERED if unanswered else Expectation.TESTED
        method, _, path = str(event.get("label") or "").partition(" ")
        self.docket.find(Finding(code, self.operation_of(method, path), f"{kind}: {said}"))

    def _fail(self, failure: Mapping[str, Any], wire: Wire | None) -> None:
        code = _SAME.get(failure["code"], failure["code"])
        if code == "ST103" and wire and wire.status == _BUSY:
            # Waiver: the contract documents 429 for imagine alone, but a server may have to ask for patience anywhere.
            return
        if wire and wire.status == _NOT_IMPLEMENTED and not self.operation_of(wire.method, wire.url):
            # By HTTP this is the answer to a method that a server has never heard of; the contract says nothing of it.
            return
        if code == "ST204" and wire and 400 <= wire.status < 500 and wire.status != _NOT_ALLOWED:
            code = OTHER_REFUSAL
        place = self._place(wire)
        seen = failure.get("message") or failure["title"]
        if code != failure["code"]:
            seen = f"{failure['title']}. {seen}"
        reproduce = wire.curl(self.bearer) if wire else ""
        evidence = (wire.evidence(),) if wire else ()
        self.docket.find(Finding(code, place, seen, reproduce, evidence, failure["title"]))

    def _place(self, wire: Wire | None) -> str:
        """The operationId of a request; where its method has none, that of the path."""
        methods = (wire.method, "GET", "POST") if wire else ()
        return next((found for method in methods if wire and (found := self.operation_of(method, wire.url))), "")


def _judged(checks: Iterable[Mapping[str, Any]], meta: Mapping[str, Any]) -> Iterator[str]:
    """The rules that the checks of one case judged."""
    mode = (meta.get("generation") or {}).get("mode", "")
    told = ((meta.get("phase") or {}).get("data") or {}).get("description") or ""
    for check in checks:
        name = check["name"]
        if name in _RULES:
            yield _RULES[name]
        elif rule := _BY_MODE.get((name, mode)):
            yield rule
        else:
            for (other, begin), rules in _BY_STORY.items():
                yield from rules if name == other and told.startswith(begin) else ()


def _fatal(event: Mapping[str, Any]) -> object:
    exception = event.get("exception") or {}
    return exception.get("message", exception) if isinstance(exception, Mapping) else exception


def _headers(headers: Mapping[str, Any] | None) -> dict[str, str]:
    return {name.title(): ", ".join(values) for name, values in (headers or {}).items()}


def _bytes(value: Mapping[str, str] | str | None) -> bytes:
    if isinstance(value, Mapping):
        return base64.b64decode(value.get("$base64", ""))
    return (value or "").encode()
