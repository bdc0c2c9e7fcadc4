"""An account that lives as long as a conversation: a simulator's answers of before, with jobs that are its own."""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from mjsim_contracts.dialect.midjourney import MIDJOURNEY
from mjsim_contracts.exchange import CREATES, Operation, inside
from mjsim_contracts.inprocess.golden import Golden
from mjsim_contracts.proxy.truth import encode
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Job:
    """A job of this account: the id of the one that was recorded, and what is shown of it here."""

    recorded: str
    body: bytes


class Memory:
    """Answers as the simulator did. Jobs are numbered, so that a conversation that is held again is the same to the byte."""

    def __init__(self, golden: Golden) -> None:
        self._golden = golden
        self._account = f"bearer {golden.key}"
        self._jobs: dict[str, _Job] = {}
        self.origin = golden.origin

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request."""
        operation = MIDJOURNEY.operation(asked.method, asked.target)
        recorded = self._as_recorded(asked)
        answer = self._golden.answer(recorded)
        if answer.status != 200 or (operation and not self._is_ours(asked)):
            return self._as_here(answer, asked)
        if operation in CREATES:
            return self._created(asked, answer)
        if operation is Operation.GET:
            job = self._jobs.get(_last(asked.target))
            return replace(answer, body=job.body) if job else answer
        if operation is Operation.LIST:
            return replace(answer, body=self._page(json.loads(answer.body), asked))
        return self._as_here(answer, asked)

    def earlier(self, count: int) -> tuple[str, ...]:
        """Give the account so many finished jobs from before, and name them."""
        headers = (("Authorization", f"Bearer {self._golden.key}"), ("Content-Type", "application/json"))
        before = len(self._jobs)
        for number in range(count):
            asked = Asked(
                "POST", "/v1/imagine", headers, encode({"prompt": f"an earlier picture, number {number + 1}"})
            )
            self._created(asked, self._golden.answer(asked))
        return tuple(self._jobs)[before:]

    def _is_ours(self, asked: Asked) -> bool:
        scheme, _, key = asked.lower().get("authorization", "").partition(" ")
        return f"{scheme.lower()} {key}" == self._account

    def _created(self, asked: Asked, answer: Written) -> Written:
        """The same job under a number of its own: who asks twice for a picture has two jobs."""
        recorded = str(inside(json.loads(answer.body), "data", "job_id"))
        here = str(UUID(int=len(self._jobs) + 1, version=4))
        names = self._names(asked) | {recorded: here}
        self._jobs[here] = _Job(recorded, _renamed(self._golden.job(recorded), names))
        return replace(answer, body=_renamed(answer.body, names))

    def _page(self, found: dict[str, Any], asked: Asked) -> bytes:
        query = dict(parse_qsl(urlsplit(asked.target).query))
        jobs = [job.body for job in self._jobs.values()]
        if query.get("sort") != "created_at_asc":
            jobs.reverse()
        part = jobs[found["offset"] : found["offset"] + found["limit"]]
        return encode(found | {"data": [json.loads(job) for job in part], "total": len(jobs)})

    def _as_recorded(self, asked: Asked) -> Asked:
        recorded = {here: job.recorded for here, job in self._jobs.items()}
        target = _renamed(asked.target.encode(), recorded).decode()
        return replace(asked, target=target, body=_renamed(asked.body, recorded))

    def _as_here(self, answer: Written, asked: Asked) -> Written:
        names = self._names(asked)
        return replace(answer, body=_renamed(answer.body, names)) if names else answer

    def _names(self, asked: Asked) -> dict[str, str]:
        """What the jobs that a request mentions are called here, by their recorded ids."""
        mentioned = _ID.findall(asked.target) + _ID.findall(asked.body.decode("utf-8", "replace"))
        return {self._jobs[here.lower()].recorded: here for here in mentioned if here.lower() in self._jobs}


def _last(target: str) -> str:
    return urlsplit(target).path.rpartition("/")[2].lower()


def _renamed(text: bytes, names: dict[str, str]) -> bytes:
    """The text with other ids; only what is text throughout has any."""
    return _rewritten(text, tuple(names.items())) if text and names else text


@lru_cache(4096)
def _rewritten(text: bytes, pairs: tuple[tuple[str, str], ...]) -> bytes:
    # Conversations begin alike: the same jobs get the same names, again and again.
    names = dict(pairs)
    try:
        return _ID.sub(lambda match: names.get(match[0].lower(), match[0]), text.decode()).encode()
    except UnicodeDecodeError:
        return text
