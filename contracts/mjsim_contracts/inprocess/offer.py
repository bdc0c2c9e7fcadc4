"""What can be changed in a reply: every edit of the catalogue that is near enough to the contract, and seen in memory."""

import json
from collections.abc import Collection
from functools import cache

from mjsim_contracts.client.api import Api
from mjsim_contracts.client.catalogue import edits_of
from mjsim_contracts.client.variation import Tier, Variation
from mjsim_contracts.contract import document_of
from mjsim_contracts.dialect.table import DIALECTS
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.terms import Contract, read_contract

BEYOND = {"sparse": Tier.SPARSE, "evolution": Tier.EVOLUTION}
"""What goes beyond the freedoms of the contract, by name."""

_UNSEEN = frozenset({"chunked"})
"""How a body is transferred, where nothing is."""


class Offer:
    """The edits of an API's replies in these tiers; each reply is looked at once."""

    def __init__(self, api: Api, beyond: Collection[str] = ()) -> None:
        self._api = api
        self._tiers = frozenset({Tier.FREEDOM, *(BEYOND[name] for name in beyond)})
        self._known: dict[tuple[str, bytes], tuple[Variation, ...]] = {}

    def of(self, asked: Asked, answer: Written) -> tuple[Variation, ...]:
        """What can be changed in an answer; only answers of success are varied."""
        dialect = self._api.dialect
        reading = dialect.read(asked.method, asked.target, asked.body, answer.status, answer.body)
        if reading is None or reading.status != 200:
            return ()
        operation = reading.operation
        seen = operation, answer.body
        if seen not in self._known:
            document = json.loads(answer.body)
            state = dialect.state(operation, answer.status, document)
            self._known[seen] = tuple(
                each
                for each in edits_of(operation, state, document, _contract(dialect.name), self._api.wording)
                if each.tier in self._tiers and each.script.edits[0].kind not in _UNSEEN
            )
        return self._known[seen]


@cache
def _contract(name: str) -> Contract:
    return read_contract(document_of(name), DIALECTS[name])
