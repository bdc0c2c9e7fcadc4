"""Hypothesis holds many conversations with a client, each a little different, and the one change that breaks it is named."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from mjsim_contracts.inprocess.choice import Drawn, Named, Truth
from mjsim_contracts.inprocess.golden import Golden
from mjsim_contracts.inprocess.holding import Client, Held, Room
from mjsim_contracts.inprocess.offer import BEYOND, Offer
from mjsim_contracts.inprocess.regression import Found
from mjsim_contracts.inprocess.subject import MIDJOURNEY_SUBJECT, Subject
from mjsim_contracts.inprocess.transcript import named, told


class ClientBroke(AssertionError):
    """The client does not stand what a server may answer; the text holds the conversation."""

    def __init__(self, text: str, found: Found | None = None) -> None:
        super().__init__(text)
        self.found = found


@dataclass(frozen=True, slots=True)
class Explored:
    """What a client has stood: how many conversations, and the ids of all that was changed in them."""

    conversations: int
    edits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Conversations:
    """Conversations with clients of one account, about an API. `keep` is told what broke a client, and says what it has
    done with it.

    `examples` is how many are held with each client, `calls` how many calls one of them may take.
    """

    golden: Golden = field(repr=False)
    examples: int = 300
    calls: int = 100
    keep: Callable[[Found], str] = field(default=lambda _found: "", repr=False)
    named: Named | None = None
    subject: Subject = field(default=MIDJOURNEY_SUBJECT, repr=False)

    def replaying(self, *edits: str, story: str = "completes") -> "Conversations":
        """The one conversation in which these edits are made, in place of those that are drawn; ValueError for no story."""
        if story not in self.subject.stories:
            raise ValueError(f"story: {story!r} is none of {', '.join(self.subject.stories)}")
        return replace(self, named=Named(edits, story), keep=lambda _found: "")

    def check(self, client: Client, *, beyond: Collection[str] = ()) -> Explored:
        """Hold them; `ClientBroke` at the first change that the client does not stand.

        `beyond` adds what goes beyond the freedoms of the contract: "sparse" is what only its schema permits,
        "evolution" what it does not permit yet. ValueError for anything else.
        """
        __tracebackhide__ = True
        if unknown := set(beyond) - set(BEYOND):
            raise ValueError(f"beyond: {min(unknown)!r} is none of {', '.join(BEYOND)}")
        room = Room(self.golden, self.subject, client, self.calls)
        _demand_truth(room.hold(Offer(self.subject.api), Truth()))
        if self.named:
            return self._replay(room, self.named)
        return self._explore(room, Offer(self.subject.api, beyond))

    def _replay(self, room: Room, choice: Named) -> Explored:
        __tracebackhide__ = True
        held = room.hold(Offer(self.subject.api, BEYOND), choice)
        if held.broken:
            raise self._broke(held, _found(held, choice), "")
        return Explored(1, frozenset(held.conversation.edits))

    def _explore(self, room: Room, offer: Offer) -> Explored:
        __tracebackhide__ = True
        count, edits = 0, set[str]()

        @_settings(self.examples)
        @hypothesis.given(st.data())
        def explore(data: st.DataObject) -> None:
            nonlocal count
            held = room.hold(offer, Drawn(data, self.subject.stories))
            count += 1
            edits.update(each.partition("@")[0] for each in held.conversation.edits)
            if held.broken:
                raise _Broken(held)

        try:
            explore()
        except _Broken as broken:
            held = broken.held
        except Flaky as error:
            raise ClientBroke("The client does not do the same each time that it is told the same.") from error
        else:
            return Explored(count, frozenset(edits))
        choice, held = _narrowed(room, Offer(self.subject.api, BEYOND), held)
        found = _found(held, choice)
        raise self._broke(held, found, self.keep(found)) from None

    def _broke(self, held: Held, found: Found, kept: str) -> ClientBroke:
        again = f"Again: {self.subject.fixture}.{found.replaying}.check(...)"
        return ClientBroke(f"The client broke: {told(held)}\n\n{again}\n{kept}".rstrip(), found)


def _settings(examples: int) -> hypothesis.settings:
    """The same conversations in every run: what breaks a client today broke it yesterday, too."""
    return hypothesis.settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=True,
        report_multiple_bugs=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )


class _Broken(Exception):
    """Carries a conversation out of Hypothesis, which tells two defects apart by what an exception comes from."""

    def __init__(self, held: Held) -> None:
        super().__init__(named(held.error))
        self.held = held
        self.__context__ = held.error


def _demand_truth(held: Held) -> None:
    __tracebackhide__ = True
    if held.error is not None:
        raise ClientBroke(f"The client fails on the truth, so nothing was changed.\n\n{told(held)}") from None
    if not held.conversation.lines:
        raise ClientBroke("The client has asked nothing; it has to use a session that `api` gives it.")


def _narrowed(room: Room, offer: Offer, held: Held) -> tuple[Named, Held]:
    """The plainest conversation that breaks the client just so: on the usual story, and with one edit wherever it fits.

    Hypothesis prefers fewer choices, and a short story has fewer than a plain one.
    """
    exact = Named(held.conversation.edits, held.conversation.story)
    names = tuple(dict.fromkeys(each.partition("@")[0] for each in exact.edits))
    for course in dict.fromkeys(("completes", exact.course)):
        for edits in [*((name,) for name in names), names, exact.edits]:
            choice = Named(edits, course)
            again = room.hold(offer, choice)
            if again.broken and type(again.error) is type(held.error):
                return choice, again
    return exact, held


def _found(held: Held, choice: Named) -> Found:
    return Found(choice.edits, choice.course, named(held.error))
