"""What is known of one fault: how it was written, how often it struck whom, and on which occasions it did not, and why.

Counts are kept for each tenant by itself, so that what happens to one never depends on another.
"""

from collections import deque
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from mjsim.core.fault import Effect, Fault
from mjsim.core.instant import Instant
from mjsim.core.value import Record, field

_MOST_MISSES: Final = 20
_MOST_STRANGERS: Final = 5
_MOST_TENANTS: Final = 10_000
_MOST_FINGERPRINTS: Final = 256


class Occasion(NamedTuple):
    """Something that a fault may strike: a request, or a delivery. Equal ones of a tenant have equal fingerprints.

    `age`: how long ago (simulated milliseconds) the job of a file was completed; None where it is no file.
    """

    operation: str
    tenant: str
    fingerprint: str = ""
    job_id: str | None = None
    prompt: str | None = None
    age: int | None = None


class Condition(NamedTuple):
    """One condition of a fault, whether it held, and what was found."""

    name: str
    held: bool
    found: str


class Miss(NamedTuple):
    """An occasion on which a fault did not strike, with each condition up to the first that did not hold."""

    instant: Instant
    occasion: Occasion
    conditions: tuple[Condition, ...]


class Fired(NamedTuple):
    """A fault that struck: its id, what it does here, and why, in words."""

    fault: str
    effect: Effect
    reason: str


class Tally(Record):
    """Of one fault and tenant: how many occasions matched, how often it struck."""

    matched: int = 0
    fired: int = 0
    repeats: dict[str, int] = field(default_factory=dict)

    def repeat(self, fingerprint: str) -> int:
        """How many equal occasions there were before; of too many different ones the oldest is forgotten."""
        number = self.repeats.pop(fingerprint, 0)
        if len(self.repeats) >= _MOST_FINGERPRINTS:
            del self.repeats[next(iter(self.repeats))]
        self.repeats[fingerprint] = number + 1
        return number


class Entry(Record):
    """A fault of the book. `given` is how it was written; `until` is when its time to live ends."""

    fault: Fault
    given: Mapping[str, Any]
    until: Instant
    tallies: dict[str, Tally] = field(default_factory=dict)
    near: deque[Miss] = field(default_factory=lambda: deque(maxlen=_MOST_MISSES))
    far: deque[Miss] = field(default_factory=lambda: deque(maxlen=_MOST_STRANGERS))

    @property
    def misses(self) -> list[Miss]:
        """The last ones, oldest first."""
        return sorted((*self.far, *self.near), key=lambda miss: miss.instant)

    def note(self, miss: Miss) -> None:
        """Keep a miss; operations that it is not about are many, and must not push out the others."""
        (self.near if len(miss.conditions) > 1 else self.far).append(miss)

    def tally(self, tenant: str) -> Tally:
        """The tally of this tenant; of too many tenants the first is forgotten."""
        if (tally := self.tallies.get(tenant)) is None:
            if len(self.tallies) >= _MOST_TENANTS:
                del self.tallies[next(iter(self.tallies))]
            tally = self.tallies[tenant] = Tally()
        return tally
