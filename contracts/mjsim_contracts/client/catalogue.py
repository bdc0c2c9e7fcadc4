"""Every edit of what a client sees, each labelled by validating the edited answer: nobody says by hand what is permitted.

Only what an edit takes away is told apart by name: without some fields no client can go on, and failing cleanly is right;
and what a contract of one document promises in prose alone, as there is no second one that says it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mjsim_contracts.client.surface import Document, Surface
from mjsim_contracts.client.variation import Profile, Success, Tier, Variation
from mjsim_contracts.client.wording import MIDJOURNEY_WORDING, Wording
from mjsim_contracts.dialect import Role
from mjsim_contracts.proxy.edit import ITEMS, Edit, same_json
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.proxy.wire import MANNERS
from mjsim_contracts.terms import Contract

_TAKES = frozenset({"drop", "null", "empty", "first", "second", "tiles"})
_RARE = frozenset({"text", "nanoseconds", "indented", "upper-type", "second"})
"""Kinds that are left to the thorough profiles."""

_TITLES = {
    "drop": "{path} is absent",
    "extra": "an unknown field {path}",
    "float": "{path} is written with a fraction, as 40.0 is",
    "long": "{path} is 12,000 characters long",
    "astral": "{path} has emoji, quotes, a line break and right-to-left text",
    "empty": "{path} is empty",
    "offset": "{path} has the offset +05:30",
    "seconds": "{path} has no fraction of a second",
    "nanoseconds": "{path} has nine digits after the second",
    "more": "{path} counts one more than there are",
    "maximum": "{path} is 4294967295",
    "first": "{path} holds only the first",
    "second": "{path} holds only the second",
    "tiles": "{path} holds the tiles without the grid",
    "reversed": "{path} comes in another order",
    "webp": "{path} is image/webp",
    "null": "{path} is null",
    "add-null": "{path} is null instead of absent",
    "text": "{path} is text instead of a number",
    "date": "{path} is a date as text",
    "unknown": "{path} has a value that the contract does not know",
    "key-order": "the keys come in another order",
    "indented": "the JSON is indented",
    "escaped": "every character beyond ASCII, and the slash, is escaped",
    "bare-type": "Content-Type comes without charset",
    "upper-type": "Content-Type has charset=UTF-8 without a space",
    "more-headers": "there are more headers, and a cookie",
    "chunked": "the body comes in chunks, without Content-Length",
    "gzip": "the body is packed by gzip",
}


def edits(found: Surface, contract: Contract, wording: Wording = MIDJOURNEY_WORDING) -> Iterator[Variation]:
    """The variations that one edit makes, for all answers that the client was given."""
    for (operation, state), answer in found.answers.items():
        yield from edits_of(operation, state, answer, contract, wording)


def edits_of(
    operation: str, state: str, answer: Document, contract: Contract, wording: Wording = MIDJOURNEY_WORDING
) -> Iterator[Variation]:
    """The variations that one edit makes of one answer."""
    catalogue = _Catalogue(contract, wording)
    status = int(state) if state.isdigit() else 200
    for kind, path in _candidates(operation, state, answer, wording):
        edit = Edit(operation, state, kind, path)
        changed = edit.apply(answer)
        # How a notice is written is its sender's affair, and how it travels, the receiver check's.
        unchanged = operation not in contract.dialect.roles if kind in MANNERS else same_json(changed, answer)
        if unchanged:
            continue
        yield catalogue.variation(edit, status, changed)


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """Labels edits by the contract."""

    contract: Contract
    wording: Wording

    def variation(self, edit: Edit, status: int, changed: Document) -> Variation:
        """The variation that an edit makes; `changed` is the edited answer."""
        name = edit.steps[-1] if edit.steps else ""
        kept = (name, edit.kind) not in self.wording.prose
        promised = kept and self.contract.expects(edit.operation, status, changed)
        tier = self._tier(edit, status, changed, promised)
        failed = edit.state == "failed"
        alone = edit.kind in _TAKES and name in self.wording.essential and not failed
        sure = promised and not alone and name != "index" and edit.kind != "more"
        success = Success.EXPECTED if sure else Success.OPTIONAL
        return Variation(
            id=edit.id,
            title=f"{edit.operation}, {edit.state}: " + _TITLES[edit.kind].format(path=edit.path),
            tier=tier,
            script=Script(edits=(edit,), story=Story.FAILS if failed else Story.COMPLETES),
            success=Success.IMPOSSIBLE if failed else success,
            place=edit.operation,
            profile=self._profile(edit, tier, alone),
            alone=alone,
        )

    def _tier(self, edit: Edit, status: int, changed: Document, promised: bool) -> Tier:
        if not self.contract.permits(edit.operation, status, changed):
            return Tier.EVOLUTION
        conditional = set(edit.steps[-1:]) & self.wording.conditional
        return Tier.FREEDOM if promised or conditional else Tier.SPARSE

    def _profile(self, edit: Edit, tier: Tier, alone: bool) -> Profile:
        """The least profile that makes the edit: what costs a run of its own has to be worth it."""
        role = self.contract.dialect.roles.get(edit.operation)
        if alone and tier is Tier.EVOLUTION:
            return Profile.FULL
        if (
            edit.kind in _RARE
            or (edit.state == "failed" and edit.kind in {"long", "empty"})
            or (role is Role.LIST and tier is not Tier.FREEDOM)
        ):
            return Profile.FULL
        if alone:
            listed = role in {Role.LIST, Role.CREATE}
            return Profile.DEFAULT if tier is Tier.FREEDOM or (listed and edit.kind == "drop") else Profile.FULL
        return Profile.QUICK if tier is Tier.FREEDOM else Profile.DEFAULT


def _candidates(operation: str, state: str, answer: Document, wording: Wording) -> Iterator[tuple[str, str]]:
    """The kinds and paths of all edits that fit an answer."""
    if state == "failed":
        # Everything else of a job was varied on its way.
        yield from wording.failure
        if wording.failed in answer:
            yield from _of_object(answer[wording.failed], f"{wording.failed}.", wording)
        return
    yield from ((kind, "") for kind in MANNERS)
    yield from _of_object(answer, "", wording)
    yield from wording.additions.get((operation, state), ())


def _of_object(node: Document, path: str, wording: Wording) -> Iterator[tuple[str, str]]:
    yield "extra", f"{path}x_new_field"
    for name, value in node.items():
        here = path + name
        yield "drop", here
        yield "null", here
        yield from ((kind, here) for kind in wording.kinds(name, value))
        if isinstance(value, dict):
            yield from _of_object(value, f"{here}.", wording)
        elif isinstance(value, list):
            yield from _of_items(value, f"{here}.{ITEMS}", wording)


def _of_items(values: list[Any], path: str, wording: Wording) -> Iterator[tuple[str, str]]:
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        # Together they have every field that any of them has.
        together = {name: value for each in reversed(objects) for name, value in each.items()}
        yield from _of_object(together, f"{path}.", wording)
    elif values and isinstance(values[0], str):
        yield from ((kind, path) for kind in wording.texts.get(path.split(".")[-2], ()))
