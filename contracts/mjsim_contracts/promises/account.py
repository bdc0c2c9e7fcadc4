"""What an account has been told about its jobs so far: the memory that promises are judged against."""

from dataclasses import dataclass, field

from mjsim_contracts.exchange import Exchange, Operation
from mjsim_contracts.sighting import SeenJob, Sighting


@dataclass(slots=True)
class Account:
    """The jobs of one account, as far as its answers told."""

    name: str
    owners: dict[str, str]
    """By the id of each job, the account that created it; all accounts share this."""
    born: dict[str, Exchange] = field(default_factory=dict)
    """By the id of each of its jobs, the exchange that created it."""
    seen: dict[str, SeenJob] = field(default_factory=dict)
    """By its id, each job as it was seen last."""
    too_late: set[str] = field(default_factory=set)
    """The jobs that could not be cancelled because they had ended."""

    def sighting(self, job: SeenJob) -> Sighting:
        """The job with what is known of its past."""
        return Sighting(job, self.seen.get(job.id), self.born.get(job.id))

    def foreign(self, job_id: str) -> bool:
        """Whether another account created the job."""
        return self.owners.get(job_id, self.name) != self.name

    def learn(self, exchange: Exchange) -> None:
        """Remember what an exchange tells beside the jobs that it shows."""
        if created := exchange.created_id:
            self.born.setdefault(created, exchange)
            self.owners.setdefault(created, self.name)
        if exchange.operation is Operation.CANCEL and exchange.status == 400:
            self.too_late.add(exchange.job_id)
