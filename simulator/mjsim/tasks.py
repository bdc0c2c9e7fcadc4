"""The use cases of the task API, on the same jobs, rules and store as those of the published one.

It knows tasks by their ids without hyphens, and the jobs of the published API just as well, where they have pictures.
"""

from typing import NamedTuple

from mjsim.admission import Candidate, Draft
from mjsim.core.artwork import Artwork, Picture
from mjsim.core.chance import Key, digest, number_of
from mjsim.core.directive import NONE, Directives
from mjsim.core.error import FeatureOff, InvalidParameter, JobNotFound, NotFound, ParentFailed, ParentNotCompleted
from mjsim.core.file import parse_film_path
from mjsim.core.film import LONGEST_SECONDS, Clip, Film, film_size
from mjsim.core.image import ImageInput
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.order import Order, Request, Sequel
from mjsim.core.pace import JobType, Mode
from mjsim.core.prompt import parse_prompt, with_sim_alone
from mjsim.core.ratio import parse_ratio
from mjsim.core.request import Settings, fingerprint, settings
from mjsim.core.status import Status
from mjsim.core.task import Task, TaskType, job_id_of, price
from mjsim.core.world import World
from mjsim.drafting import grid_of
from mjsim.ports import Clock, Store
from mjsim.service import Service
from mjsim.sight import Seen, Sight, tint

_DERIVED = {TaskType.UPSCALE: JobType.UPSCALE, TaskType.VARY: JobType.VARIATION}


class Showing(NamedTuple):
    """A video that can be made: one of a job, and those of its sources that are not kept any more."""

    job: Job
    clip: Clip
    missing: tuple[str, ...]


class Tasks:
    """What a tenant may ask of the task API. Refusals are the errors of `core.error`."""

    def __init__(self, world: World, clock: Clock, store: Store, sight: Sight, service: Service) -> None:
        self._world = world
        self._clock = clock
        self._store = store
        self._sight = sight
        self._service = service

    def now(self) -> Instant:
        """The present."""
        return self._clock.now()

    async def credits(self, tenant: str) -> int:
        """What the tenant can still spend."""
        return (await self._store.account(tenant, self._clock.now())).left(self._world.credits)

    async def grant(self, tenant: str, left: int) -> None:
        """Let the tenant have so many credits from now on; what its running jobs cost is paid already."""
        async with self._store.turn(tenant) as turn:
            charged = (await turn.account(self._clock.now())).charged
            await self._store.grant(tenant, left + charged)

    async def find(self, tenant: str, task_id: str, now: Instant) -> Job:
        """The task of this id; `JobNotFound` where the tenant has none, or has it no more."""
        job_id = job_id_of(task_id)
        job = await self._store.find(job_id) if job_id else None
        shown = job is not None and (job.task is not None or bool(job.pictures))
        if job is None or not shown or job.tenant != tenant or job.expires <= now:
            raise JobNotFound(f"taskId: there is no task {task_id[:60]!r}; its id may be wrong, or it has expired.")
        return job

    async def generate(self, tenant: str, order: Order, directives: Directives = NONE) -> Job:
        """Four pictures, or videos, as the order wants them. Here and below, `directives` say what shall become of the
        job; they come before those of the prompt.
        """
        if order.request.type.films:
            return await self._film(tenant, order, directives)
        parsed = parse_prompt(order.prompt)
        chosen = settings(order.settings, {**parsed.flags, **order.flags})
        images = [*order.images, *(ImageInput("prompt", url) for url in parsed.image_urls)]
        seen = [await self._sight.see(image, self._clock.now()) for image in images]
        asked = number_of(parsed.text, *[one.name for one in seen])
        draft = await self._picture(order, asked, chosen, seen)
        request = order.request
        equal = chosen.fingerprint(asked, request.type, request.watermark)
        task = _task(request, chosen.mode)
        candidate = Candidate(tenant, JobType.IMAGINE, chosen.mode, equal, request.webhook, task)
        return await self._service.accept(candidate, draft, directives.over(parsed.directives))

    async def derive(self, tenant: str, sequel: Sequel, directives: Directives = NONE) -> Job:
        """An upscale or a variation of one of the pictures of a grid."""
        parent = await self._parent(tenant, sequel)
        if not parent.type.makes_grid:
            raise InvalidParameter(f"taskId: task {sequel.task_id} has no four pictures to choose from.")
        request = sequel.request
        task, kind = _task(request, parent.mode), _DERIVED[request.type]
        return await self._service.derive(tenant, kind, parent.id, sequel.number + 1, request.webhook, directives, task)

    async def extend(self, tenant: str, sequel: Sequel, directives: Directives = NONE) -> Job:
        """A longer video, which begins like one of those of a task."""
        self._need_films()
        parent = await self._parent(tenant, sequel)
        film = parent.task.film if parent.task is not None else None
        if film is None:
            raise InvalidParameter(f"taskId: task {sequel.task_id} has no videos.")
        clip = film.clip(sequel.number)
        if clip is None:
            raise InvalidParameter(f"index: task {sequel.task_id} has {len(film.takes)} videos, counted from 0.")
        if clip.seconds >= LONGEST_SECONDS:
            raise InvalidParameter(f"index: the video lasts {clip.seconds} s already; no longer ones are made.")
        if sequel.prompt:
            directives = directives.over(_said(sequel.prompt))
        request = sequel.request
        equal = fingerprint(request.type, parent.id, sequel.number, sequel.prompt, request.watermark)
        longer = film.extended(sequel.number, _seed(equal, 0))
        await self._store.use_sources(film.frame.artwork.sources, self._clock.now())
        draft = _work_of_video(sequel.prompt or parent.work.prompt, settings({}, {}))
        return await self._service.accept(_video(tenant, request, equal, longer), draft, directives)

    async def showing(self, path: str) -> Showing:
        """The video that a path names; `NotFound` where that is nothing, or nothing yet, or nothing any more."""
        now = self._clock.now()
        address = parse_film_path(self._world.seed, path)
        job = await self._store.find(address.job_id) if address else None
        film = job.task.film if job is not None and job.task is not None else None
        if address and job and film and now < job.expires and job.timeline.at(now).status is Status.COMPLETED:
            clip = film.clip(address.number)
            if clip is not None:
                return Showing(job, clip, await self._sight.missing(clip.frame.artwork.sources))
        raise NotFound("There is no such video; videos appear when their task has succeeded and expire with it.")

    async def project(self, showing: Showing) -> bytes:
        """The bytes of the video."""
        return await self._sight.project(showing.job, showing.clip)

    async def _picture(self, order: Order, asked: int, chosen: Settings, seen: list[Seen]) -> Draft:
        """Image-to-image is made of its pictures' own pixels; to all others pictures lend their colours."""
        if order.request.type is not TaskType.IMG2IMG:
            return grid_of(order.prompt, asked, chosen, tint=tint(seen))
        await self._sight.keep(seen, self._clock.now())
        return grid_of(order.prompt, asked, chosen, sources=tuple(one.name for one in seen))

    async def _film(self, tenant: str, order: Order, directives: Directives) -> Job:
        self._need_films()
        directives = directives.over(_said(order.prompt))
        request = order.request
        (seen,) = [await self._sight.see(image, self._clock.now()) for image in order.images]
        ratio = order.settings.get("aspect_ratio")
        size = film_size(
            None if ratio is None else parse_ratio(str(ratio), "aspectRatio"), high=request.type is TaskType.VIDEO_HD
        )
        frame = await self._sight.shown_in(seen)
        if frame is None:
            await self._sight.keep([seen], self._clock.now())
            frame = Picture(Artwork(0, size, sources=(seen.name,)), 1)
        equal = fingerprint(
            request.type, order.prompt, seen.name, repr(size), order.motion, order.batch, request.watermark
        )
        film = Film(frame, size, order.motion, tuple((_seed(equal, take),) for take in range(order.batch)))
        chosen = settings(order.settings, order.flags)
        return await self._service.accept(
            _video(tenant, request, equal, film), _work_of_video(order.prompt, chosen), directives
        )

    async def _parent(self, tenant: str, sequel: Sequel) -> Job:
        """A task of the tenant that has succeeded."""
        now = self._clock.now()
        parent = await self.find(tenant, sequel.task_id, now)
        status = parent.timeline.at(now).status
        if status is Status.COMPLETED:
            return parent
        if status.terminal:
            raise ParentFailed(f"taskId: task {sequel.task_id} has no result, and will have none: it is {status}.")
        raise ParentNotCompleted(f"taskId: task {sequel.task_id} has no result yet: it is {status}.")

    def _need_films(self) -> None:
        if not self._sight.films():
            raise FeatureOff("Videos are off: they need PyAV, which pip install 'mjsim[video]' brings.")


def _task(request: Request, mode: Mode, film: Film | None = None) -> Task:
    return Task(request.type, request.param, price(request.type, mode), request.watermark, film)


def _video(tenant: str, request: Request, equal: str, film: Film) -> Candidate:
    return Candidate(tenant, JobType.VIDEO, Mode.FAST, equal, request.webhook, _task(request, Mode.FAST, film))


def _work_of_video(prompt: str | None, chosen: Settings) -> Draft:
    def draft(key: Key) -> Work:
        return Work(prompt, chosen.parameters(key))

    return draft


def _said(prompt: str) -> Directives:
    """What the prompt of a video asks for; one that is empty or blocked is refused. All other flags are left alone: they
    are those of another model.
    """
    return parse_prompt(with_sim_alone(prompt)).directives


def _seed(equal: str, take: int) -> int:
    """How a scene moves: the same for equal requests."""
    return int.from_bytes(digest("take", equal, str(take), size=4), "big")
