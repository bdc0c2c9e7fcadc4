"""What can go wrong on the way of a webhook is one value, whose defaults are the truth: whoever sends honours it, whoever
makes faults fills it in.
"""

from enum import StrEnum
from typing import NamedTuple

from mjsim.core.value import Frozen


class Signing(StrEnum):
    """How a message is signed."""

    TRUE = "true"
    """One token for each secret, the newest secret first."""
    OLDEST_FIRST = "oldest_first"
    """The same tokens the other way round; still right."""
    NEWEST_ONLY = "newest_only"
    """The token of the newest secret alone; right, once a rotation is over."""
    FORGED = "forged"
    """Tokens of the right form that nobody has signed."""
    MISSING = "missing"
    """No header of a signature at all."""
    WRONG_SECRET = "wrong_secret"  # noqa: S105 - the name of a fault
    """Signed properly with a secret that the receiver does not know."""
    NO_COMMA = "no_comma"
    """A token whose version and value nothing divides."""
    EXTRA_TOKEN = "extra_token"  # noqa: S105 - the name of a fault
    """Right tokens, then one that cannot be read."""
    UNKNOWN_VERSION_FIRST = "unknown_version_first"
    """A token of a version to come, then the right ones."""
    TRAILING_SPACE = "trailing_space"
    """Right tokens, then a space."""


class Spelling(StrEnum):
    """How the same JSON document is written; each is signed as it stands."""

    PLAIN = "plain"
    SPACED = "spaced"
    REORDERED = "reordered"
    ESCAPED = "escaped"
    r"""Every character beyond ASCII as `\u`."""


class Wire(Frozen):
    """How the bytes travel. `pause` is in real seconds, between the head and the body; `length_error` is added to the
    Content-Length; with `breaks_off` the connection is closed unanswered.
    """

    pause: float = 0.0
    chunked: bool = False
    length_error: int = 0
    breaks_off: bool = False
    expect_continue: bool = False


PLAIN = Wire()
"""As any HTTP client sends."""


class Cause(NamedTuple):
    """Why something goes wrong: the id of the fault (`request` where the request of the job asked for it), and in words."""

    fault: str
    reason: str


class Tampering(Frozen):
    """What is to go wrong with one attempt, and its `cause`.

    On the way: `drop` swallows the delivery for good; `times` sends so many copies at once; `delay` puts it off by so
    many simulated milliseconds; `overtaken` holds it back until the job's next news has gone; `deaf` takes a success for
    lost, so that the same message comes again.

    In the document, and signed with it: `changes` sets fields, `without` leaves fields out, `spelling` writes the same
    otherwise. In the bytes: `replacement` stands for all of them, `keeps` is the share that is kept (0 to 1), `appends`
    comes after them; `signs_breakage` says whether the signature is that of the broken bytes.

    In the headers: `signing`; `skew` is added to the timestamp, in seconds; `signed_skew`, where it is given, is the skew
    of the timestamp that the signature is made for.
    """

    drop: bool = False
    times: int = 1
    delay: int = 0
    overtaken: bool = False
    deaf: bool = False
    changes: tuple[tuple[str, object], ...] = ()
    without: tuple[str, ...] = ()
    spelling: Spelling = Spelling.PLAIN
    replacement: bytes | None = None
    keeps: float = 1.0
    appends: bytes = b""
    signs_breakage: bool = False
    signing: Signing = Signing.TRUE
    skew: int = 0
    signed_skew: int | None = None
    wire: Wire = PLAIN
    cause: Cause | None = None


TRUTHFUL = Tampering()
"""Nothing goes wrong."""
