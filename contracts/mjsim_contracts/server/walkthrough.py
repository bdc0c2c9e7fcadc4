"""One life of each kind, from the request to the picture, told as a client would live it: created, followed, cancelled,
enlarged, fetched, and looked for with a key that must not find it.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.exchange import Operation, identifier, inside
from mjsim_contracts.server import sample
from mjsim_contracts.server.conversation import Conversation, Said
from mjsim_contracts.server.docket import Verdict
from mjsim_contracts.server.echo import echoes, flag_echoes
from mjsim_contracts.server.expectations import Expectation
from mjsim_contracts.server.patience import Patience
from mjsim_contracts.server.picture import sniff
from mjsim_contracts.server.reach import Accounts
from mjsim_contracts.server.sending import Unanswered
from mjsim_contracts.sighting import TERMINAL

_MOST_PICTURES = 10
_MOST_LISTED = 100
_ANY_FILE = frozenset({"", "application/octet-stream", "binary/octet-stream"})
"""Media types under which file stores serve whatever they hold: none of them says that it is something else."""

_BUSY = 429


class Walkthrough:
    """Walks through the lives of jobs of one account: about thirty requests, and looks for as long as patience lasts."""

    def __init__(self, conversation: Conversation, accounts: Accounts, patience: Patience) -> None:
        self._conversation = conversation
        self._key = accounts.named("walk")
        self._other = accounts.other
        self._patience = patience
        self._last: dict[str, Said] = {}

    def run(self) -> None:
        """All of it; as far as patience goes."""
        grid = self._imagine({"prompt": "a lighthouse at dusk", **sample.SETTINGS})
        doomed = self._imagine({"prompt": sample.LONG_PROMPT})
        self._cancel(doomed)
        self._flags()
        others = [self._create(Operation.DESCRIBE, sample.DESCRIBE), self._create(Operation.BLEND, sample.BLEND)]
        self._follow([grid, doomed, *others])
        children = [self._child(Operation.UPSCALE, grid, 2), self._child(Operation.VARIATION, grid, 3)]
        self._follow([doomed, *children])
        for parent in (doomed, others[0], children[0]):
            # None of these has a grid; promises judge the answer.
            self._child(Operation.UPSCALE, parent, 1)
        for job in (grid, doomed):
            self._cancel_again(job)
        for limit in (_MOST_LISTED, 1):
            # Of whatever the page shows, the total has to be the same; promises judge that.
            self._conversation.say("GET", "jobs", self._key, query={"limit": limit})
        self._pictures([grid, *others, *children])
        self._as_another(grid)

    def _imagine(self, body: Mapping[str, Any]) -> str:
        job = self._create(Operation.IMAGINE, body)
        if job:
            self._look(job)
            self._compare(job, echoes(body, self._last[job].answer))
        return job

    def _flags(self) -> None:
        """The prompt itself is not compared: a server may show it without its flags."""
        job = self._create(Operation.IMAGINE, {"prompt": sample.FLAGGED_PROMPT})
        if job:
            self._look(job)
            self._compare(job, flag_echoes(self._last[job].answer))

    def _compare(self, job: str, judged: Iterable[Verdict]) -> None:
        for code, wrong in judged:
            self._conversation.expect(code, self._last[job], not wrong, wrong)

    def _create(self, operation: Operation, body: Mapping[str, Any]) -> str:
        spoken = self._conversation.say("POST", sample.PATHS[operation], self._key, dict(body))
        if spoken.status != _BUSY:
            seen = f"{operation} was answered {spoken.status}"
            self._conversation.expect(Expectation.ACCEPTED, spoken, spoken.status == 200, seen)
        return spoken.exchange.created_id if spoken.exchange else ""

    def _child(self, operation: Operation, parent: str, index: int) -> str:
        if self._status(parent) not in TERMINAL:
            return ""
        spoken = self._conversation.say("POST", sample.PATHS[operation], self._key, sample.child(parent, index))
        return spoken.exchange.created_id if spoken.exchange else ""

    def _cancel(self, job: str) -> None:
        if not job:
            return
        spoken = self._conversation.say("POST", f"jobs/{job}/cancel", self._key)
        self._look(job)
        in_time = self._status(job) not in TERMINAL or self._status(job) == "cancelled"
        if in_time and spoken.status != _BUSY:
            seen = f"cancelling was answered {spoken.status}, and the job is {self._status(job)}"
            self._conversation.expect(Expectation.CANCELLED, spoken, spoken.status == 200, seen)
        self._find_in_lists(job)

    def _find_in_lists(self, job: str) -> None:
        """A cancelled job is where its status belongs, and among all; nobody else is there to push it off the page."""
        if self._status(job) != "cancelled":
            return
        for query in ({"status": "cancelled"}, {}):
            spoken = self._conversation.say("GET", "jobs", self._key, query={"limit": _MOST_LISTED, **query})
            data = inside(spoken.answer, "data")
            if spoken.status == 200 and isinstance(data, list):
                listed = {identifier(inside(each, "id")) for each in data}
                seen = f"the job {job} was cancelled, and the list does not show it"
                self._conversation.expect(Expectation.LISTED, spoken, job in listed, seen)

    def _cancel_again(self, job: str) -> None:
        if self._status(job) in TERMINAL:
            self._conversation.say("POST", f"jobs/{job}/cancel", self._key)
            self._look(job)

    def _follow(self, jobs: list[str]) -> None:
        """Look at all of them until they have ended, and once more then."""
        present = [job for job in jobs if job]
        for job in present:
            self._look(job)
        while any(self._status(job) not in TERMINAL for job in present) and not self._patience.spent:
            self._patience.wait()
            for job in present:
                self._look(job)

    def _look(self, job: str) -> None:
        self._last[job] = self._conversation.say("GET", f"jobs/{job}", self._key)

    def _status(self, job: str) -> str:
        found = inside(self._last[job].answer, "status") if job in self._last else None
        return found if isinstance(found, str) else ""

    def _pictures(self, jobs: list[str]) -> None:
        shown = (image for job in jobs for image in self._images(job))
        for spoken, image in islice(shown, _MOST_PICTURES):
            wrong = self._objection(image, spoken.wire.url)
            if wrong is not None:
                self._conversation.expect(Expectation.PICTURES, spoken, not wrong, wrong)

    def _images(self, job: str) -> Iterator[tuple[Said, Mapping[str, Any]]]:
        if job in self._last:
            images = inside(self._last[job].answer, "result", "images")
            for image in images if isinstance(images, list) else ():
                if isinstance(inside(image, "url"), str):
                    yield self._last[job], image

    def _objection(self, image: Mapping[str, Any], shown_at: str) -> str | None:
        """What is wrong with the picture behind an image; empty where nothing is, None where that cannot be told: the
        pictures of a service may lie on a host that is out of reach from here.
        """
        url = image["url"]
        try:
            wire = self._conversation.fetch(url)
        except Unanswered as error:
            elsewhere = urlsplit(url).netloc != urlsplit(shown_at).netloc
            return None if elsewhere else f"{url} cannot be fetched: {error}"
        except ValueError as error:
            return f"{url} cannot be fetched: {error}"
        if wire.status != 200:
            return f"{url} was answered {wire.status}"
        found = sniff(wire.answer)
        if found is None:
            return f"{url} is neither PNG nor WebP"
        said = tuple(
            image.get(name, seen) for name, seen in zip(("content_type", "width", "height"), found, strict=True)
        )
        served = wire.answer_headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if served not in {found[0], *_ANY_FILE}:
            return f"{url} is {found[0]}, and is served as {served}"
        return "" if said == found else f"{url} is said to be {said}, and is {found}"

    def _as_another(self, job: str) -> None:
        """Promises judge what another account is answered: that there is no such job."""
        if job and self._other:
            for method, path in (("GET", f"jobs/{job}"), ("POST", f"jobs/{job}/cancel"), ("GET", "jobs")):
                self._conversation.say(method, path, self._other)
            self._conversation.say("POST", sample.PATHS[Operation.UPSCALE], self._other, sample.child(job, 1))
            self._look(job)
