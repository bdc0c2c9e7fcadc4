"""One conversation: what the client asks is answered truthfully from memory, changed as chosen, and kept line by line."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from mjsim_contracts.client.variation import Success, Variation
from mjsim_contracts.inprocess.choice import STORIES, Choice
from mjsim_contracts.inprocess.golden import Golden
from mjsim_contracts.inprocess.memory import Memory
from mjsim_contracts.inprocess.offer import Offer
from mjsim_contracts.inprocess.subject import Subject
from mjsim_contracts.inprocess.virtual import Endless, VirtualTime
from mjsim_contracts.proxy.changes import Changes
from mjsim_contracts.proxy.pictures import Pictures
from mjsim_contracts.proxy.script import Script
from mjsim_contracts.proxy.upstream import Asked
from mjsim_contracts.proxy.wire import Written
from mjsim_contracts.traffic.call import Headers

API = "http://mjsim.test"
IMAGES = "http://images.mjsim.test"
"""Two origins that exist in conversations only."""

Answer = Callable[[str, str, Headers, bytes], Written]
"""Answers a request of this method, URL, headers and body."""


@dataclass(frozen=True, slots=True)
class Line:
    """An exchange: `at` is how many seconds of the conversation had passed, `edits` what was changed in the answer."""

    at: float
    method: str
    target: str
    answer: Written
    edits: tuple[Variation, ...]
    marks: tuple[str, ...]


class Conversation:
    """Answers one client from its first request to its last. `Endless` at the call after the last of `calls`."""

    def __init__(
        self, golden: Golden, subject: Subject, offer: Offer, choice: Choice, clock: VirtualTime, calls: int
    ) -> None:
        memory = Memory(golden, subject)
        self.subject = subject
        self._offer, self._choice, self._clock, self._calls = offer, choice, clock, calls
        self.key = golden.key
        self.story = choice.story()
        self._pictures = Pictures(memory)
        script = Script(story=STORIES[self.story])
        self._account = subject.api.account(memory, self._pictures, golden.key, script, IMAGES)
        self._account.inherit(memory.earlier(script.earlier))
        self.lines: list[Line] = []
        self.broken_off: BaseException | None = None
        """What ended the conversation from within, whether or not the client let it through."""

    @property
    def edits(self) -> tuple[str, ...]:
        """The ids of all that was changed, as `ID@3` for the third reply."""
        return tuple(f"{each.id}@{number}" for number, line in enumerate(self.lines, 1) for each in line.edits)

    @property
    def excused(self) -> bool:
        """Whether the client was told so much less, or other, than usual that it may fail cleanly."""
        changed = [each for line in self.lines for each in line.edits]
        bad_end = not STORIES[self.story].ends_well
        return bad_end or any(each.success is not Success.EXPECTED for each in changed)

    def answer(self, method: str, url: str, headers: Headers, body: bytes) -> Written:
        """The answer to a request; `ConnectionError` where there is nobody at the address."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        if origin not in {API, IMAGES}:
            raise ConnectionError(f"there is only {API} here, and {origin} is somewhere else")
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            return self._answer(origin, Asked(method.upper(), target, headers, body))
        except BaseException as error:
            self.broken_off = error
            raise

    def _answer(self, origin: str, asked: Asked) -> Written:
        if len(self.lines) == self._calls:
            raise Endless(f"it has made {self._calls} calls, and goes on")
        if origin == IMAGES:
            line = self._line(asked, _at_once(self._pictures.answer(asked)))
        else:
            line = self._changed(asked, _at_once(self._account.answer(asked)))
        self.lines.append(line)
        return line.answer

    def _changed(self, asked: Asked, answer: Written) -> Line:
        dialect = self.subject.api.dialect
        operation = dialect.operation(asked.method, asked.target)
        chosen = self._choice.of(len(self.lines) + 1, self._offer.of(asked, answer))
        if operation is None or not chosen:
            return self._line(asked, answer)
        changes = Changes([each.script.edits[0] for each in chosen], dialect)
        answer, marks = changes.apply(operation, answer, asked.lower())
        made = tuple(each for each in chosen if each.id in changes.made)
        return self._line(asked, answer, made, tuple(marks))

    def _line(
        self, asked: Asked, answer: Written, edits: tuple[Variation, ...] = (), marks: tuple[str, ...] = ()
    ) -> Line:
        return Line(self._clock.passed, asked.method, asked.target, answer, edits, marks)


def _at_once(coroutine: Coroutine[Any, Any, Written]) -> Written:
    """The result of what never waits."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        answer: Written = done.value
        return answer
    raise AssertionError("an answer from memory waits for something")
