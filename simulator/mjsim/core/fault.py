"""A fault is data: when it strikes, and what it does. Nothing here happens by itself; `web/` and the webhooks act on it."""

import math
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, Literal, NamedTuple, Protocol

from mjsim.core.chance import Key
from mjsim.core.fate import Fate
from mjsim.core.mishap import Wish
from mjsim.core.value import Frozen

LONGEST_DELAY: Final = 600_000
"""The most that a drawn delay takes, in real milliseconds."""

CREATING: Final = (
    "createImagineJob",
    "createUpscaleJob",
    "createVariationJob",
    "createDescribeJob",
    "createBlendJob",
    "generateTask",
    "upscaleTask",
    "varyTask",
    "extendTask",
)
IMAGES: Final = "images"
WEBHOOK: Final = "webhook"
HTTP: Final = (*CREATING, "listJobs", "getJobStatus", "cancelJob", "getTask", "getTaskCredits", IMAGES)
OPERATIONS: Final = (*HTTP, WEBHOOK)
"""Where a fault can strike: the operations of the published contract and of the task API, files, and webhooks."""


class Connection(StrEnum):
    """What becomes of the connection, by the name under which it is asked for."""

    RESET = "reset"
    """Reset before anything was done."""
    RESET_AFTER = "reset-after"
    """Reset after all was done, and before a byte of the answer."""
    EMPTY = "empty"
    """Closed after all was done, without a byte."""
    MALFORMED_CHUNK = "malformed-chunk"
    """The answer begins, and its chunks cannot be read."""
    RANDOM_DATA = "random-data"
    """Bytes that are no HTTP, then closed."""
    CLOSE = "close"
    """The true answer, then closed although the client would keep it open."""


class Fixed(NamedTuple):
    """Always so many real milliseconds."""

    milliseconds: float

    def drawn(self, _key: Key, _label: str) -> "Fixed":
        """Itself."""
        return self


class Uniform(NamedTuple):
    """From `lower` to `upper` real milliseconds, each as likely."""

    lower: float
    upper: float

    def drawn(self, key: Key, label: str) -> Fixed:
        """The delay that the key's chance gives under this label."""
        return Fixed(self.lower + key.draw(label) * max(0.0, self.upper - self.lower))


class Lognormal(NamedTuple):
    """Half take less than `median` real milliseconds; the larger `sigma`, the longer the tail."""

    median: float
    sigma: float

    def drawn(self, key: Key, label: str) -> Fixed:
        """The delay that the key's chance gives under this label, by Box and Muller; at most `LONGEST_DELAY`."""
        radius = math.sqrt(-2 * math.log(1 - key.draw(f"{label} radius")))
        normal = radius * math.cos(2 * math.pi * key.draw(f"{label} angle"))
        return Fixed(min(self.median * math.exp(self.sigma * normal), LONGEST_DELAY))


Delay = Fixed | Uniform | Lognormal


class RetryAfter(NamedTuple):
    """The header of that name: so many real seconds (None: it is left out), as a number or as an HTTP date."""

    seconds: int | None
    as_date: bool = False


class Response(Frozen):
    """An answer in place of the true one. `body`: as it is given; None makes an ErrorResponse of `code` and `message`,
    or keeps the true body where the status says success. `page`: an HTML page, as a proxy sends it. `afterwards`: what was
    asked for is done all the same. `retry_after` None: what belongs to the status.
    """

    status: int
    code: str | None = None
    message: str | None = None
    body: Any = None
    page: bool = False
    afterwards: bool = False
    retry_after: RetryAfter | None = None
    headers: Mapping[str, str] | None = None

    @property
    def keeps_body(self) -> bool:
        """Whether the true answer is only given another status."""
        return 200 <= self.status < 300 and self.body is None and not self.page and self.code is None


class Effect(Frozen):
    """What a fault does, part by part; None and False do nothing. Delays are real time, `stale` is simulated.

    `latency` comes before anything is done, `first_byte` when the answer is ready. `drip`: bytes a second. `truncate`: the
    share of the body that is sent. `patch`: the operations of RFC 6902 on the true body. `stale`: how old the answer is.
    `drift`: by how many jobs a page is moved.
    """

    latency: Delay | None = None
    connection: Connection | None = None
    response: Response | None = None
    job: Fate | None = None
    stale: int | None = None
    drift: int | None = None
    patch: tuple[Mapping[str, Any], ...] | None = None
    content_type: str | None = None
    malformed: Literal[True] | None = None
    truncate: float | None = None
    first_byte: Delay | None = None
    drip: int | None = None
    webhook: tuple[Wish, ...] | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts that do something."""
        return tuple(name for name in PARTS if getattr(self, name) is not None)

    def only(self, parts: frozenset[str]) -> "Effect":
        """Those of the parts alone."""
        return Effect(**{name: getattr(self, name) for name in self.parts if name in parts})

    def over(self, other: "Effect") -> "Effect":
        """This effect, and the other's parts where this one has none."""
        return Effect(**{name: getattr(other if getattr(self, name) is None else self, name) for name in PARTS})

    @property
    def varies(self) -> bool:
        """Whether a delay has to be drawn."""
        return any(isinstance(delay, Uniform | Lognormal) for delay in (self.latency, self.first_byte))

    def drawn(self, key: Key) -> "Effect":
        """The same with its delays drawn."""
        delays: dict[str, Any] = {
            name: delay.drawn(key, name)
            for name in ("latency", "first_byte")
            if (delay := getattr(self, name)) is not None
        }
        return Effect(**delays).over(self)


NOTHING: Final = Effect()
PARTS: Final = Effect.__struct_fields__

_ON_ANSWERS: Final = frozenset(PARTS) - {"job", "stale", "drift", "webhook"}
_ALSO: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(CREATING, frozenset({"job"})),
    "listJobs": frozenset({"stale", "drift"}),
    "getJobStatus": frozenset({"stale"}),
    "getTask": frozenset({"stale"}),
}


def parts_at(operation: str) -> frozenset[str]:
    """The parts of an effect that can do something to this operation."""
    if operation == WEBHOOK:
        return frozenset({"webhook"})
    return _ON_ANSWERS | _ALSO.get(operation, frozenset())


class Pattern(Protocol):
    """What is searched for in a text."""

    def search(self, text: str, /) -> object:
        """Something true where it is found; `TimeoutError` where the search takes too long."""
        ...


class Match(Frozen):
    """When a fault may strike; what is None or empty holds always.

    `prompt` is searched for in the prompt. `after`: so many simulated milliseconds after the job of a file was completed.
    `nth`: only that one of the matching requests of a tenant, from 1.
    """

    operations: frozenset[str] = frozenset()
    tenant: str | None = None
    job_id: str | None = None
    prompt: Pattern | None = None
    after: int | None = None
    nth: int | None = None


class Fault(Frozen):
    """`succeed_first`: so many matching requests of a tenant go well first. `count`: it strikes each tenant at most so
    often. `ttl`: for so many simulated milliseconds. `seed`: the root of its chance, in place of the world's.
    """

    id: str
    match: Match
    effect: Effect
    succeed_first: int = 0
    count: int | None = None
    probability: float = 1.0
    ttl: int | None = None
    seed: int | None = None
    note: str = ""

    @property
    def chancy(self) -> bool:
        """Whether anything about it depends on chance."""
        return self.probability < 1 or self.effect.varies
