"""Schemathesis may wait for what does not come, but not for long, and it posts files as what they are."""

import schemathesis

PATIENCE = 0.01
LONGEST = {"/_sim/journal/wait": 60, "/_sim/webhooks/wait": 300, "/_sim/inboxes/{name}/wait": 300}
"""By path, the longest wait in seconds that the document allows; what is beyond stays, so that it is refused."""


@schemathesis.hook
def map_case(context, case):
    """A case that waits no longer than it must, and lets nothing else wait."""
    path, body = case.operation.path, case.body
    if path in LONGEST and isinstance(body, dict):
        seconds = body.get("timeout_seconds", 10)
        if isinstance(seconds, int | float) and PATIENCE < seconds <= LONGEST[path]:
            body["timeout_seconds"] = PATIENCE
    if path == "/_sim/inboxes/{name}/answers" and isinstance(body, dict):
        answers = body.get("answers")
        for answer in [*(answers if isinstance(answers, list) else ()), body.get("then")]:
            hasten(answer)
    return case


def hasten(answer):
    """An inbox that hangs would do so for a minute."""
    if isinstance(answer, dict):
        if answer.get("hang") is True:
            answer["hang"] = False
        delay = answer.get("delay_seconds")
        if isinstance(delay, int | float) and PATIENCE < delay <= 60:
            answer["delay_seconds"] = PATIENCE


@schemathesis.serializer("application/vnd.sqlite3")
def as_bytes(context, value):
    """The bytes of a file."""
    return value if isinstance(value, bytes) else str(value).encode()
