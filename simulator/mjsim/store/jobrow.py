"""A job as the row of a data file that holds it."""

from mjsim.core.job import Job
from mjsim.store.codec import encode, id_bytes
from mjsim.store.repeats import request_of
from mjsim.store.tally import Instants

INSERT = (
    "INSERT INTO job (id, tenant, type, accepted, started, settled, outcome, request, repeat, charge, document) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


def row_of(job: Job, placed: int) -> tuple[object, ...]:
    """What `INSERT` takes; `placed` is the tenant's number, negative where the job is not listed."""
    life, charge = job.timeline, None if job.task is None else job.task.charge
    instants = life.accepted, *Instants.of(life)
    request = request_of(job.tenant, job.fingerprint) if job.repeat else None
    return id_bytes(job.id), placed, job.type.value, *instants, request, job.repeat, charge, encode(job)
