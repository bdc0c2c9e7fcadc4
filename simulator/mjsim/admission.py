"""Before a job is accepted: is there room, does the rate allow it, is a slot free? Then its whole life is planned."""

import logging
from collections.abc import Callable, Sequence

from mjsim.core.chance import Key
from mjsim.core.directive import NONE, Directives
from mjsim.core.error import OutOfCredits, QueueFull, TooManyRequests
from mjsim.core.fate import Fate, refuse
from mjsim.core.instant import HORIZON, MINUTE, SECOND, Instant
from mjsim.core.job import RETENTION, Job, Work
from mjsim.core.limit import RateLimit
from mjsim.core.pace import JobType, Mode
from mjsim.core.plan import plan, ready_at
from mjsim.core.request import Webhook
from mjsim.core.slots import Pool, SlotPlan, free_from, reschedule, waiting
from mjsim.core.task import Task
from mjsim.core.timeline import Timeline
from mjsim.core.value import Frozen, changed
from mjsim.core.world import World
from mjsim.ports import Store, Turn

log = logging.getLogger("mjsim")

Draft = Callable[[Key], Work]
"""What a job is about, once it is accepted; chance comes from the key."""


class Candidate(Frozen):
    """A job that asks to be accepted; equal requests of a tenant have equal fingerprints."""

    tenant: str
    job_type: JobType
    mode: Mode
    fingerprint: str
    webhook: Webhook | None
    task: Task | None = None
    fate: Fate | None = None

    def directed(self, directives: Directives) -> "Candidate":
        """The same job with what its request asks for."""
        if directives is NONE:
            return self
        webhook = self.webhook
        if webhook is not None and directives.webhook:
            webhook = changed(webhook, wishes=directives.webhook)
        return changed(self, webhook=webhook, fate=directives.fate)

    def job(self, key: Key, life: Timeline, ready: Instant, work: Work) -> Job:
        """The accepted job."""
        return Job(
            id=key.uuid(),
            tenant=self.tenant,
            type=self.job_type,
            fingerprint=self.fingerprint,
            repeat=key.repeat,
            timeline=life,
            work=work,
            webhook=self.webhook,
            ready=ready,
            task=self.task,
        )


class Admission:
    """Applies the world's limits; its answers are jobs, or a refusal that says when to come again."""

    def __init__(self, world: World, store: Store) -> None:
        self._world = world
        self._store = store

    async def admit(self, turn: Turn, candidate: Candidate, draft: Draft, now: Instant) -> Job:
        """The job that is accepted now, and kept with the turn; `TooManyRequests`, `QueueFull` or `OutOfCredits` where none
        is.
        """
        if candidate.fate is not None and candidate.fate.refusal is not None:
            raise refuse(candidate.fate.refusal)
        await self.expire(now)
        if candidate.task is not None:
            await self._keep_account(candidate.task, turn, now)
        elif (limit := self._world.rate_limit) is not None and candidate.job_type is JobType.IMAGINE:
            await self._keep_rate(limit, turn, now)
        slots = self._world.slots
        slot = now if slots is None else await self._slot(slots, turn, candidate.mode, now)
        if (kept := await self._store.count()) >= self._world.max_jobs:
            await self._make_room(kept, now)
        key = await self._key(turn, candidate)
        ready = ready_at(candidate.mode, key, self._world.pace, now)
        life = plan(
            job_type=candidate.job_type,
            mode=candidate.mode,
            key=key,
            pace=self._world.pace,
            failure_rate=self._world.failure_rate,
            now=now,
            start=max(ready, slot),
            fate=candidate.fate,
        )
        job = candidate.job(key, life, ready, draft(key))
        turn.add(job)
        return job

    async def _key(self, turn: Turn, candidate: Candidate) -> Key:
        """Chance for this candidate, which differs each time that it asks."""
        first = Key(self._world.seed, candidate.tenant, candidate.fingerprint, repeat=0)
        repeat = await turn.repeats(candidate.fingerprint, first.uuid)
        return Key(self._world.seed, candidate.tenant, candidate.fingerprint, repeat) if repeat else first

    async def amend(self, turn: Turn, amended: Job, now: Instant) -> None:
        """Keep the amended life of a job, and move those in its pool that wait for a slot."""
        turn.amend(amended)
        if self._world.slots is None:
            return
        pool = self._world.slots.pool(amended.mode)
        before = _in_pool(await turn.unsettled(now), pool)
        jobs = [amended if job.id == amended.id else job for job in before]
        jobs = [job for job in jobs if not job.held or job.timeline.started <= now]
        lives = reschedule([job.timeline for job in jobs], [job.ready for job in jobs], pool.running, now)
        for job, life in zip(jobs, lives, strict=True):
            if life != job.timeline:
                turn.amend(job.living(life))

    async def expire(self, now: Instant) -> None:
        """Forget what is older than the retention."""
        await self._store.forget_accepted_until(Instant(now - RETENTION))

    async def _make_room(self, kept: int, now: Instant) -> None:
        most = self._world.max_jobs
        # There may be more than that: a data file knows no limits.
        forgotten = await self._store.forget_oldest_settled(kept - most + max(1, most // 1000), now)
        if forgotten:
            log.warning("%d jobs are kept (--max-jobs): the %d oldest settled ones expired early", most, forgotten)
        if kept - forgotten >= most:
            raise QueueFull(f"All {most} jobs that this simulator keeps (--max-jobs) are still going on.", SECOND)

    async def _keep_rate(self, limit: RateLimit, turn: Turn, now: Instant) -> None:
        window = limit.window / SECOND
        accepted = await turn.latest_accepted(JobType.IMAGINE, limit.count)
        if wait := limit.wait(accepted, now):
            raise TooManyRequests(f"Rate limit reached: {limit.count} imagine jobs in {window:g} s.", wait)

    async def _keep_account(self, task: Task, turn: Turn, now: Instant) -> None:
        """Refuse a task that comes too soon after others, or that the account cannot pay for."""
        if (limit := self._world.task_limit) is not None:
            recent = await turn.tasks_since(Instant(now - limit.window))
            if wait := limit.wait(recent[-limit.count :], now):
                raise TooManyRequests(f"Rate limit reached: {limit.count} tasks in {limit.window / SECOND:g} s.", wait)
        left = (await turn.account(now)).left(self._world.credits) if task.charge else 0
        if left < task.charge:
            raise OutOfCredits(f"The task costs {task.charge} credits, and the account has {left}.")

    async def _slot(self, slots: SlotPlan, turn: Turn, mode: Mode, now: Instant) -> Instant:
        """From when on a slot is free."""
        jobs = await turn.unsettled(now)
        pool = slots.pool(mode)
        ahead = [job.timeline for job in _in_pool(jobs, pool)]
        if len(ahead) >= pool.running:
            self._refuse_when_queue_is_full(slots, jobs, now)
        return free_from(ahead, pool.running, now)

    def _refuse_when_queue_is_full(self, slots: SlotPlan, jobs: Sequence[Job], now: Instant) -> None:
        queued: list[Timeline] = []
        for pool in slots.pools:
            lives = [job.timeline for job in _in_pool(jobs, pool)]
            queued += lives[len(lives) - waiting(lives, pool.running) :]
        if len(queued) >= slots.queued:
            start = min(life.started for life in queued)
            wait = max(start - now, 1) if start < HORIZON else MINUTE
            raise QueueFull(f"Queue full: {slots.queued} jobs wait for a slot already.", wait)


def _in_pool(jobs: Sequence[Job], pool: Pool) -> list[Job]:
    """Those of the jobs that the pool runs, in their order."""
    return [job for job in jobs if job.mode in pool.modes]
