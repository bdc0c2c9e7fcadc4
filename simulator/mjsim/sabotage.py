"""What goes wrong with a webhook is decided once for each attempt: by what the job's request asked for, else by faults."""

import logging
from collections import OrderedDict
from typing import Final, Protocol

from mjsim.core.directive import Directives, written
from mjsim.core.fault import NOTHING, WEBHOOK, Effect
from mjsim.core.faultbook import FaultBook
from mjsim.core.faultentry import Occasion
from mjsim.core.job import Job
from mjsim.core.mishap import Mishap, Wish, tampering
from mjsim.core.tampering import TRUTHFUL, Cause, Tampering
from mjsim.core.value import changed
from mjsim.ports import Clock

log = logging.getLogger("mjsim")

_MOST_REMEMBERED: Final = 10_000


class _Delivery(Protocol):
    """What has to be known of a delivery."""

    @property
    def id(self) -> str: ...

    @property
    def tenant(self) -> str: ...


class Sabotage:
    """Asked for the same attempt again, because a fault has put it off, it says the same again and counts nothing."""

    def __init__(self, book: FaultBook, clock: Clock) -> None:
        self._book = book
        self._clock = clock
        self._decided: OrderedDict[tuple[str, str, int], Tampering] = OrderedDict()
        """By tenant, delivery and number of the attempt."""

    def tampering(self, delivery: _Delivery, job: Job, number: int) -> Tampering:
        """What is to go wrong with attempt `number` (from 1 on) of a delivery of the job."""
        attempt = delivery.tenant, delivery.id, number
        if (told := self._decided.get(attempt)) is not None:
            return told
        own = _wishes_of(job, number)
        if not own and not self._book:
            return TRUTHFUL
        told = self._decided[attempt] = self._decide(delivery, job, own)
        if len(self._decided) > _MOST_REMEMBERED:
            self._decided.popitem(last=False)
        return told

    def forget(self, tenant: str | None) -> None:
        """Decide anew about the attempts of one tenant, or of all: ids recur in a world that starts over."""
        for attempt in [one for one in self._decided if tenant is None or one[0] == tenant]:
            del self._decided[attempt]

    def _decide(self, delivery: _Delivery, job: Job, own: tuple[Wish, ...]) -> Tampering:
        occasion = Occasion(WEBHOOK, delivery.tenant, delivery.id, job.id, job.work.prompt)
        fired = self._book.strike(occasion, self._clock.now(), Effect(webhook=own) if own else NOTHING)
        struck = next((one for one in fired if one.effect.webhook), None)
        if own:
            wishes, cause = (
                own,
                Cause("request", f"{written(Directives(webhook=own))}: the request of its job asks for it"),
            )
        elif struck is not None and struck.effect.webhook:
            wishes, cause = struck.effect.webhook, Cause(struck.fault, struck.reason)
        else:
            return TRUTHFUL
        log.info("webhook %s: %s: %s", delivery.id, *cause)
        return changed(tampering(wishes), cause=cause)


def _wishes_of(job: Job, number: int) -> tuple[Wish, ...]:
    """What the job's own request asked for. An answer is lost once: the attempt after it is to be the repetition."""
    wishes = job.webhook.wishes if job.webhook else ()
    return tuple(wish for wish in wishes if number == 1 or wish.mishap is not Mishap.LOST_ACK)
