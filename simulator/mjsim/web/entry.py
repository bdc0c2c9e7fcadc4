"""What the journal keeps of an exchange: as it is while it is the last one, and packed into one piece from then on."""

import msgspec

from mjsim.core.delivery import legible
from mjsim.core.instant import Instant
from mjsim.core.tenant import is_made_up
from mjsim.core.value import Frozen
from mjsim.web import http as web
from mjsim.web.request import Strike, Vain
from mjsim.web.whole import head_of

LARGEST_BODY = 1024 * 1024
"""Of a larger body only the beginning is kept."""

_SECRETS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
_REDACTED = "[redacted]"

Headers = tuple[tuple[bytes, bytes], ...]
"""Names and values, as they went over the wire."""


class _Told(Frozen):
    """`at` is simulated time, `time` and `seconds` are real; `faults` names those that fired, `in_vain` what the request
    asked for and did not get.
    """

    number: int
    at: Instant
    time: float
    seconds: float
    surface: str
    tenant: str
    method: str
    target: str
    request_headers: Headers
    request_body: bytes
    status: int
    body: bytes
    faults: tuple[Strike, ...]
    in_vain: tuple[Vain, ...]


class Exchange(_Told):
    """What was just asked, and the answer that is about to be sent, which adds to its headers."""

    answer: web.StreamResponse


class Entry(_Told):
    """What can be told of an exchange; `head` is that of the answer."""

    head: bytes

    @property
    def headers(self) -> Headers:
        """Those of the answer."""
        lines = (line.partition(b": ") for line in self.head.split(b"\r\n")[1:] if line)
        return tuple((name, value) for name, _, value in lines)

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.partition("?")[0]


packed = msgspec.msgpack.Encoder(enc_hook=head_of).encode
"""All of an exchange in one piece."""

unpacked = msgspec.msgpack.Decoder(Entry).decode
"""The entry that a piece holds."""


def shown(headers: Headers) -> list[tuple[str, str]]:
    """The headers without credentials; the keys that anybody may make up are none."""
    texts = ((_text(name), _text(value)) for name, value in headers)
    return [(name, legible(_shown(value) if name.lower() in _SECRETS else value)) for name, value in texts]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _shown(value: str) -> str:
    scheme, _, key = value.partition(" ")
    if scheme.lower() == "bearer" and is_made_up(key):
        return value
    return f"{scheme} {_REDACTED}" if key else _REDACTED
