"""A client talks once with the API in memory, and how that ended is a value: what was said, and what came out of it."""

import inspect
from asyncio import Runner
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

from mjsim_contracts.client.oracle import BUGS
from mjsim_contracts.inprocess.api import Api
from mjsim_contracts.inprocess.choice import Choice
from mjsim_contracts.inprocess.conversation import Conversation
from mjsim_contracts.inprocess.golden import Golden
from mjsim_contracts.inprocess.offer import Offer
from mjsim_contracts.inprocess.subject import Subject
from mjsim_contracts.inprocess.virtual import Endless, Place, VirtualTime, sleepers

Client = Callable[[Api], object]
"""Does with the API what a client is there for. What it returns is awaited if it can be, and else not looked at."""


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that is over; `error` is what the client raised."""

    conversation: Conversation
    error: BaseException | None

    @property
    def broken(self) -> bool:
        """Whether the client broke: it stumbled over its own mistake, never ended, or failed for no reason."""
        if self.error is None:
            return False
        return isinstance(self.error, Endless) or stumbled(self.error) or not self.conversation.excused


class Room:
    """Where a client holds conversations; each is over after so many `calls`, and ten times as many sleeps."""

    def __init__(self, golden: Golden, subject: Subject, client: Client, calls: int) -> None:
        self._golden, self._subject, self._client, self._calls = golden, subject, client, calls
        self._places: list[Place] = sleepers(getattr(client, "__globals__", {}))

    def hold(self, offer: Offer, choice: Choice) -> Held:
        """Hold a conversation. What ended it from within, and is nobody's failure, is raised as it is."""
        clock = VirtualTime(self._places, self._calls * 10)
        conversation = Conversation(self._golden, self._subject, offer, choice, clock, self._calls)
        error: BaseException | None = None
        with ExitStack() as closing, clock:
            try:
                _run(self._client(Api(conversation, closing)), clock)
            except (Exception, SystemExit, Endless) as raised:  # noqa: BLE001 - how a client fails is its own affair
                error = raised
        # A client may have caught what was not meant for it.
        within = conversation.broken_off
        if isinstance(within, Endless):
            error = within
        elif within is not None:
            raise within
        return Held(conversation, error)


def stumbled(error: BaseException) -> bool:
    """Whether nobody raises such an exception to say that a server let them down."""
    return any(type(each).__name__ in BUGS for each in _parts(error))


def _parts(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from _parts(each)
    else:
        yield error


def _run(returned: object, clock: VirtualTime) -> None:
    if inspect.isawaitable(returned):
        with Runner(loop_factory=clock.new_loop) as runner:
            runner.run(_awaited(returned))


async def _awaited(returned: Awaitable[object]) -> None:
    await returned
