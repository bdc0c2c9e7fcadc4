"""Edits that do not touch each other are tried together; a batch that fails is halved until one edit is left.

So a client without defects costs a run for each batch, and one with a defect a few more, whatever the number of edits.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from mjsim_contracts.client.run import Run
from mjsim_contracts.client.variation import Tier, Variation
from mjsim_contracts.proxy.script import Script


@dataclass(frozen=True, slots=True)
class Tried:
    """A variation with a run that shows what the client makes of it; None where it was not tried."""

    variation: Variation
    run: Run | None
    together: tuple[str, ...] = ()
    """The ids of those without which it does no harm."""
    unless: str = ""
    """The id of the variation that failed already, so that this one could tell nothing."""


Play = Callable[[Variation], Awaitable[Run | None]]
"""Plays a variation; None where there is no time left."""

Fine = Callable[[Variation, Run], bool]
"""Whether a run shows no harm at all."""


def pack(variations: Iterable[Variation]) -> list[list[Variation]]:
    """Batches of edits that can be made, and seen, in one run."""
    batches: dict[tuple[object, ...], list[list[Variation]]] = {}
    for variation in variations:
        # What has to succeed and what may fail are not mixed: a clean failure would hide the rest.
        group = (
            variation.success,
            variation.script.story,
            variation.tier is Tier.EVOLUTION,
            variation.alone and variation.id,
        )
        fitting = batches.setdefault(group, [])
        for batch in fitting:
            if not any(_clash(variation, other) for other in batch):
                batch.append(variation)
                break
        else:
            fitting.append([variation])
    return [batch for fitting in batches.values() for batch in fitting]


def _clash(one: Variation, other: Variation) -> bool:
    return one.script.edits[0].clashes(other.script.edits[0])


def together(batch: Sequence[Variation]) -> Variation:
    """A batch as one variation."""
    if len(batch) == 1:
        return batch[0]
    edits = tuple(variation.script.edits[0] for variation in batch)
    script: Script = replace(batch[0].script, edits=edits)
    return replace(batch[0], id=f"{len(batch)} edits", title=f"{len(batch)} edits at once", script=script)


async def hunt(batch: Sequence[Variation], play: Play, fine: Fine) -> list[Tried]:
    """What the client makes of each edit of a batch."""
    whole = together(batch)
    run = await play(whole)
    if run is not None and run.ended.code is None and len(batch) == 1 and not whole.patient:
        # Perhaps it was only about to try again: before it is said to hang it is given the time of those who may wait.
        run = await play(replace(whole, patient=True)) or run
    if run is None or len(batch) == 1 or fine(whole, run):
        return [Tried(variation, run) for variation in batch]
    middle = len(batch) // 2
    halves = [await hunt(half, play, fine) for half in (batch[:middle], batch[middle:])]
    found = [tried for half in halves for tried in half]
    if not all(tried.run is not None and fine(tried.variation, tried.run) for tried in found):
        return found
    # No half does harm by itself. Unless it was chance, the first edit is shown, with all those it was tried with.
    again = await play(whole)
    if again is None or fine(whole, again):
        return found
    ids = tuple(variation.id for variation in batch if variation.id in again.made)
    return [Tried(batch[0], again, ids), *found[1:]]
