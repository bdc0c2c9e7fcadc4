"""What can be changed in a reply: every edit of the catalogue that is near enough to the contract, and seen in memory."""

import json
from collections.abc import Collection
from functools import cache

from mjsim_contracts.client.catalogue import edits_of
from mjsim_contracts.client.variation import Tier, Variation
from mjsim_contracts.contract import OVERLAID, contract_file
from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.terms import Contract, read_contract

BEYOND = {"sparse": Tier.SPARSE, "evolution": Tier.EVOLUTION}
"""What goes beyond the freedoms of the contract, by name."""

_UNSEEN = frozenset({"chunked"})
"""How a body is transferred, where nothing is."""


class Offer:
    """The edits of replies in these tiers; each reply is looked at once."""

    def __init__(self, beyond: Collection[str] = ()) -> None:
        self._tiers = frozenset({Tier.FREEDOM, *(BEYOND[name] for name in beyond)})
        self._known: dict[tuple[str, bytes], tuple[Variation, ...]] = {}

    def of(self, operation: str | None, answer: Written) -> tuple[Variation, ...]:
        """What can be changed in an answer; only answers of success are varied."""
        if operation is None or answer.status != 200:
            return ()
        seen = operation, answer.body
        if seen not in self._known:
            document = json.loads(answer.body)
            state = MIDJOURNEY.state(operation, answer.status, document)
            self._known[seen] = tuple(
                each
                for each in edits_of(operation, state, document, _contract())
                if each.tier in self._tiers and each.script.edits[0].kind not in _UNSEEN
            )
        return self._known[seen]


@cache
def _contract() -> Contract:
    return read_contract(contract_file(OVERLAID))
