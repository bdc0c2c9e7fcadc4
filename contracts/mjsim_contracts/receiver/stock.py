"""Every delivery is about a real job: jobs are made through the public API alone, and watched until they have ended."""

import asyncio
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientSession, ClientTimeout

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.event import Job
from mjsim_contracts.receiver.simulator import Api

LONG, LONG_EMOJI, FOREIGN, DESCRIBED, CANCELLED, PLAIN = "long", "emoji", "foreign", "described", "cancelled", "plain"
"""The sorts of jobs that are made."""

_TERMINAL = {"completed", "failed", "cancelled"}
_PROMPTS = {
    LONG: ("a lighthouse in a storm, waves, gulls, " * 110)[:4000],
    LONG_EMOJI: "🌊" * 4000,
    FOREIGN: "Ein Leuchtturm am Meer – 灯台, منارة, ναός, 🌊",
    CANCELLED: "a lighthouse that nobody waits for",
}
_SPECIAL = {LONG: 6, LONG_EMOJI: 6, FOREIGN: 14, CANCELLED: 6, DESCRIBED: 6}
"""Jobs of each special sort: more than are needed, for some fail."""

_POLL_SECONDS = 0.15


class Life(NamedTuple):
    """A job as it was seen: at work, oldest first, where it was seen so, and at its end."""

    working: tuple[Job, ...]
    end: Job


@dataclass(slots=True)
class Story:
    """What has been seen of a job so far."""

    sort: str
    working: list[Job] = field(default_factory=list)
    end: Job | None = None


class OutOfStock(CheckError):
    """No job of that sort came to that end; the sentence says which."""


class Stock:
    """The jobs of one check; each is handed out once, so that no case meets what another has left behind."""

    def __init__(self, stories: list[Story]) -> None:
        self._stories = stories

    def take(self, status: str = "completed", sort: str = PLAIN, *, working: bool = False) -> Life:
        """A job with this end; with `working`, one that was seen at work before. OutOfStock where there is none."""
        for place, story in enumerate(self._stories):
            if story.end and story.sort == sort and story.end["status"] == status and (story.working or not working):
                del self._stories[place]
                return Life(tuple(story.working), story.end)
        seen = " that was seen at work" if working else ""
        raise OutOfStock(f"the API has no {sort if sort != PLAIN else 'imagine'} job{seen} that {_ENDED[status]}")


_ENDED = {"completed": "completed", "failed": "failed", "cancelled": "could be cancelled"}


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes jobs at an API. `host`, where given, is the authority that image URLs shall have."""

    session: ClientSession
    api: Api
    host: str | None = None

    async def stock(self, jobs: int, patience: float) -> Stock:
        """So many plain jobs and a few special ones, after they have ended or `patience` seconds have passed."""
        sorts = [PLAIN] * jobs + [sort for sort, number in _SPECIAL.items() for _ in range(number)]
        stories: dict[str, Story] = {}
        for start in range(0, len(sorts), 16):
            some = sorts[start : start + 16]
            made = await asyncio.gather(*(self._create(sort, start + n) for n, sort in enumerate(some)))
            stories |= {job_id: Story(sort) for job_id, sort in zip(made, some, strict=True)}
        try:
            async with asyncio.timeout(patience):
                while any(story.end is None for story in stories.values()):
                    await self._look(stories)
                    await asyncio.sleep(_POLL_SECONDS)
        except TimeoutError:
            pass
        return Stock(list(stories.values()))

    async def _create(self, sort: str, number: int) -> str:
        body: dict[str, Any] = {"prompt": _PROMPTS.get(sort, f"a lighthouse at dusk, view {number}")}
        if sort == DESCRIBED:
            body = {"image_url": f"https://example.com/lighthouse-{number}.png"}
        elif sort != CANCELLED:
            body["process_mode"] = "turbo"
        answer = await self._ask("POST", "describe" if sort == DESCRIBED else "imagine", body)
        return str(answer["data"]["job_id"])

    async def _look(self, stories: dict[str, Story]) -> None:
        """One look at all jobs; those to be cancelled are cancelled as soon as they are seen at work."""
        for job in [job async for job in self._all(len(stories))]:
            story = stories.get(job["id"])
            if story is None or story.end:
                continue
            if job["status"] in _TERMINAL:
                story.end = job
            elif job["status"] == "in_progress":
                if not story.working or story.working[-1]["progress"] != job["progress"]:
                    story.working.append(job)
                if story.sort == CANCELLED:
                    story.end = await self._ask("POST", f"jobs/{job['id']}/cancel", too_late=400)

    async def _all(self, number: int) -> Any:
        for offset in range(0, number, 100):
            page = await self._ask("GET", f"jobs?limit=100&offset={offset}&sort=created_at_desc")
            for job in page["data"]:
                yield job

    async def _ask(self, method: str, path: str, body: Any = None, too_late: int | None = None) -> Any:
        """The JSON of the answer; None where its status says that it is too late. CheckError where it is none of both."""
        headers = {"Authorization": f"Bearer {self.api.key}"} | ({"Host": self.host} if self.host else {})
        url = f"{self.api.url}/v1/{path}"
        try:
            timeout = ClientTimeout(total=10)
            async with self.session.request(method, url, json=body, headers=headers, timeout=timeout) as answer:
                if answer.status == too_late:
                    return None
                if answer.status != 200:
                    raise CheckError(f"the API answered {answer.status} to {method} {url}: {await answer.text()}")
                return await answer.json()
        except (ClientError, TimeoutError, ValueError) as error:
            raise CheckError(
                f"the API at {self.api.url} does not serve: {str(error) or type(error).__name__}"
            ) from error
