"""The inboxes over HTTP: anybody posts to one, and the control API reads it and tells it what to answer."""

import asyncio
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from mjsim.core.delivery import legible
from mjsim.core.error import InvalidRequest, NotFound
from mjsim.inbox import Answer, Inbox, Inboxes, Received
from mjsim.spec import CONTROL
from mjsim.web import http as web
from mjsim.web.answer import plain_json
from mjsim.web.body import read_bounded, read_json
from mjsim.web.route import Call, Route

HANG_SECONDS = 60
"""How long an inbox that hangs keeps silent before it closes the connection: longer than any sender waits."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_OWN_HEADERS = {"Content-Length", "Transfer-Encoding", "Connection"}


class InboxApi:
    """Handlers of `/_sim/inbox/{name}` and `/_sim/inboxes`."""

    def __init__(self, inboxes: Inboxes) -> None:
        self._inboxes = inboxes

    def routes(self) -> list[Route]:
        """Where they are."""
        return [
            Route("/_sim/inbox/{name}", {"POST": self.receive}),
            Route("/_sim/inboxes", {"GET": self.list}),
            Route("/_sim/inboxes/{name}", {"GET": self.show, "DELETE": self.forget}),
            Route("/_sim/inboxes/{name}/answers", {"PUT": self.instruct}),
            Route("/_sim/inboxes/{name}/wait", {"POST": self.wait}),
        ]

    async def receive(self, call: Call) -> web.StreamResponse:
        """Take whatever is posted, and answer as told."""
        headers = {name.lower(): legible(value) for name, value in call.request.headers.items()}
        body = await read_bounded(call.request)
        answer = self._inboxes.receive(_name(call), headers, body, time.time())
        await asyncio.sleep(HANG_SECONDS if answer.hang else answer.delay)
        if answer.hang and call.request.transport is not None:
            call.request.transport.close()
        return web.Response(status=answer.status, headers=dict(answer.headers), body=answer.body.encode())

    async def list(self, _call: Call) -> web.Response:
        """Every inbox, the one used last at the end."""
        inboxes = self._inboxes.names().items()
        return plain_json({"inboxes": [{"name": name, "received": inbox.received} for name, inbox in inboxes]})

    async def show(self, call: Call) -> web.Response:
        """The messages of an inbox, oldest first."""
        name = _name(call)
        return plain_json(_shown(name, self._known(name)))

    async def forget(self, call: Call) -> web.Response:
        """Empty an inbox, its answers too."""
        if not self._inboxes.forget(_name(call)):
            raise _unknown(_name(call))
        return web.Response(status=204)

    async def instruct(self, call: Call) -> web.Response:
        """Say what to answer."""
        body = await read_json(call.request, "InboxAnswers", CONTROL)
        instruct(self._inboxes, _name(call), body)
        return plain_json({"name": _name(call), "answers": len(body["answers"])})

    async def wait(self, call: Call) -> web.Response:
        """Answer once so many messages are there, or time is up."""
        body = await read_json(call.request, "InboxWait", CONTROL)
        name, count = _name(call), int(body.get("count", 1))

        async def found() -> Inbox:
            # Not the one that there was at first: a reset may have begun a new one.
            return self._inboxes.open(name)

        patience = body.get("timeout_seconds", 10)
        inbox = await self._inboxes.bell.until(found, lambda inbox: inbox.received >= count, patience)
        return plain_json({"met": inbox.received >= count, **_shown(name, inbox)})

    def _known(self, name: str) -> Inbox:
        if (inbox := self._inboxes.names().get(name)) is None:
            raise _unknown(name)
        return inbox


def instruct(inboxes: Inboxes, name: str, told: Mapping[str, Any]) -> None:
    """Let an inbox answer as the InboxAnswers of the control API say."""
    final = _answer(told["then"]) if "then" in told else None
    inboxes.instruct(name, [_answer(one) for one in told["answers"]], final)


def _unknown(name: str) -> NotFound:
    return NotFound(f"There is no inbox {name!r} yet; it begins with the first POST to /_sim/inbox/{name}.")


def _name(call: Call) -> str:
    name = call.places["name"]
    if not _NAME.fullmatch(name):
        raise InvalidRequest(
            f"{name[:60]!r} is no name of an inbox: 1 to 64 letters, digits, dots, dashes or underscores."
        )
    return name


def _answer(told: int | Mapping[str, Any]) -> Answer:
    """A status alone, or an object."""
    if not isinstance(told, Mapping):
        return Answer(int(told))
    headers: dict[str, str] = dict(told.get("headers", {}))
    if own := {name.title() for name in headers} & _OWN_HEADERS:
        raise InvalidRequest(f"headers: {own.pop()} is what HTTP says about the answer itself; leave it out.")
    if "redirect" in told:
        headers["Location"] = told["redirect"]
    status = int(told.get("status", 302 if "redirect" in told else 200))
    body, delay, hang = told.get("body", ""), told.get("delay_seconds", 0.0), told.get("hang", False)
    return Answer(status, tuple(headers.items()), body, delay, hang)


def _shown(name: str, inbox: Inbox) -> dict[str, Any]:
    messages = [_message(one) for one in inbox.messages]
    return {"name": name, "received": inbox.received, "messages": messages, "answers_left": len(inbox.answers)}


def _message(message: Received) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "number": message.number,
        "received_at": datetime.fromtimestamp(message.at, UTC)
        .isoformat(timespec="milliseconds")
        .replace("+00:00", "Z"),
        "webhook_signature": message.signature,
        "midjourney_signature": message.plain_signature,
        "answered": "nothing" if message.answer.hang else message.answer.status,
        "headers": message.headers,
        "body": message.body.decode(errors="replace"),
        "body_truncated": message.cut,
    }
    try:
        shown["json"] = msgspec.json.decode(message.body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return shown
    return shown
