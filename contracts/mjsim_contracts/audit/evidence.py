"""Calls as a reader is shown them: requests and answers as text, keys redacted, long bodies cut, and as a curl command."""

import json
import shlex
from collections.abc import Iterable, Iterator

from mjsim_contracts.report.model import Evidence
from mjsim_contracts.traffic.call import Call, Headers
from mjsim_contracts.traffic.delivery import Delivery

_MOST = 1500
"""How many characters of a body are shown."""

_SHOWN = frozenset({"authorization", "content-type", "retry-after", "location", "accept", "content-encoding"})
_HIDDEN = "***"


def evidence(calls: Iterable[Call]) -> tuple[Evidence, ...]:
    """The exchanges of these calls."""
    return tuple(
        Evidence(
            title=f"{call.method} {call.path}",
            request="\n".join([f"{call.method} {call.target}", *_headers(call.headers), "", _text(call.body)]).rstrip(),
            answer=_answer(call),
            mark=call.note,
            at=round(call.arrived, 3),
        )
        for call in calls
    )


def delivered(deliveries: Iterable[Delivery]) -> tuple[Evidence, ...]:
    """Webhooks and what came back."""
    return tuple(
        Evidence(
            title=f"POST {each.url}",
            request="\n".join([f"POST {each.url}", "Content-Type: application/json", "", _text(each.body)]),
            answer=f"HTTP {each.status}" if each.status else "no answer",
            mark=each.note or ("delivered before" if each.again else ""),
            at=round(each.sent, 3),
        )
        for each in deliveries
    )


def curl(call: Call) -> str:
    """A command that sends the request again."""
    text = f'curl -X {call.method} "$MIDJOURNEY_BASE_URL"{shlex.quote(call.target)}'
    if call.header("Authorization"):
        text += ' -H "Authorization: Bearer $MIDJOURNEY_TOKEN"'
    if (kind := call.header("Content-Type")) and call.body:
        text += f" -H {shlex.quote('Content-Type: ' + kind)}"
    if call.body:
        text += f" -d {shlex.quote(call.body[:_MOST].decode(errors='replace'))}"
    return text


def _answer(call: Call) -> str:
    if not call.status:
        return "no answer: the connection ended"
    lines = [f"HTTP {call.status}", *_headers(call.answer_headers), "", _text(call.answer)]
    if call.lost:
        lines.append("(the connection ended before the answer was whole)")
    return "\n".join(lines).rstrip()


def _headers(headers: Headers) -> Iterator[str]:
    for name, value in headers:
        if name.lower() in _SHOWN:
            yield f"{name}: {_redacted(value) if name.lower() == 'authorization' else value}"


def _redacted(value: str) -> str:
    scheme, space, _key = value.partition(" ")
    return f"{scheme} {_HIDDEN}" if space else _HIDDEN


def _text(body: bytes) -> str:
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False) if body else ""
    except (ValueError, RecursionError):
        text = body.decode() if body.isascii() else f"({len(body)} bytes)"
    return text if len(text) <= _MOST else f"{text[:_MOST]}… ({len(text)} characters)"
