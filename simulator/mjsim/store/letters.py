"""The deliveries of all tenants in memory: each is found by its id, by its job, by its tenant and by its number."""

from collections.abc import Iterable, Iterator

from mjsim.ports import DeliveryQuery
from mjsim.store.codec import id_bytes
from mjsim.store.letter import Letter
from mjsim.store.roll import Roll


class Letters:
    """They are added in the order of their numbers."""

    def __init__(self) -> None:
        self.kept: dict[str, Letter] = {}
        """By id."""
        self._jobs: dict[bytes, tuple[Letter, ...]] = {}
        self._tenants: dict[str, Roll] = {}
        self._all = Roll(self.kept)

    def __iter__(self) -> Iterator[Letter]:
        """In the order of their numbers."""
        return iter(self.kept.values())

    @property
    def next_number(self) -> int:
        """The number of the next one."""
        return self._all.last + 1

    def add(self, letter: Letter) -> None:
        """Keep one more."""
        self.kept[letter.id] = letter
        self._jobs[letter.job] = (*self.of_job(letter.job), letter)
        self._all.add(letter)
        tenant = letter.address.tenant
        if (roll := self._tenants.get(tenant)) is None:
            roll = self._tenants[tenant] = Roll(self.kept)
        roll.add(letter)

    def remove(self, letter: Letter) -> None:
        """Keep it no more."""
        del self.kept[letter.id]
        left = tuple(one for one in self._jobs.pop(letter.job) if one is not letter)
        if left:
            self._jobs[letter.job] = left
        self._all.strike()
        tenant = letter.address.tenant
        self._tenants[tenant].strike()
        if not self._tenants[tenant]:
            del self._tenants[tenant]

    def of_job(self, job: bytes) -> tuple[Letter, ...]:
        """Those of one job, in the order of their numbers."""
        return self._jobs.get(job, ())

    def matching(self, query: DeliveryQuery) -> Iterator[Letter]:
        """Those that a query asks for, the last planned first."""
        return (letter for letter in self._candidates(query) if _matches(letter, query))

    def _candidates(self, query: DeliveryQuery) -> Iterable[Letter]:
        if query.job_id is not None:
            return reversed(self.of_job(id_bytes(query.job_id)))
        if query.tenant is None:
            return self._all.newest_first(query.before)
        roll = self._tenants.get(query.tenant)
        return () if roll is None else roll.newest_first(query.before)


def _matches(letter: Letter, query: DeliveryQuery) -> bool:
    return (
        (query.tenant is None or letter.address.tenant == query.tenant)
        and (query.status is None or letter.status is query.status)
        and (query.standing is None or letter.standing is query.standing)
        and (query.since is None or letter.instant >= query.since)
        and (query.before is None or letter.number < query.before)
    )
