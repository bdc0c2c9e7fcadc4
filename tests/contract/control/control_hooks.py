"""Schemathesis may wait for what does not come, but not for long, and it posts files as what they are."""

import schemathesis

PATIENCE = 0.01


@schemathesis.hook
def map_case(context, case):
    """A case that waits no longer than it must."""
    body = case.body
    if case.operation.path.endswith("/wait") and isinstance(body, dict):
        seconds = body.get("timeout_seconds", 10)
        longest = 60 if "journal" in case.operation.path else 300
        if isinstance(seconds, int | float) and PATIENCE < seconds <= longest:
            body["timeout_seconds"] = PATIENCE
    return case


@schemathesis.serializer("application/vnd.sqlite3")
def as_bytes(context, value):
    """The bytes of a file."""
    return value if isinstance(value, bytes) else str(value).encode()
