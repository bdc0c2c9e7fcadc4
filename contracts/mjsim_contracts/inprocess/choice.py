"""What is changed in a conversation is chosen reply by reply, by whoever holds it: nobody, Hypothesis, or a list of names."""

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

_MOST = 4
"""How many changes of one reply are drawn at most: more at once find more, and hide more from each other."""


class Choice(Protocol):
    """Chooses the story of a conversation and the changes of each of its replies."""

    def story(self) -> str:
        """One of `STORIES`."""
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

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def story(self) -> str:
        """Any of them."""
        return self._data.draw(_STORY)

    def of(self, number: int, offered: Sequence[Variation]) -> Collection[Variation]:  # noqa: ARG002 - a Choice
        """A few, none of which hides another."""
        if not offered:
            return ()
        chosen: list[Variation] = []
        for index in self._data.draw(_some_of(len(offered))):
            edit = offered[index].script.edits[0]
            if not any(edit == other.script.edits[0] or edit.clashes(other.script.edits[0]) for other in chosen):
                chosen.append(offered[index])
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


_STORY = st.sampled_from(list(STORIES))
_STRATEGIES: dict[int, st.SearchStrategy[list[int]]] = {}


def _some_of(count: int) -> st.SearchStrategy[list[int]]:
    if count not in _STRATEGIES:
        _STRATEGIES[count] = st.lists(st.integers(0, count - 1), max_size=_MOST)
    return _STRATEGIES[count]

