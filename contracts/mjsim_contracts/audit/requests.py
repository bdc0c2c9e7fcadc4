"""Rules about each request by itself: it obeys the contract, is spelt right, goes where it should, and keeps its key."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from mjsim_contracts.audit.rule import Judgement, failed, passed, rule, warned
from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.audit.spelling import distance, nearest
from mjsim_contracts.dialect.table import spoken
from mjsim_contracts.report.model import Outcome
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call, Origin, media_type


@rule("C001", "The server refuses what breaks the contract, or takes it for something else.")
def requests_obey_the_contract(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """Every request obeys the contract: its body, its query and the id in its path."""
    for call in scene.calls:
        if call.exchange is None:
            continue
        found = list(_flaws(call, contract))
        for outcome, seen in found:
            yield Judgement(_eased(outcome, scene), call.place, seen, (call,))
        if not found:
            yield passed(call)


def breaches(call: Call, contract: Contract) -> list[str]:
    """What is wrong with a request of the contract for certain."""
    return [seen for outcome, seen in _flaws(call, contract) if outcome is Outcome.FAIL]


def _flaws(call: Call, contract: Contract) -> Iterator[tuple[Outcome, str]]:
    exchange = call.exchange
    assert exchange is not None
    if exchange.job_id and (flaw := contract.path_flaw(exchange.operation, exchange.job_id)):
        yield Outcome.FAIL, f"the job id in the path {call.path}: {flaw}"
    names = [name for name, _value in exchange.query]
    for name, value in exchange.query:
        if flaw := contract.parameter_flaw(exchange.operation, name, value):
            yield Outcome.FAIL, f"query parameter {name}: {flaw}"
        if names.count(name) > 1:
            yield Outcome.FAIL, f"query parameter {name} is given {names.count(name)} times"
    if call.method != "POST" or not contract.terms[exchange.operation].fields:
        return
    if (reason := _unreadable(call.body)) is not None:
        yield Outcome.FAIL, f"the body is no JSON: {reason}"
        return
    certain, added = contract.request_flaws(exchange.operation, exchange.body)
    for each in certain:
        yield Outcome.FAIL, f"{each.place}: {each.message} (contract: {each.rule})"
    for each in added:
        yield Outcome.WARN, f"{each.place}: {each.message} (the contract's prose, and mjsim: {each.rule})"


def _unreadable(body: bytes) -> str | None:
    if not body:
        return "it is empty"
    try:
        json.loads(body.decode())
    except UnicodeDecodeError:
        return "it is not UTF-8"
    except (ValueError, RecursionError) as error:
        return str(error)
    return None


def _eased(outcome: Outcome, scene: Scene) -> Outcome:
    """What follows from an answer that held too little is no breach of the client's own."""
    return Outcome.WARN if scene.distorted and outcome is Outcome.FAIL else outcome


@rule("C002", "The server passes over a name that it does not know, so the setting is lost without a word.")
def names_are_known(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """Every field and query parameter that is sent is one of the contract."""
    for call in scene.calls:
        if call.exchange is None:
            continue
        terms = contract.terms[call.exchange.operation]
        strange = list(_strange(call.exchange.body, terms.fields, "field"))
        strange += list(_strange(dict(call.exchange.query), terms.query, "query parameter"))
        for meant, seen in strange:
            outcome = _eased(Outcome.FAIL, scene) if meant else Outcome.WARN
            yield Judgement(outcome, call.place, seen, (call,))
        if not strange:
            yield passed(call)


def _strange(sent: Any, known: Any, noun: str) -> Iterator[tuple[str, str]]:
    """The names that are not known, each with the one that is probably meant."""
    if not isinstance(sent, dict):
        return
    for name, value in sent.items():
        if name not in known:
            meant = nearest(name, [each for each in known if each not in sent])
            yield meant, f"unknown {noun} {name!r}" + (f"; did you mean {meant!r}?" if meant else "")
        elif isinstance(value, list) and "properties" in known[name].get("items", {}):
            for item in value:
                yield from _strange(item, known[name]["items"]["properties"], f"field in {name}")


@rule("C003", "A request that no operation answers does nothing but fail.")
def routes_exist(scene: Scene, contract: Contract) -> Iterator[Judgement]:
    """Every request to the API is one of its operations."""
    for call in scene.calls:
        if call.origin is not Origin.API or call.method == "OPTIONS" or "/files/" in call.path:
            continue
        if call.exchange is not None:
            yield passed(call)
            continue
        other, meant = spoken(call.method, call.target), _meant(call, contract)
        seen = f"{call.method} {call.path} is no operation"
        if other:
            seen += f" of this API, but one of another: --api {other}"
        elif meant:
            seen += f"; did you mean {meant}?"
        # Looking whether a server is there at all is no mistake.
        harmless = call.method == "HEAD" or (not meant and contract.dialect.root not in call.path)
        yield warned(seen, call) if harmless or scene.distorted else failed(seen, call)


def _meant(call: Call, contract: Contract) -> str:
    """The operation that is closest: the same path but for its case, its slashes, its prefix or a few letters."""
    sent = _steps(unquote(call.path), contract)
    ranked = []
    for terms in contract.terms.values():
        steps = _steps(terms.path, contract)
        if len(steps) == len(sent):
            pairs = [(a, b) for a, b in zip(sent, steps, strict=True) if not b.startswith("{")]
            wrong = sum(distance(a, b) for a, b in pairs) + (terms.method != call.method) * 0.5
            ranked.append((wrong, f"{terms.method} {terms.path}"))
    best, route = min(ranked, default=(9.0, ""))
    return route if best <= 3 else ""


def _steps(path: str, contract: Contract) -> list[str]:
    """The steps of a path that tell operations apart."""
    return [step for step in path.lower().split("/") if step and step not in contract.dialect.prefixes]


@rule("C010", "Whoever holds the key can spend the account's credits.")
def the_key_stays_with_the_api(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """Each call of the API has the key as a bearer token; it stands in no URL and goes to no other host."""
    keys = {_bearer(call.header("Authorization") or "") for call in scene.calls} - {""}
    for call in scene.calls:
        leaks = [key for key in keys if len(key) > 5 and key in unquote(call.target)]
        headers = " ".join(value for _name, value in call.headers)
        if leaks:
            yield failed("the key stands in the URL", call)
        elif call.origin is Origin.IMAGES and (call.header("Authorization") or any(key in headers for key in keys)):
            yield failed("the key was sent to the host of the images", call)
        elif call.exchange is not None and not _bearer(call.header("Authorization") or ""):
            yield failed("there is no bearer token in the Authorization header", call)
        elif call.origin is Origin.IMAGES or call.exchange is not None:
            yield passed(call)


def _bearer(header: str) -> str:
    scheme, _, key = header.partition(" ")
    return key.strip() if scheme.lower() == "bearer" else ""


@rule("C011", "What is printed ends up in logs, which more people can read than may use the key.", Outcome.WARN)
def the_key_is_not_printed(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """The key does not appear in what the client prints."""
    for call in scene.calls[:1] if scene.output else ():
        key = _bearer(call.header("Authorization") or "")
        if len(key) > 5 and key in scene.output:
            yield Judgement(Outcome.WARN, "output", "the key was printed", (call,))
        elif key:
            yield Judgement(Outcome.PASS, "output")


@rule("C070", "Servers and gateways read a body by its Content-Type.")
def json_is_called_json(scene: Scene, _contract: Contract) -> Iterator[Judgement]:
    """A JSON body is sent as application/json."""
    for call in scene.calls:
        if call.exchange is None or not call.body:
            continue
        kind = media_type(call.header("Content-Type"))
        if kind == "application/json" or kind.endswith("+json"):
            yield passed(call)
        elif kind:
            yield failed(f"the body is JSON, and is called {kind}", call)
        else:
            yield warned("the body has no Content-Type", call)
