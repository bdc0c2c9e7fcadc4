"""A request keeps what was done to it on purpose, and what it asked for in vain: the journal tells both, and why.

A fault tells by itself why it did not strike; `Prefer` and `--sim`, which end with their request, tell it here.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from mjsim.core.directive import NONE, SIM, Directives, written
from mjsim.core.error import Refused
from mjsim.core.fault import CREATING, WEBHOOK, Effect, parts_at
from mjsim.core.prompt import parse_flags, with_sim_alone
from mjsim.web import http as web
from mjsim.web.body import LARGE, parse_json
from mjsim.web.request import Strike, Vain
from mjsim.web.route import Call, Handler

if TYPE_CHECKING:
    from mjsim.core.preference import Preferences

log = logging.getLogger("mjsim")

PREFER: Final = "Prefer"
SAID: Final = "--sim"

_ASKING: Final = {PREFER: "request", SAID: "prompt"}
_WEBHOOK_URLS: Final = ("webhook_url", "callBackUrl")


def note(request: web.Request, strikes: Iterable[Strike], in_vain: Iterable[Vain] = ()) -> None:
    """Keep it with the request, after what is kept already, and log it."""
    # As it was sent, so that a path with a line break is still one line.
    path = request.rel_url.raw_path[:200]
    for one in strikes:
        where = " (off contract)" if one.off_contract else ""
        log.info("%s %s: %s: %s%s", request.method, path, one.fault, one.reason, where)
        request.strikes = (*request.strikes, one)
    for vain in in_vain:
        log.info("%s %s: %s: %s: nothing came of it: %s", request.method, path, *vain)
        request.in_vain = (*request.in_vain, vain)


def preferences_of(request: web.Request) -> "Preferences":
    """What the request asks of its own answer and job."""
    from mjsim.core.preference import Preferences, parse_prefer

    headers = request.headers
    return parse_prefer(headers.getall("Prefer")) if "Prefer" in headers else Preferences()


def preferred(effect: Effect) -> list[Strike]:
    """What the preferences of a request come to, but for those about its job."""
    parts = tuple(effect.parts)
    return [Strike(PREFER, parts, f"{', '.join(parts)}: the request asks for it")] if parts else []


def possible(operation: str) -> frozenset[str]:
    """What a preference can be for at this operation."""
    return parts_at(operation) | ({SIM} if operation in CREATING else frozenset())


def preferred_in_vain(asked: "Preferences", operation: str) -> list[Vain]:
    """The preferences that mean nothing here, and those that are misspelled."""
    here = possible(operation)
    void = [
        Vain(PREFER, shown, f"it means nothing to {operation}")
        for shown, part in asked.understood.items()
        if part not in here
    ]
    return void + [Vain(PREFER, name, f"did you mean {close}?") for name, close in asked.misspelled.items()]


async def heard(handler: Handler, call: Call) -> web.StreamResponse:
    """The handler's answer; what came of all that was asked for its job is kept with the request."""
    try:
        answer = await handler(call)
    except Refused as refused:
        if _may_ask(call):
            await _note_outcome(call, refused.code)
        raise
    if _may_ask(call):
        await _note_outcome(call, "")
    return answer


async def note_undone(call: Call, operation: str) -> None:
    """Keep that nothing comes of what a request asks for its job, which its handler is not called to make."""
    if operation in CREATING:
        await _note_outcome(call, "the request was not carried out")


async def fields_of(body: bytes) -> Mapping[str, Any]:
    """The fields of a body; none where it is no JSON object, which its handler will say."""
    return await asyncio.to_thread(_fields, body) if len(body) > LARGE else _fields(body)


def said_in(prompt: object) -> Directives:
    """What a prompt asks for; nothing where it is refused, which its handler will say."""
    if not isinstance(prompt, str) or "--sim" not in prompt.lower():
        return NONE
    try:
        return parse_flags(with_sim_alone(prompt)).directives
    except Refused:
        return NONE


def _may_ask(call: Call) -> bool:
    """Whether the request has to be read again: nearly none asks for anything."""
    body = call.request.known_body or b""
    return call.directives is not NONE or b"--" in body or b"\\u002" in body


async def _note_outcome(call: Call, refusal: str) -> None:
    """Keep what became of all that the request asked for its job; `refusal` is the code where it made none."""
    fields = await fields_of(call.request.known_body or b"")
    said, preferences = said_in(fields.get("prompt")), preferences_of(call.request).directives
    told = any(fields.get(name) for name in _WEBHOOK_URLS)
    strikes: list[Strike] = []
    in_vain: list[Vain] = []
    for fault, part, asked, taken in (
        (PREFER, SIM, Directives(fate=preferences.fate), False),
        (PREFER, WEBHOOK, Directives(webhook=preferences.webhook), False),
        (SAID, SIM, Directives(fate=said.fate), preferences.fate is not None),
        (SAID, WEBHOOK, Directives(webhook=said.webhook), bool(preferences.webhook)),
    ):
        if asked == NONE:
            continue
        if reason := _in_vain(asked, taken, refusal, told):
            in_vain.append(Vain(fault, written(asked), reason))
        else:
            strikes.append(Strike(fault, (part,), f"{written(asked)}: the {_ASKING[fault]} asks for it"))
    note(call.request, strikes, in_vain)


def _in_vain(asked: Directives, taken: bool, refusal: str, told: bool) -> str:
    """Why nothing comes of what a request asks for, empty where something does."""
    if taken:
        return "Prefer asks for something else"
    if refusal:
        wanted = asked.fate is not None and asked.fate.refusal == refusal
        return "" if wanted else f"no job was made: {refusal}"
    return "the job has no webhook" if asked.webhook and not told else ""


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        value = parse_json(body)
    except Refused:
        return {}
    return value if isinstance(value, dict) else {}
