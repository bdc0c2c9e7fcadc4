"""The use cases of the published API: each decides by the core's rules at one instant, and keeps what happened.

Pictures are looked at before a turn, which may take long; within a turn nothing does, so a decision and its record are
one. The instant of a decision is therefore read inside its turn.
"""

from collections.abc import Mapping, Sequence

from mjsim.admission import Admission, Candidate, Draft
from mjsim.core.artwork import ImageFormat, Picture
from mjsim.core.chance import Key, number_of
from mjsim.core.description import describe
from mjsim.core.directive import NONE, Directives
from mjsim.core.error import JobNotCancellable, JobNotFound, NotFound, ParentFailed, ParentNotCompleted, ParentNotGrid
from mjsim.core.file import parse_file_path, parse_film_path
from mjsim.core.image import ImageInput
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import JobType, Mode
from mjsim.core.prompt import Value, parse_flags, parse_prompt
from mjsim.core.request import Webhook, fingerprint, settings
from mjsim.core.status import Status
from mjsim.core.task import Task
from mjsim.core.value import Frozen
from mjsim.core.world import World
from mjsim.drafting import child_of, grid_of
from mjsim.ports import Clock, Page, Query, Store
from mjsim.sight import Seen, Sight, tint


class File(Frozen):
    """A file that can be drawn: a picture of a job, in a format; `missing` are its sources that are not kept any more."""

    job: Job
    picture: Picture
    image_format: ImageFormat
    missing: tuple[str, ...]


class Service:
    """What a tenant may ask for. Refusals are the errors of `core.error`."""

    def __init__(self, world: World, clock: Clock, store: Store, sight: Sight, admission: Admission) -> None:
        self._world = world
        self._clock = clock
        self._store = store
        self._sight = sight
        self._admission = admission

    def now(self) -> Instant:
        """The present, as the service's clock has it."""
        return self._clock.now()

    async def imagine(
        self,
        tenant: str,
        prompt: str,
        fields: Mapping[str, Value],
        image_url: str | None,
        webhook: Webhook | None,
        directives: Directives = NONE,
    ) -> Job:
        """Four pictures of a prompt; `fields` are the settings that the request names explicitly. Here and below,
        `directives` say what shall become of the job; they come before those of the prompt.
        """
        parsed = parse_prompt(prompt)
        chosen = settings(fields, parsed.flags)
        images = [ImageInput("prompt", url=url) for url in parsed.image_urls]
        if image_url is not None:
            images.insert(0, ImageInput("image_url", url=image_url))
        seen = await self._see(images) if images else []
        asked = number_of(parsed.text, *[one.name for one in seen])
        equal = chosen.fingerprint(asked, "imagine")
        draft = grid_of(prompt, asked, chosen, tint=tint(seen))
        candidate = Candidate(tenant, JobType.IMAGINE, chosen.mode, equal, webhook)
        return await self.accept(candidate, draft, directives.over(parsed.directives))

    async def upscale(
        self, tenant: str, parent_id: str, index: int, webhook: Webhook | None, directives: Directives = NONE
    ) -> Job:
        """Tile `index` (1 to 4) of a completed grid, at twice the side."""
        return await self.derive(tenant, JobType.UPSCALE, parent_id, index, webhook, directives)

    async def vary(
        self, tenant: str, parent_id: str, index: int, webhook: Webhook | None, directives: Directives = NONE
    ) -> Job:
        """Four new pictures that keep to tile `index` (1 to 4) of a completed grid."""
        return await self.derive(tenant, JobType.VARIATION, parent_id, index, webhook, directives)

    async def describe(
        self, tenant: str, image: ImageInput, webhook: Webhook | None, directives: Directives = NONE
    ) -> Job:
        """Four prompts that could have made a picture."""
        (seen,) = await self._see([image])

        def draft(key: Key) -> Work:
            return Work(suggestions=describe(seen.observation, key))

        equal = fingerprint("describe", seen.name)
        return await self.accept(Candidate(tenant, JobType.DESCRIBE, Mode.FAST, equal, webhook), draft, directives)

    async def blend(
        self,
        tenant: str,
        images: Sequence[ImageInput],
        prompt: str | None,
        fields: Mapping[str, Value],
        webhook: Webhook | None,
        directives: Directives = NONE,
    ) -> Job:
        """Four pictures made of two to five others; a prompt may be empty or None."""
        parsed = parse_flags(prompt or "")
        chosen = settings(fields, parsed.flags)
        seen = await self._see(images)
        names = [one.name for one in seen]
        asked = number_of(parsed.text, *names)
        equal = chosen.fingerprint(asked, "blend")
        draft = grid_of(prompt or None, asked, chosen, sources=tuple(names))
        await self._sight.keep(seen, self._clock.now())
        candidate = Candidate(tenant, JobType.BLEND, chosen.mode, equal, webhook)
        return await self.accept(candidate, draft, directives.over(parsed.directives))

    async def get(self, tenant: str, job_id: str, now: Instant) -> Job:
        """A job of the tenant; `JobNotFound` where it has none of this id, or has it no more."""
        job = await self._store.find(job_id)
        if job is None or job.tenant != tenant or job.expires <= now or not job.listed:
            raise JobNotFound(f"There is no job {job_id}; its id may be wrong, or the job has expired.")
        return job

    async def page(self, tenant: str, query: Query, now: Instant) -> Page:
        """A page of the tenant's jobs as they are now."""
        await self._admission.expire(now)
        return await self._store.page(tenant, query, now)

    async def cancel(self, tenant: str, job_id: str) -> tuple[Job, Instant]:
        """The job, cancelled at the instant that is given back with it; `JobNotCancellable` where it has settled."""
        async with self._store.turn(tenant) as turn:
            now = self._clock.now()
            job = await self.get(tenant, job_id, now)
            status = job.timeline.at(now).status
            if status.terminal:
                raise JobNotCancellable(f"Job {job_id} is {status} already; only pending and running jobs can be.")
            cancelled = job.living(job.timeline.cancel(now))
            await self._admission.amend(turn, cancelled, now)
        return cancelled, now

    async def owner(self, path: str) -> Job | None:
        """The job whose file a path below `/files` names, whatever has become of it; None where there is none."""
        address = parse_file_path(self._world.seed, path) or parse_film_path(self._world.seed, path)
        return await self._store.find(address.job_id) if address else None

    async def file(self, path: str) -> File:
        """What a path below `/files` names; `NotFound` where that is nothing, or nothing yet, or nothing any more."""
        now = self._clock.now()
        address = parse_file_path(self._world.seed, path)
        job = await self._store.find(address.job_id) if address else None
        if address and job and now < job.expires and job.timeline.at(now).status is Status.COMPLETED:
            picture = address.picture(job)
            if picture is not None:
                missing = await self._sight.missing(picture.artwork.sources)
                return File(job, picture, address.image_format, missing)
        raise NotFound("There is no such file; files appear when their job is completed and expire with it.")

    async def draw(self, file: File) -> bytes:
        """The bytes of the file."""
        return await self._sight.draw(file.job, file.picture, file.image_format)

    async def accept(self, candidate: Candidate, draft: Draft, directives: Directives) -> Job:
        """The job, once it is accepted."""
        async with self._store.turn(candidate.tenant) as turn:
            return await self._admission.admit(turn, candidate.directed(directives), draft, self._clock.now())

    async def derive(
        self,
        tenant: str,
        job_type: JobType,
        parent_id: str,
        index: int,
        webhook: Webhook | None,
        directives: Directives,
        task: Task | None = None,
    ) -> Job:
        """A job of this type that is made from tile `index` (1 to 4) of a completed grid."""
        async with self._store.turn(tenant) as turn:
            now = self._clock.now()
            parent = await self._parent(tenant, parent_id, now)
            equal = fingerprint(job_type.value, parent.id, index)
            candidate = Candidate(tenant, job_type, parent.mode, equal, webhook, task).directed(directives)
            if parent.work.artwork is not None:
                await self._store.use_sources(parent.work.artwork.sources, now)
            draft = child_of(parent.work, parent.id, job_type, index)
            return await self._admission.admit(turn, candidate, draft, now)

    async def _see(self, images: Sequence[ImageInput]) -> list[Seen]:
        return [await self._sight.see(image, self._clock.now()) for image in images]

    async def _parent(self, tenant: str, parent_id: str, now: Instant) -> Job:
        """A completed grid of the tenant."""
        try:
            parent = await self.get(tenant, parent_id, now)
        except JobNotFound as error:
            raise JobNotFound(f"job_id: there is no job {parent_id} to make this from.") from error
        if not parent.type.makes_grid:
            raise ParentNotGrid(f"job_id: job {parent_id} is of type {parent.type}, whose result is no grid of four.")
        status = parent.timeline.at(now).status
        if status is not Status.COMPLETED:
            if status.terminal:
                raise ParentFailed(f"job_id: job {parent_id} is {status}; it has no pictures, and will have none.")
            raise ParentNotCompleted(f"job_id: job {parent_id} is {status}; its pictures come when it is completed.")
        return parent
