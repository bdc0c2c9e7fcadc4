"""What a record covers of the contract: which answers were given, and which fields and values were sent and seen."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mjsim_contracts.audit.scene import Scene
from mjsim_contracts.report.model import Matrix
from mjsim_contracts.terms import Contract
from mjsim_contracts.traffic.call import Call


class Coverage:
    """Counts what the calls of scenes cover; the matrices show it, the headline says it."""

    def __init__(self, contract: Contract, scenes: Iterable[Scene]) -> None:
        self._contract = contract
        self._calls = [call for scene in scenes for call in scene.calls if call.exchange]
        self._statuses = Counter((call.operation, call.code) for call in self._calls if not call.lost)

    def matrices(self) -> tuple[Matrix, ...]:
        """Statuses by operation, fields and values sent, and optional fields seen present and absent."""
        return self._status_matrix(), self._request_matrix(), self._answer_matrix()

    def headline(self) -> Iterator[str]:
        """The same in sentences."""
        cells = [(op, status) for op, terms in self._contract.terms.items() for status in terms.statuses]
        seen = sum(cell in self._statuses for cell in cells)
        yield f"{seen} of {len(cells)} documented answers were given"
        for operation, terms in self._contract.terms.items():
            sent = self._sent(operation)
            if terms.fields and sent:
                known = sum(name in sent for name in terms.fields)
                yield f"{operation}: {known} of {len(terms.fields)} fields were sent"

    def _status_matrix(self) -> Matrix:
        columns = tuple(sorted({status for terms in self._contract.terms.values() for status in terms.statuses}))
        rows = []
        for operation, terms in self._contract.terms.items():
            cells = []
            for status in columns:
                count = self._statuses[operation, status]
                cells.append(str(count) if count else ("" if status in terms.statuses else "–"))
            rows.append((str(operation), tuple(cells)))
        return Matrix("Answers given, by operation and documented status", tuple(map(str, columns)), tuple(rows))

    def _request_matrix(self) -> Matrix:
        rows = []
        for operation, terms in self._contract.terms.items():
            sent = self._sent(operation)
            for name, schema in {**terms.fields, **terms.query}.items():
                values = sent.get(name, Counter())
                choices = schema.get("enum", [])
                shown = ", ".join(str(each) for each in choices if json.dumps(each) in values)
                rows.append((f"{operation} {name}", (str(values.total() or ""), shown)))
        return Matrix("Fields and values that the client sent", ("times", "values of the enumeration"), tuple(rows))

    def _sent(self, operation: str) -> Mapping[str, Counter[str]]:
        found: dict[str, Counter[str]] = {}
        for call in self._calls:
            if call.exchange and call.operation == operation:
                body = call.exchange.body if isinstance(call.exchange.body, dict) else {}
                for name, value in {**body, **dict(call.exchange.query)}.items():
                    found.setdefault(name, Counter())[json.dumps(value)] += 1
        return found

    def _answer_matrix(self) -> Matrix:
        present: Counter[tuple[str, str]] = Counter()
        shown: Counter[tuple[str, str]] = Counter()
        for call in self._calls:
            if call.code == 200 and not call.lost:
                for path, seen in _presence(call, self._contract.dialect.fields):
                    shown[call.place, path] += 1
                    present[call.place, path] += seen
        rows = []
        for place, path in sorted(shown):
            there, times = present[place, path], shown[place, path]
            rows.append((f"{place} {path}", (str(there or ""), str(times - there or ""))))
        return Matrix("Fields that the client saw present and absent", ("present", "absent"), tuple(rows))


def _presence(call: Call, fields: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, bool]]:
    """For each field of the jobs of an answer, whether it was there."""
    for job in call.exchange.documents if call.exchange else ():
        for holder, names in fields.items():
            for each in _holders(job, holder):
                prefix = f"{holder}." if holder else ""
                yield from ((prefix + name, name in each) for name in names)


def _holders(job: Mapping[str, Any], path: str) -> Iterator[Mapping[str, Any]]:
    node: Any = job
    for step in path.split(".") if path else ():
        node = node.get(step) if isinstance(node, dict) else None
    yield from (each for each in (node if isinstance(node, list) else [node]) if isinstance(each, dict))
