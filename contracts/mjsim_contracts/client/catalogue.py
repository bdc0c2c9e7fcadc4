"""Every edit of what a client sees, each labelled by validating the edited answer: nobody says by hand what is permitted.

Only what an edit takes away is told apart by name: without some fields no client can go on, and failing cleanly is right.
"""

from collections.abc import Iterator
from typing import Any

from mjsim_contracts.client.surface import Document, Surface
from mjsim_contracts.client.variation import Profile, Success, Tier, Variation
from mjsim_contracts.exchange import CREATES, Operation
from mjsim_contracts.proxy.edit import ITEMS, Edit, same_json
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.story import Story
from mjsim_contracts.proxy.wire import MANNERS
from mjsim_contracts.sighting import TERMINAL
from mjsim_contracts.terms import Contract

_ESSENTIAL = frozenset({"id", "status", "data", "job_id", "result", "images", "url", "prompts"})
"""Fields without which no client can go on."""

_CONDITIONAL = frozenset({"result", "error", "completed_at", "index", "message", "images", "prompts", "parameters"})
"""Fields that the published prose promises on conditions only."""

_LATER = ("result", "error", "completed_at")
"""Fields of a job that are absent until there is something in them."""

_TAKES = frozenset({"drop", "null", "empty", "first", "second", "tiles"})
_RARE = frozenset({"text", "nanoseconds", "indented", "upper-type", "second"})
"""Kinds that are left to the thorough profiles."""

_TITLES = {
    "drop": "{path} is absent",
    "extra": "an unknown field {path}",
    "float": "{path} is written 40.0",
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


def edits(found: Surface, contract: Contract) -> Iterator[Variation]:
    """The variations that one edit makes, for all answers that the client was given."""
    for (operation, state), answer in found.answers.items():
        yield from edits_of(operation, state, answer, contract)


def edits_of(operation: Operation, state: str, answer: Document, contract: Contract) -> Iterator[Variation]:
    """The variations that one edit makes of one answer."""
    status = int(state) if state.isdigit() else 200
    for kind, path in _candidates(operation, state, answer):
        edit = Edit(operation, state, kind, path)
        changed = edit.apply(answer)
        if kind not in MANNERS and same_json(changed, answer):
            continue
        tier = _tier(contract, edit, status, changed)
        yield _variation(edit, tier, contract.expects(operation, status, changed))


def _variation(edit: Edit, tier: Tier, promised: bool) -> Variation:
    name = edit.steps[-1] if edit.steps else ""
    alone = edit.kind in _TAKES and name in _ESSENTIAL and edit.state != "failed"
    success = (
        Success.EXPECTED if promised and not alone and name != "index" and edit.kind != "more" else Success.OPTIONAL
    )
    if edit.state == "failed":
        success = Success.IMPOSSIBLE
    return Variation(
        id=edit.id,
        title=f"{edit.operation}, {edit.state}: " + _TITLES[edit.kind].format(path=edit.path),
        tier=tier,
        script=Script(edits=(edit,), story=Story.FAILS if edit.state == "failed" else Story.COMPLETES),
        success=success,
        place=edit.operation,
        profile=_profile(edit, tier, alone),
        alone=alone,
    )


def _tier(contract: Contract, edit: Edit, status: int, changed: Document) -> Tier:
    if not contract.permits(edit.operation, status, changed):
        return Tier.EVOLUTION
    if contract.expects(edit.operation, status, changed) or set(edit.steps[-1:]) & _CONDITIONAL:
        return Tier.FREEDOM
    return Tier.SPARSE


def _profile(edit: Edit, tier: Tier, alone: bool) -> Profile:
    """The least profile that makes the edit: what costs a run of its own has to be worth it."""
    if alone and tier is Tier.EVOLUTION:
        return Profile.FULL
    if (
        edit.kind in _RARE
        or (edit.state == "failed" and edit.kind in {"long", "empty"})
        or (edit.operation is Operation.LIST and tier is not Tier.FREEDOM)
    ):
        return Profile.FULL
    if alone:
        listed = edit.operation is Operation.LIST or edit.operation in CREATES
        return Profile.DEFAULT if tier is Tier.FREEDOM or (listed and edit.kind == "drop") else Profile.FULL
    return Profile.QUICK if tier is Tier.FREEDOM else Profile.DEFAULT


def _candidates(operation: Operation, state: str, answer: Document) -> Iterator[tuple[str, str]]:
    """The kinds and paths of all edits that fit an answer."""
    if state == "failed":
        # Everything else of a job was varied on its way.
        yield from (("drop", "error"), ("null", "error"), ("add-null", "result"), ("add-null", "completed_at"))
        yield from _of_object(answer["error"], "error.")
        return
    yield from ((kind, "") for kind in MANNERS)
    yield from _of_object(answer, "")
    if operation is Operation.GET and state in {"pending", "in_progress"}:
        yield from (("add-null", name) for name in _LATER)
    if operation is Operation.GET and state == "completed":
        yield "add-null", "error"
        yield "add-null", "result.images.*.index"


def _of_object(node: Document, path: str) -> Iterator[tuple[str, str]]:
    yield "extra", f"{path}x_new_field"
    for name, value in node.items():
        here = path + name
        yield "drop", here
        yield "null", here
        # An end that cannot be known for one keeps every client waiting.
        known = name == "status" and value in TERMINAL
        yield from ((kind, here) for kind in (() if known else _kinds(name, value)))
        if isinstance(value, dict):
            yield from _of_object(value, f"{here}.")
        elif isinstance(value, list):
            yield from _of_items(value, f"{here}.{ITEMS}")


def _of_items(values: list[Any], path: str) -> Iterator[tuple[str, str]]:
    objects = [value for value in values if isinstance(value, dict)]
    if objects:
        # Together they have every field that any of them has.
        together = {name: value for each in reversed(objects) for name, value in each.items()}
        yield from _of_object(together, f"{path}.")
    elif values and isinstance(values[0], str):
        yield from ((kind, path) for kind in ("long", "astral", "empty"))


def _kinds(name: str, value: Any) -> tuple[str, ...]:
    """What can be done to a field, by its name and the type of its value."""
    if isinstance(value, str):
        return _TEXTS.get(name, ())
    if isinstance(value, list):
        return ("empty", "first", "second", "tiles", "reversed") if name == "images" else ("empty",)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ()
    return ("float", "text", *_NUMBERS.get(name, ()))


_NUMBERS = {"seed": ("maximum",), "total": ("more",)}
"""What more can be done to fields that hold numbers."""

_TEXTS = {
    **dict.fromkeys(("status", "type"), ("unknown",)),
    **dict.fromkeys(("message", "prompt"), ("long", "astral", "empty")),
    **dict.fromkeys(("created_at", "updated_at", "completed_at"), ("offset", "seconds", "nanoseconds")),
    "content_type": ("webp", "unknown"),
}
"""What can be done to fields that hold text."""
