"""What is changed in a conversation is chosen reply by reply: nothing, what Hypothesis draws, or what has a name."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from hypothesis import strategies as st

from mjsim_contracts.client.variation import Variation
from mjsim_contracts.proxy.story import Story

STORIES = {
    "completes": Story.COMPLETES,
    "at-once": Story.AT_ONCE,
    "fails": Story.FAILS,
    "cancelled": Story.CANCELLED,
    "fails-at-once": Story.FAILS_AT_ONCE,
}
"""The courses that jobs take, by name, the usual one first; each comes to an end."""

_MOST = 3
"""How many changes of one reply are drawn: more at once find more, and hide more from each other."""

_VARIED = 30
"""How many replies of a conversation are varied: who goes on for longer goes round in circles."""


class Choice(Protocol):
    """Chooses the story of a conversation and the changes of each of its replies."""

    def story(self) -> str:
        """One of those that the API has."""
        ...

    def of(self, number: int, offered: Sequence[Variation]) -> Collection[Variation]:
        """Some of what the reply, counted from 1, offers."""
        ...


class Truth:
    """Changes nothing."""

    def story(self) -> str:
        """The usual one."""
        return "completes"

    def of(self, number: int, offered: Sequence[Variation]) -> Collection[Variation]:  # noqa: ARG002 - a Choice
        """Nothing."""
        return ()


class Drawn:
    """Draws as the conversation goes on, so that Hypothesis explores it as a whole, and takes back what is not needed."""

    def __init__(self, data: st.DataObject, stories: Sequence[str]) -> None:
        self._data = data
        self._stories = stories

    def story(self) -> str:
        """Any of them, the usual one most often."""
        usual, *others = self._stories
        return self._data.draw(st.sampled_from([usual] * 4 + others))

    def of(self, number: int, offered: Sequence[Variation]) -> Collection[Variation]:
        """A few, none of which hides another."""
        if not offered or number > _VARIED:
            return ()
        chosen: list[Variation] = []
        for high, low in self._data.draw(_NUMBERS):
            which = (high * _DIGITS + low) % (len(offered) + 1)
            # 0 is nothing, so that each change can be taken back by itself.
            if which and not any(_clash(offered[which - 1], other) for other in chosen):
                chosen.append(offered[which - 1])
        return chosen


@dataclass(frozen=True, slots=True)
class Named:
    """Changes what was found before: ids of edits, each for all replies or, as `ID@3`, for the third only."""

    edits: tuple[str, ...]
    course: str = "completes"

    def story(self) -> str:
        """The one that is named."""
        return self.course

    def of(self, number: int, offered: Sequence[Variation]) -> Collection[Variation]:
        """What is named."""
        return [each for each in offered if each.id in self.edits or f"{each.id}@{number}" in self.edits]


def _clash(one: Variation, other: Variation) -> bool:
    return one.script.edits[0].clashes(other.script.edits[0])


_DIGITS = 100
"""Hypothesis now and then takes a number, or bytes, for others that stand in whatever modules have been imported by then, so
that the same seed would not ask the same; of numbers below a hundred it does not.
"""

_NUMBERS = st.lists(st.tuples(*[st.integers(0, _DIGITS - 1)] * 2), min_size=_MOST, max_size=_MOST)
