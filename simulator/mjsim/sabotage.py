"""What goes wrong with a webhook is decided once for each attempt: by what the job's request asked for, else by faults."""

from collections import OrderedDict
from typing import Final, Protocol

from mjsim.core.fault import NOTHING, WEBHOOK, Effect
from mjsim.core.faultbook import FaultBook, Occasion
from mjsim.core.job import Job
from mjsim.core.mishap import Mishap, Wish, tampering
from mjsim.core.tampering import Tampering
from mjsim.ports import Clock

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
        self._decided: OrderedDict[tuple[str, int], Tampering] = OrderedDict()

    def tampering(self, delivery: _Delivery, job: Job, number: int) -> Tampering:
        """What is to go wrong with attempt `number` (from 1 on) of a delivery of the job."""
        attempt = delivery.id, number
        if (told := self._decided.get(attempt)) is None:
            told = self._decided[attempt] = tampering(self._wishes(delivery, job, number))
            if len(self._decided) > _MOST_REMEMBERED:
                self._decided.popitem(last=False)
        return told

    def _wishes(self, delivery: _Delivery, job: Job, number: int) -> tuple[Wish, ...]:
        own = _wishes_of(job, number)
        occasion = Occasion(WEBHOOK, delivery.tenant, delivery.id, job.id, job.work.prompt)
        fired = self._book.strike(occasion, self._clock.now(), Effect(webhook=own) if own else NOTHING)
        return own or next((one.effect.webhook for one in fired if one.effect.webhook), ())


def _wishes_of(job: Job, number: int) -> tuple[Wish, ...]:
    """What the job's own request asked for. An answer is lost once: the attempt after it is to be the repetition."""
    wishes = job.webhook.wishes if job.webhook else ()
    return tuple(wish for wish in wishes if number == 1 or wish.mishap is not Mishap.LOST_ACK)
