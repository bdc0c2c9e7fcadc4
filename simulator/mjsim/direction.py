"""What a rehearsal may do to any job: stop it, let it go on, or decide how it ends. Each is an amended life."""

from collections.abc import Callable, Sequence

from mjsim.admission import Admission
from mjsim.core.error import JobNotFound, JobSettled
from mjsim.core.instant import Instant
from mjsim.core.job import Job
from mjsim.core.status import Status
from mjsim.core.timeline import Failure, Timeline
from mjsim.core.value import Frozen, changed
from mjsim.ports import Clock, Store

_Amend = Callable[[Timeline, Instant], Timeline]


class Directed(Frozen):
    """A job after a direction, and the instant at which it was given."""

    job: Job
    now: Instant


class Direction:
    """Directs the jobs of all tenants; `JobNotFound` and `JobSettled` say why one cannot be directed."""

    def __init__(self, clock: Clock, store: Store, admission: Admission) -> None:
        self._clock = clock
        self._store = store
        self._admission = admission

    async def latest(self, tenant: str | None, number: int) -> tuple[Sequence[Job], Instant]:
        """So many of the latest jobs of a tenant, or of all, newest first, and the present."""
        now = self._clock.now()
        return [job for job in await self._store.latest(tenant, number) if now < job.expires], now

    async def look(self, job_id: str) -> Directed:
        """The job as it is."""
        now = self._clock.now()
        return Directed(await self._job(job_id, now), now)

    async def hold(self, job_id: str) -> Directed:
        """Stop it where it is; holding it again changes nothing."""
        return await self._amend(job_id, lambda life, now: life.hold(now), held=True)

    async def release(self, job_id: str) -> Directed:
        """Let a held job go on; one that is not held does so anyway."""
        return await self._amend(job_id, lambda life, now: life.release(now), held=False)

    async def step(self, job_id: str) -> Directed:
        """Bring its next moment at once; a held job stays held after it."""
        return await self._amend(job_id, lambda life, now: life.step(now))

    async def complete(self, job_id: str) -> Directed:
        """Complete it now."""
        return await self._amend(job_id, lambda life, now: life.complete(now))

    async def fail(self, job_id: str, failure: Failure) -> Directed:
        """Let it fail now, with the progress that it has."""
        return await self._amend(job_id, lambda life, now: life.fail(now, failure))

    async def cancel(self, job_id: str) -> Directed:
        """Cancel it as somebody else with the same key would."""
        return await self._amend(job_id, lambda life, now: life.cancel(now))

    async def _job(self, job_id: str, now: Instant) -> Job:
        job = await self._store.find(job_id)
        if job is None or job.expires <= now:
            raise JobNotFound(f"There is no job {job_id}; its id may be wrong, or the job has expired.")
        return job

    async def _amend(self, job_id: str, amend: _Amend, *, held: bool | None = None) -> Directed:
        """The job with its life amended; `held` is what it is afterwards, None for as it was."""
        tenant = (await self._job(job_id, self._clock.now())).tenant
        async with self._store.turn(tenant) as turn:
            now = self._clock.now()
            job = await self._job(job_id, now)
            status = job.timeline.at(now).status
            if status.terminal:
                raise JobSettled(f"Job {job_id} is {status} already; only pending and running jobs can be directed.")
            if held is not None and held == job.held:
                return Directed(job, now)
            amended = _amended(job, amend, now, held=job.held if held is None else held)
            await self._admission.amend(turn, amended, now)
        return Directed(amended, now)


def _amended(job: Job, amend: _Amend, now: Instant, *, held: bool) -> Job:
    """The job with its life amended; a held one is let go for the moment and is held again after it."""
    life = job.timeline
    if job.held and held:
        life = amend(life.release(now), now)
        life = life if life.at(now).status.terminal else life.hold(now)
    else:
        life = amend(life, now)
    over = life.at(now).status.terminal
    # A job that was held while it waited need not have been ready before it was let go.
    ready = life.started if job.held and not held and job.timeline.at(now).status is Status.PENDING else job.ready
    return changed(job, timeline=life, held=held and not over, ready=ready)
