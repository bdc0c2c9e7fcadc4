"""What the contract promises about the story of its jobs, one small rule for each promise.

A rule yields a judgement for every fact that it applies to, so that a promise that was never put to the test can be
told from one that was kept.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Judgements = Iterator[tuple[bool, str]]
"""Whether the promise was kept, and what was seen otherwise."""

_Account = TypeVar("_Account")
_Fact = TypeVar("_Fact")
_Rule = Callable[[_Account, _Fact], Judgements]


@dataclass(frozen=True, slots=True)
class Promise(Generic[_Account, _Fact]):
    """A promise: its stable code, its sentence, and the rule that judges a fact by what is known of the account."""

    code: str
    sentence: str
    judge: _Rule[_Account, _Fact]


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was not kept, and what was seen."""

    code: str
    sentence: str
    seen: str


class Promises(Generic[_Account, _Fact]):
    """The promises about one kind of fact."""

    def __init__(self) -> None:
        self.all: list[Promise[_Account, _Fact]] = []

    @property
    def codes(self) -> list[str]:
        """Their codes."""
        return [each.code for each in self.all]

    def promise(self, rule: _Rule[_Account, _Fact]) -> _Rule[_Account, _Fact]:
        """Register a rule; its name gives the promise's code and its docstring the sentence."""
        code = rule.__name__.replace("_", "-")
        self.all.append(Promise(code, (rule.__doc__ or code).splitlines()[0], rule))
        return rule

    def breaches(self, account: _Account, fact: _Fact, judged: Counter[str]) -> Iterator[Breach]:
        """Those that a fact breaks; `judged` counts, by code, how often each was put to the test."""
        for promise in self.all:
            for kept, seen in promise.judge(account, fact):
                judged[promise.code] += 1
                if not kept:
                    yield Breach(promise.code, promise.sentence, seen)
