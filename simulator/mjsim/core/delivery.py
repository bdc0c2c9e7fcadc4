"""A delivery is one piece of news on its way to one URL; its attempts are facts, written down as they were made."""

from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import urlsplit

from mjsim.core.instant import Instant
from mjsim.core.status import Status
from mjsim.core.tampering import Cause
from mjsim.core.value import Frozen

Headers = tuple[tuple[str, str], ...]
"""Names and values in the order of the wire; a name may stand more than once."""


class Standing(StrEnum):
    """How far a delivery has come."""

    SCHEDULED = "scheduled"
    """Not tried yet."""
    RETRYING = "retrying"
    """Tried without success; to be tried again."""
    DELIVERED = "delivered"
    """Answered with 2xx."""
    GIVEN_UP = "given_up"
    """Every attempt that the policy grants has failed."""
    DISABLED = "disabled"
    """The URL has answered 410, now or before: nothing is sent to it until it is enabled again."""
    REFUSED = "refused"
    """Not sent: the target is none that may be contacted."""
    DROPPED = "dropped"
    """Not sent: a fault has swallowed it."""


class Problem(StrEnum):
    """Why an attempt failed."""

    STATUS = "status"
    """Answered, but neither with success nor with a redirect."""
    REDIRECT = "redirect"
    """Answered with 3xx, which is not followed."""
    TIMEOUT = "timeout"
    REFUSED = "refused"
    """Nothing listens there."""
    RESET = "reset"
    """The connection ended before the answer did."""
    UNREACHABLE = "unreachable"
    NAME = "name"
    """The host's name has no address."""
    TLS = "tls"
    PROTOCOL = "protocol"
    """The answer is no HTTP."""
    TARGET = "target_refused"
    """Not sent: the target is none that may be contacted."""
    DISABLED = "disabled"
    """Not sent: the URL has answered 410 before."""
    DROPPED = "dropped"
    """Not sent: a fault has swallowed it."""
    LOST = "lost"
    """Answered with success, which a fault has kept from us."""


class Delivery(NamedTuple):
    """One piece of news for one URL.

    `id` is the `webhook-id` of all its attempts; `number` orders deliveries by when they were planned; `instant` is when
    the job reached `status`; `due` is when the next attempt is, None where none is planned; `attempts` counts those made.
    """

    number: int
    id: str
    tenant: str
    job_id: str
    status: Status
    url: str
    instant: Instant
    due: Instant | None
    attempts: int
    standing: Standing

    @property
    def host(self) -> str:
        """The host and port of its URL in lower case; empty where that leads nowhere."""
        return host_of(self.url)


@lru_cache(maxsize=1024)
def host_of(url: str) -> str:
    """The host and port that a URL leads to, in lower case; empty where it leads nowhere."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


class Reply(NamedTuple):
    """What came of sending: an answer, whose body may have been cut off, or the `problem` that stood in the way, told
    to a person by `explanation`. `seconds` is how long it took, in real time.
    """

    seconds: float
    status: int | None = None
    headers: Headers = ()
    body: bytes = b""
    cut: bool = False
    problem: Problem | None = None
    explanation: str = ""

    @property
    def successful(self) -> bool:
        """Whether the receiver has taken the news: 2xx, and nothing else."""
        return self.status is not None and 200 <= self.status < 300 and self.problem is None


class Attempt(Frozen):
    """One attempt: its `number` from 1 on, the simulated `instant`, the real time in Unix seconds, what was sent, what
    came back, when the next one is, and why something was done wrong to it. Copies that were sent at once share their
    number.
    """

    number: int
    instant: Instant
    started: float
    headers: Headers
    reply: Reply
    next: Instant | None = None
    cause: Cause | None = None


class Sent(NamedTuple):
    """An attempt that was made, with the delivery as it stood before and its standing after."""

    delivery: Delivery
    attempt: Attempt
    standing: Standing


def legible(text: str) -> str:
    """The text with what is no character of Unicode written out: receivers send any bytes, and stores keep UTF-8."""
    return str(text) if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def answered(seconds: float, status: int, headers: Headers, body: bytes, *, cut: bool = False) -> Reply:
    """An answer, with the problem that its status is, if it is one."""
    if 200 <= status < 300:
        return Reply(seconds, status, headers, body, cut)
    if 300 <= status < 400:
        where = next((f" to {value[:200]!r}" for name, value in headers if name.lower() == "location"), "")
        problem, explanation = Problem.REDIRECT, f"It answered {status}{where}; webhooks do not follow redirects."
    elif status == 410:
        problem, explanation = Problem.STATUS, "It answered 410: it wants no more webhooks, so its URL is disabled."
    else:
        problem, explanation = Problem.STATUS, f"It answered {status}; only 2xx counts as received."
    return Reply(seconds, status, headers, body, cut, problem, explanation)
