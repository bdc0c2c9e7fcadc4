"""The store in memory, which ends with the process. Nothing is ever undone here: what a turn has written stands at once."""

from collections.abc import Iterable, Sequence
from itertools import islice

from mjsim.core.credit import Account
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.store.archive import Archive
from mjsim.store.codec import decode
from mjsim.store.mailroom import MemoryOutbox
from mjsim.store.row import Row
from mjsim.store.sources import MemorySources
from mjsim.store.wallet import Wallet


class MemoryLedger(Archive):
    """Implements `ledger.Ledger`."""

    def __init__(self) -> None:
        super().__init__()
        self.outbox = MemoryOutbox(self.find)
        self._facts: dict[str, str] = {}

    def clear(self) -> None:
        """Forget all jobs, accounts and thumbnails; the outbox and the facts are those of before."""
        super().clear()
        self.sources = MemorySources()
        self._wallets: dict[str, Wallet] = {}

    def insert(self, job: Job) -> None:
        """See `Ledger`."""
        self._keep(job)
        if job.webhook is not None:
            self.outbox.project(job, job.webhook)

    def update(self, job: Job) -> None:
        """See `Ledger`."""
        row = self.row(job.id)
        if row.charge is not None:
            self._wallet(job.tenant).take(row)
        self.amend(row, job)
        if row.charge is not None:
            self._wallet(job.tenant).add(row)
        if job.webhook is not None:
            self.outbox.project(job, job.webhook)

    def count_accepted_until(self, instant: Instant) -> int:
        """See `Ledger`."""
        return sum(1 for _ in self.accepted_until(instant))

    def forget_accepted_until(self, instant: Instant) -> int:
        """See `Ledger`."""
        rows = self.accepted_until(instant)
        return self._let_go(rows) if rows else 0

    def forget_oldest_settled(self, number: int, now: Instant) -> int:
        """See `Ledger`."""
        return self._let_go(islice((row for row in self.all() if row.settled <= now), number))

    def forget_tenant(self, tenant: str | None) -> int:
        """See `Ledger`."""
        if tenant is not None:
            number = self._let_go(self.all_of(tenant))
            self._wallets.pop(tenant, None)
        else:
            number = self.count
            self.outbox.forget(row.id for row in self.all())
            self.clear()
        return number

    def account(self, tenant: str, now: Instant) -> Account:
        """See `Ledger`."""
        wallet = self._wallets.get(tenant)
        return Account(None, 0) if wallet is None else wallet.at(now)

    def tasks_since(self, tenant: str, instant: Instant) -> Sequence[Instant]:
        """See `Ledger`."""
        wallet = self._wallets.get(tenant)
        return [] if wallet is None else wallet.since(instant)

    def grant(self, tenant: str, credits: int) -> None:  # noqa: A002 - what they are called
        """See `Ledger`."""
        self._wallet(tenant).granted = credits

    def fact(self, name: str) -> str | None:
        """See `Ledger`."""
        return self._facts.get(name)

    def note_fact(self, name: str, value: str) -> None:
        """See `Ledger`."""
        self._facts[name] = value

    default_fact = note_fact

    async def durable(self) -> None:
        """See `Ledger`; nothing here survives the process, whoever waits."""

    def export(self) -> bytes:
        """See `Ledger`."""
        from mjsim.store.datafile import Contents, written

        accounts = [(tenant, one.granted, one.spent) for tenant, one in self._wallets.items() if one.matters]
        jobs = (decode(row.document) for row in self.all())
        return written(Contents(self._facts, list(self.sources.rows()), accounts, jobs, self.outbox.rows()))

    def restore(self, data: bytes) -> None:
        """See `Ledger`."""
        from mjsim.store.datafile import read

        arrived = read(data, self._facts.get("seed"))
        self.clear()
        self._facts = dict(arrived.facts)
        for name, used, picture in arrived.sources:
            self.sources.keep(name, picture, Instant(used))
        for tenant, granted, spent in arrived.accounts:
            wallet = self._wallet(tenant)
            wallet.granted, wallet.spent = granted, spent
        for job in arrived.jobs:
            self._keep(job)
        self.outbox.fill(arrived.mail)

    def close(self) -> None:
        """See `Ledger`; there is nothing to finish."""

    def _keep(self, job: Job) -> None:
        row = self.add(job)
        if row.charge is not None:
            self._wallet(job.tenant).add(row)

    def _let_go(self, rows: Iterable[Row]) -> int:
        """Forget jobs, which come in order of acceptance, and what goes with them; how many."""
        gone = self.forget(rows)
        for row in gone:
            if row.charge is not None:
                self._settle(row)
        self.outbox.forget(row.id for row in gone)
        return len(gone)

    def _settle(self, row: Row) -> None:
        tenant, _ = row.place
        wallet = self._wallets[tenant]
        wallet.settle(row)
        if not wallet.matters and not wallet.tasks:
            del self._wallets[tenant]

    def _wallet(self, tenant: str) -> Wallet:
        """The account of the tenant, from now on if there was none."""
        if (wallet := self._wallets.get(tenant)) is None:
            wallet = self._wallets[tenant] = Wallet(self._numbered)
        return wallet
