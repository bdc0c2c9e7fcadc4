"""Which faults there are, in their order, and which of them strike: nothing about them is lost.

Chance is drawn for each tenant by itself, so that what happens to one never depends on another.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from mjsim.core.chance import Key, digest
from mjsim.core.error import FaultExists, InvalidRequest, NotFound
from mjsim.core.fault import Effect, Fault, Pattern, parts_at
from mjsim.core.faultentry import Condition, Entry, Fired, Miss, Occasion, Tally
from mjsim.core.instant import NEVER, Instant, later
from mjsim.core.value import changed

MOST_FAULTS: Final = 1_000


class FaultBook:
    """`seed` is the root of all chance."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._entries: dict[str, Entry] = {}

    def __bool__(self) -> bool:
        return bool(self._entries)

    def add(self, faults: Sequence[tuple[Fault, Mapping[str, Any]]], now: Instant) -> list[Entry]:
        """Add faults after those that are there, all or none; each with how it was written. One without an id gets one
        that follows from what it says. `FaultExists` where an id is taken, `InvalidRequest` where the book is full.
        """
        if len(self._entries) + len(faults) > MOST_FAULTS:
            raise InvalidRequest(f"There are {len(self._entries)} faults already; at most {MOST_FAULTS} are kept.")
        added: dict[str, Entry] = {}
        for fault, given in faults:
            name = fault.id or self._free_id(given, added)
            if name in self._entries or name in added:
                raise FaultExists(f"id: there is a fault {name!r} already; delete it first.")
            until = NEVER if fault.ttl is None else later(now, fault.ttl)
            added[name] = Entry(changed(fault, id=name), {**given, "id": name}, until)
        self._entries |= added
        return list(added.values())

    def _free_id(self, given: Mapping[str, Any], added: Mapping[str, Entry]) -> str:
        """The same words get the same id whatever else was added: chance stems from it."""
        stem = "fault-" + digest(_canonical(given), size=4).hex()
        names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, MOST_FAULTS + 2))
        return next(name for name in names if name not in self._entries and name not in added)

    def entries(self) -> list[Entry]:
        """All, in the order in which they are asked."""
        return list(self._entries.values())

    def entry(self, fault_id: str) -> Entry:
        """The one of this id; `NotFound` where there is none."""
        if (entry := self._entries.get(fault_id)) is None:
            raise NotFound(f"There is no fault {fault_id[:80]!r}; GET /_sim/faults (mjsim faults list) shows them all.")
        return entry

    def remove(self, fault_id: str) -> None:
        """Take one out; `NotFound` where there is none of this id."""
        self.entry(fault_id)
        del self._entries[fault_id]

    def clear(self, tenant: str | None = None) -> int:
        """Take out all, or those for this tenant alone and what the others counted of it; how many were taken out."""
        gone = [entry for entry in self.entries() if tenant is None or entry.fault.match.tenant == tenant]
        for entry in gone:
            del self._entries[entry.fault.id]
        for entry in self._entries.values():
            entry.tallies.pop(tenant or "", None)
        return len(gone)

    def strike(self, occasion: Occasion, now: Instant, asked: Effect) -> list[Fired]:
        """The faults that strike here. `asked` is what the request wants for itself: each part of an effect is taken by
        the request, else by the first fault that has it.
        """
        fired: list[Fired] = []
        taken = set(asked.parts)
        for entry in self._entries.values():
            free = parts_at(occasion.operation) - taken
            if (struck := _struck(entry, occasion, now, free, self._seed)) is not None:
                fired.append(struck)
                taken |= set(struck.effect.parts)
        return fired


def _struck(entry: Entry, occasion: Occasion, now: Instant, free: frozenset[str], seed: int) -> Fired | None:
    """The fault at work on this occasion; None, and a miss that tells why, where it does not strike."""
    fault, conditions = entry.fault, []
    for condition in _static(fault, occasion):
        conditions.append(condition)
        if not condition.held:
            entry.note(Miss(now, occasion, tuple(conditions)))
            return None
    tally = entry.tally(occasion.tenant)
    tally.matched += 1
    root = seed if fault.seed is None else fault.seed
    repeat = tally.repeat(occasion.fingerprint) if fault.chancy else 0
    key = Key(root, occasion.tenant, occasion.fingerprint, repeat)
    for condition in _counted(entry, tally, key, now, parts_at(occasion.operation), free):
        conditions.append(condition)
        if not condition.held:
            entry.note(Miss(now, occasion, tuple(conditions)))
            return None
    tally.fired += 1
    effect = fault.effect.only(free).drawn(key)
    reason = f"matching {occasion.operation} number {tally.matched} of {occasion.tenant or 'nobody'}"
    return Fired(fault.id, effect, f"{', '.join(effect.parts)}: {reason}" + (f" ({fault.note})" if fault.note else ""))


def _reaches(fault: Fault, operation: str) -> bool:
    wanted = fault.match.operations
    return (not wanted or operation in wanted) and bool(parts_at(operation) & set(fault.effect.parts))


def _static(fault: Fault, occasion: Occasion) -> Iterable[Condition]:
    """The conditions that the occasion alone decides."""
    match = fault.match
    yield Condition("operations", _reaches(fault, occasion.operation), occasion.operation)
    if match.tenant is not None:
        yield Condition("tenant", occasion.tenant == match.tenant, occasion.tenant)
    if match.job_id is not None:
        yield Condition("job_id", occasion.job_id == match.job_id, occasion.job_id or "no job")
    if match.prompt is not None:
        yield _searched(match.prompt, occasion.prompt)
    if match.after is not None:
        age = occasion.age
        yield Condition("after", age is not None and age >= match.after, "no file" if age is None else f"{age}ms")


def _searched(pattern: Pattern, prompt: str | None) -> Condition:
    if prompt is None:
        return Condition("prompt", held=False, found="no prompt")
    try:
        return Condition("prompt", bool(pattern.search(prompt)), prompt or "no prompt")
    except TimeoutError:
        return Condition(
            "prompt", held=False, found="the pattern takes too long to search for; write it without nested repeats"
        )


def _counted(
    entry: Entry, tally: Tally, key: Key, now: Instant, here: frozenset[str], free: frozenset[str]
) -> Iterable[Condition]:
    """The conditions that depend on what was before, and on chance. `here` are the parts that can do something at all."""
    fault = entry.fault
    if fault.ttl is not None:
        yield Condition("ttl", now < entry.until, f"{max(0, entry.until - now)}ms left")
    if fault.succeed_first:
        yield Condition("succeed_first", tally.matched > fault.succeed_first, f"match number {tally.matched}")
    if fault.match.nth is not None:
        yield Condition("nth", tally.matched == fault.match.nth, f"match number {tally.matched}")
    if fault.count is not None:
        yield Condition("count", tally.fired < fault.count, f"struck {tally.fired} times")
    wanted = here & set(fault.effect.parts)
    yield Condition("precedence", bool(wanted & free), f"taken: {', '.join(sorted(wanted - free)) or 'nothing'}")
    if fault.probability < 1:
        luck = key.draw(f"fault {fault.id}")
        yield Condition("probability", luck < fault.probability, f"drew {luck:.4f}")


def _canonical(value: Any) -> str:
    """The same text for the same JSON, in whatever order its names stand."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{name!r}:{_canonical(value[name])}" for name in sorted(value)) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_canonical, value)) + "]"
    return repr(value)
