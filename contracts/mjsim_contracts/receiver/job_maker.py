"""Jobs are made through the published API alone, and watched until they have ended."""

import asyncio
from dataclasses import dataclass
from typing import Any

from mjsim_contracts.receiver.asking import Asking
from mjsim_contracts.receiver.stock import FOREIGN, LONG, LONG_EMOJI, PLAIN, Stock, Story

DESCRIBED, CANCELLED = "described", "cancelled"
"""The sorts of jobs that only this API makes."""

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


@dataclass(frozen=True, slots=True)
class JobMaker:
    """Implements `stock.Maker`."""

    asking: Asking

    async def stock(self, jobs: int, patience: float) -> Stock:
        """See `stock.Maker`."""
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
        answer = await self.asking.ask("POST", "/v1/describe" if sort == DESCRIBED else "/v1/imagine", body)
        return str(answer["data"]["job_id"])

    async def _look(self, stories: dict[str, Story]) -> None:
        """One look at all jobs; those to be cancelled are cancelled as soon as they are seen at work."""
        for job in [job async for job in self._all(len(stories))]:
            story = stories.get(job["id"])
            if story is None or story.end:
                continue
            if job["status"] in _TERMINAL:
                story.ends(job["status"], job)
            elif job["status"] == "in_progress":
                if not story.working or story.working[-1]["progress"] != job["progress"]:
                    story.working.append(job)
                if story.sort == CANCELLED:
                    await self._cancel(story, job["id"])

    async def _cancel(self, story: Story, job_id: str) -> None:
        """What was too late to be cancelled is seen at its end."""
        cancelled = await self.asking.ask("POST", f"/v1/jobs/{job_id}/cancel", too_late=400)
        if cancelled is not None:
            story.ends(cancelled["status"], cancelled)

    async def _all(self, number: int) -> Any:
        for offset in range(0, number, 100):
            page = await self.asking.ask("GET", f"/v1/jobs?limit=100&offset={offset}&sort=created_at_desc")
            for job in page["data"]:
                yield job
