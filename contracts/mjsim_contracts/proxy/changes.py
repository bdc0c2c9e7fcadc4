"""Edits meet answers here: those of the operation and state of an answer are made, and reported if they changed it."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace

from mjsim_contracts.dialect import Dialect
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.proxy.edit import Edit, same_json
from mjsim_contracts.proxy.truth import encode
from mjsim_contracts.proxy.wire import MANNERS, Written


class Changes:
    """Makes edits; `made` holds the ids of those that changed an answer."""

    def __init__(self, edits: Iterable[Edit], dialect: Dialect = MIDJOURNEY) -> None:
        self._dialect = dialect
        self._edits: dict[tuple[str, str], list[Edit]] = {}
        self.made: set[str] = set()
        for edit in edits:
            self._edits.setdefault((edit.operation, edit.state), []).append(edit)

    def apply(
        self, operation: str, answer: Written, asked: Mapping[str, str], *, mannered: bool = True
    ) -> tuple[Written, list[str]]:
        """The changed answer, and what the edits that were made did to it, in words. What is not `mannered` is written as
        it always is.
        """
        if not self._edits or not answer.body.startswith(b"{"):
            return answer, []
        document = json.loads(answer.body)
        made: list[Edit] = []
        edits = self._edits.get((operation, self._dialect.state(operation, answer.status, document)), [])
        for edit in edits:
            if edit.kind in MANNERS:
                continue
            changed = edit.apply(document)
            if not same_json(changed, document):
                made.append(edit)
            document = changed
        if made:
            answer = replace(answer, body=encode(document))
        kinds = {edit.kind: edit for edit in edits} if mannered else {}
        for kind in (kind for kind in MANNERS if kind in kinds):
            written = MANNERS[kind](answer, asked)
            if written != answer:
                made.append(kinds[kind])
            answer = written
        self.made.update(edit.id for edit in made)
        return answer, [edit.mark for edit in made]
