"""An account that lives as long as a conversation: a simulator's answers of before, with jobs that are its own."""

import json
import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from mjsim_contracts.dialect import Reading, Role
from mjsim_contracts.inprocess.golden import Golden
from mjsim_contracts.inprocess.subject import Subject
from mjsim_contracts.proxy.truth import encode
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written

_ID = re.compile(r"[0-9a-f]{8}(?:-?[0-9a-f]{4}){3}-?[0-9a-f]{12}", re.IGNORECASE)
"""With hyphens or without, which is all the same to the API whose ids have none."""


@dataclass(frozen=True, slots=True)
class _Job:
    """A job of this account: its id here, that of the one that was recorded, and what is shown of it here."""

    here: str
    recorded: str
    body: bytes


class Memory:
    """Answers as the simulator did. Jobs are numbered, so that a conversation that is held again is the same to the byte."""

    def __init__(self, golden: Golden, subject: Subject) -> None:
        self._golden = golden
        self._subject = subject
        self._account = f"bearer {golden.key}"
        self._jobs: dict[str, _Job] = {}
        self.origin = golden.origin

    async def answer(self, asked: Asked) -> Written:
        """The answer to a request."""
        answer = self._golden.answer(self._as_recorded(asked))
        reading = self._read(asked, answer)
        if reading is None or reading.status != 200 or not self._is_ours(asked):
            return self._as_here(answer, asked)
        if reading.created_id:
            return self._created(asked, answer, reading.created_id)
        if reading.role is Role.LOOK:
            job = self._jobs.get(_plain(reading.job_id))
            return replace(answer, body=job.body) if job else answer
        if reading.role is Role.LIST:
            return replace(answer, body=self._page(json.loads(answer.body), asked))
        return self._as_here(answer, asked)

    def earlier(self, count: int) -> tuple[str, ...]:
        """Give the account so many finished jobs from before, and name them; none where no list would show them."""
        if Role.LIST not in self._subject.api.dialect.roles.values():
            return ()
        headers = (("Authorization", f"Bearer {self._golden.key}"), ("Content-Type", "application/json"))
        before = len(self._jobs)
        for number in range(count):
            asked = Asked(
                "POST", "/v1/imagine", headers, encode({"prompt": f"an earlier picture, number {number + 1}"})
            )
            answer = self._golden.answer(asked)
            reading = self._read(asked, answer)
            assert reading is not None
            self._created(asked, answer, reading.created_id)
        return tuple(job.here for job in self._jobs.values())[before:]

    def _is_ours(self, asked: Asked) -> bool:
        scheme, _, key = asked.lower().get("authorization", "").partition(" ")
        return f"{scheme.lower()} {key}" == self._account

    def _read(self, asked: Asked, answer: Written) -> Reading | None:
        return self._subject.api.dialect.read(asked.method, asked.target, asked.body, answer.status, answer.body)

    def _created(self, asked: Asked, answer: Written, recorded: str) -> Written:
        """The same job under a number of its own: who asks twice for a picture has two jobs."""
        here = self._subject.number(len(self._jobs) + 1)
        names = self._names(asked) | {_plain(recorded): here}
        shown = self._golden.look(self._subject.look + recorded)
        self._jobs[_plain(here)] = _Job(here, recorded, _renamed(shown, names))
        return replace(answer, body=_renamed(answer.body, names))

    def _page(self, found: dict[str, Any], asked: Asked) -> bytes:
        query = dict(parse_qsl(urlsplit(asked.target).query))
        jobs = [job.body for job in self._jobs.values()]
        if query.get("sort") != "created_at_asc":
            jobs.reverse()
        part = jobs[found["offset"] : found["offset"] + found["limit"]]
        return encode(found | {"data": [json.loads(job) for job in part], "total": len(jobs)})

    def _as_recorded(self, asked: Asked) -> Asked:
        recorded = {plain: job.recorded for plain, job in self._jobs.items()}
        target = _renamed(asked.target.encode(), recorded).decode()
        return replace(asked, target=target, body=_renamed(asked.body, recorded))

    def _as_here(self, answer: Written, asked: Asked) -> Written:
        names = self._names(asked)
        return replace(answer, body=_renamed(answer.body, names)) if names else answer

    def _names(self, asked: Asked) -> dict[str, str]:
        """What the jobs that a request mentions are called in it, by their recorded ids."""
        mentioned = _ID.findall(asked.target) + _ID.findall(asked.body.decode("utf-8", "replace"))
        known = ((self._jobs.get(_plain(text)), text) for text in mentioned)
        return {_plain(job.recorded): text for job, text in known if job}


def _plain(identifier: str) -> str:
    """An id in the form in which ids are compared here."""
    return identifier.replace("-", "").lower()


def _renamed(text: bytes, names: dict[str, str]) -> bytes:
    """The text with other ids, given by the plain form of those that it has; only what is text throughout has any."""
    return _rewritten(text, tuple(names.items())) if text and names else text


@lru_cache(4096)
def _rewritten(text: bytes, pairs: tuple[tuple[str, str], ...]) -> bytes:
    # Conversations begin alike: the same jobs get the same names, again and again.
    names = dict(pairs)
    try:
        return _ID.sub(lambda match: names.get(_plain(match[0]), match[0]), text.decode()).encode()
    except UnicodeDecodeError:
        return text
