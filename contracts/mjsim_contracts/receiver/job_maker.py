"""Jobs are made through the published API alone, and watched until they have ended."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Any

from mjsim_contracts.receiver.asking import Asking
from mjsim_contracts.receiver.stock import FOREIGN, LONG, LONG_EMOJI, PLAIN, ROUNDS, Stock, Story, orders

DESCRIBED, CANCELLED = "described", "cancelled"
"""The sorts of jobs that only this API makes."""

_DOOMED = "doomed"
"""Plain jobs that are to fail: what simulators take for a wish is a flag that other services ignore or refuse."""

_TERMINAL = {"completed", "failed", "cancelled"}
_PROMPTS = {
    LONG: ("a lighthouse in a storm, waves, gulls, " * 110)[:4000],
    LONG_EMOJI: "🌊" * 4000,
    FOREIGN: "Ein Leuchtturm am Meer – 灯台, منارة, ναός, 🌊",
    CANCELLED: "a lighthouse that nobody waits for",
    _DOOMED: "a lighthouse that falls --sim fail",
}
_SPECIAL = {LONG: 6, LONG_EMOJI: 6, FOREIGN: 14, CANCELLED: 6, DESCRIBED: 6, _DOOMED: 3}
"""Jobs of each special sort: more than are needed, for some fail."""

_AT_ONCE, _POLL_SECONDS = 16, 0.15


@dataclass(frozen=True, slots=True)
class JobMaker:
    """Implements `stock.Maker`."""

    asking: Asking
    stories: dict[str, Story] = field(default_factory=dict)

    async def stock(self, jobs: int, patience: float) -> Stock:
        """See `stock.Maker`."""
        others = [sort for sort, number in _SPECIAL.items() for _ in range(number)]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                for _ in range(ROUNDS):
                    if number := orders(self.stories.values(), jobs):
                        await self._make([PLAIN] * number + others)
                        others = []
        return Stock(list(self.stories.values()))

    async def _make(self, sorts: list[str]) -> None:
        """Make jobs of these sorts, and watch them until they have ended."""
        for start in range(0, len(sorts), _AT_ONCE):
            before, some = len(self.stories), sorts[start : start + _AT_ONCE]
            await asyncio.gather(*(self._create(sort, before + n) for n, sort in enumerate(some)))
        while any(story.end is None for story in self.stories.values()):
            await self._look()
            await asyncio.sleep(_POLL_SECONDS)

    async def _create(self, sort: str, number: int) -> None:
        body: dict[str, Any] = {"prompt": _PROMPTS.get(sort, f"a lighthouse at dusk, view {number}")}
        if sort == DESCRIBED:
            body = {"image_url": f"https://example.com/lighthouse-{number}.png"}
        elif sort != CANCELLED:
            body["process_mode"] = "turbo"
        path = "/v1/describe" if sort == DESCRIBED else "/v1/imagine"
        answer = await self.asking.ask("POST", path, body, refusal=400 if sort == _DOOMED else None)
        if answer is not None:
            self.stories[str(answer["data"]["job_id"])] = Story(PLAIN if sort == _DOOMED else sort)

    async def _look(self) -> None:
        """One look at all jobs; those to be cancelled are cancelled as soon as they are seen at work."""
        for job in [job async for job in self._all(len(self.stories))]:
            story = self.stories.get(job["id"])
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
        cancelled = await self.asking.ask("POST", f"/v1/jobs/{job_id}/cancel", refusal=400)
        if cancelled is not None:
            story.ends(cancelled["status"], cancelled)

    async def _all(self, number: int) -> Any:
        for offset in range(0, number, 100):
            page = await self.asking.ask("GET", f"/v1/jobs?limit=100&offset={offset}&sort=created_at_desc")
            for job in page["data"]:
                yield job
