"""Every delivery is about a real job; those of a check are in stock before it begins, and each is used once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from mjsim_contracts.error import CheckError
from mjsim_contracts.receiver.news import Job

LONG, LONG_EMOJI, FOREIGN, PLAIN = "long", "emoji", "foreign", "plain"
"""The sorts of jobs that every API makes: of long prompts, of foreign letters, and all others."""


class Life(NamedTuple):
    """A job as it was seen: at work, oldest first, where it was seen so, and at its end; and the one it was made of."""

    working: tuple[Job, ...]
    end: Job
    parent: Job | None = None


@dataclass(slots=True)
class Story:
    """What has been seen of a job so far; `status` is completed, failed or cancelled, and empty until it has ended."""

    sort: str
    working: list[Job] = field(default_factory=list)
    end: Job | None = None
    status: str = ""
    parent: Job | None = None

    def ends(self, status: str, job: Job) -> None:
        """It has ended so."""
        self.status, self.end = status, job


ROUNDS = 4
"""How often plain jobs are made, at most: where so many fail, all do."""

_FAILURES, _SPARE = 1.4, 4
"""Of so many jobs at least one each completes, as a rule, and so many more make up for bad luck with a few."""


def orders(stories: Iterable[Story], needed: int) -> int:
    """How many plain jobs have to be made so that, with those that have completed, `needed` do; 0 where enough have."""
    missing = needed - sum(story.sort == PLAIN and story.status == "completed" for story in stories)
    return int(missing * _FAILURES) + _SPARE if missing > 0 else 0


class OutOfStock(CheckError):
    """No job of that sort came to that end; the sentence says which."""


class Stock:
    """The jobs of one check; each is handed out once, so that no case meets what another has left behind. `excuses` say,
    by sort, why there are none.
    """

    def __init__(self, stories: list[Story], excuses: Mapping[str, str] | None = None) -> None:
        self._stories = stories
        self._excuses = excuses or {}

    def take(self, status: str = "completed", sort: str = PLAIN, *, working: bool = False) -> Life:
        """A job with this end; with `working`, one that was seen at work before. OutOfStock where there is none."""
        for place, story in enumerate(self._stories):
            if story.end and story.sort == sort and story.status == status and (story.working or not working):
                del self._stories[place]
                return Life(tuple(story.working), story.end, story.parent)
        seen = " that was seen at work" if working else ""
        because = f": {self._excuses[sort]}" if sort in self._excuses else ""
        raise OutOfStock(f"the API has no {sort} job{seen} that {_ENDED[status]}{because}")


_ENDED = {"completed": "completed", "failed": "failed", "cancelled": "could be cancelled"}


class Maker(Protocol):
    """Makes jobs at an API, through its public operations alone."""

    async def stock(self, jobs: int, patience: float) -> Stock:
        """So many plain jobs that have completed, a few that have failed and a few special ones: which of them fail is a
        matter of chance, so more are made until there are enough, all seem to fail, or `patience` seconds have passed.
        """
