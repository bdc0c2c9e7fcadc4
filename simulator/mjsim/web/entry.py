"""What the journal keeps of an exchange: as it is while it is the latest, and packed into one piece from then on."""

import msgspec
from multidict import CIMultiDict, MultiMapping

from mjsim.core.delivery import legible
from mjsim.core.instant import Instant
from mjsim.core.tenant import is_made_up
from mjsim.core.value import Frozen
from mjsim.web.strike import Strike, Vain

LARGEST_BODY = 1024 * 1024
"""Of a larger body only the beginning is kept."""

_SECRETS = frozenset({"authorization", "cookie", "set-cookie", "proxy-authorization", "x-api-key"})
_REDACTED = "[redacted]"


class Entry(Frozen):
    """An exchange. `at` is simulated time, `time` and `seconds` are real; `faults` names those that fired, `in_vain` what
    the request asked for and did not get.
    """

    number: int
    at: Instant
    time: float
    seconds: float
    surface: str
    tenant: str
    method: str
    target: str
    request_headers: MultiMapping[str]
    request_body: bytes
    status: int
    headers: MultiMapping[str]
    body: bytes
    faults: tuple[Strike, ...] = ()
    in_vain: tuple[Vain, ...] = ()

    @property
    def size(self) -> int:
        """About how many bytes it holds."""
        asked, answered = self.request_headers, self.headers
        # Put together and then measured: that takes a third of the time of measuring each.
        headers = len("".join((*asked, *asked.values(), *answered.values())))
        return 2_000 + headers + len(self.target) + len(self.request_body) + len(self.body)

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.partition("?")[0]


Packed = bytes | Entry
"""An entry in one piece, or itself where that cannot be."""


def packed(entry: Entry) -> Packed:
    """The entry in one piece; a header that is no UTF-8 keeps it from that."""
    try:
        return _encode(entry)
    except UnicodeEncodeError:
        return entry


def unpacked(entry: Packed) -> Entry:
    """The entry again."""
    return _decode(entry) if isinstance(entry, bytes) else entry


def _flat(headers: MultiMapping[str]) -> list[str]:
    """Names and values in turn; names are a kind of text that only headers know."""
    return [str(part) for header in headers.items() for part in header]


def _headers(_kind: object, flat: list[str]) -> CIMultiDict[str]:
    return CIMultiDict(zip(flat[::2], flat[1::2], strict=True))


_encode = msgspec.msgpack.Encoder(enc_hook=_flat).encode
_decode = msgspec.msgpack.Decoder(Entry, dec_hook=_headers).decode


def shown(headers: MultiMapping[str]) -> list[tuple[str, str]]:
    """The headers without credentials; the keys that anybody may make up are none."""
    return [
        (str(name), legible(_shown(value) if name.lower() in _SECRETS else value)) for name, value in headers.items()
    ]


def _shown(value: str) -> str:
    scheme, _, key = value.partition(" ")
    if scheme.lower() == "bearer" and is_made_up(key):
        return value
    return f"{scheme} {_REDACTED}" if key else _REDACTED
