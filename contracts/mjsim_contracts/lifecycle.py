"""One memory for a whole run: every exchange is judged by every promise that it concerns, then remembered."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from mjsim_contracts.exchange import Exchange
from mjsim_contracts.promises import Promises
from mjsim_contracts.promises.account import Account
from mjsim_contracts.promises.answer import ANSWER_PROMISES
from mjsim_contracts.promises.job import JOB_PROMISES
from mjsim_contracts.promises.listing import LIST_PROMISES, listing
from mjsim_contracts.promises.walk import WALK_PROMISES, Walk
from mjsim_contracts.sighting import seen_jobs

_Fact = TypeVar("_Fact")

CODES = (*ANSWER_PROMISES.codes, *JOB_PROMISES.codes, *LIST_PROMISES.codes, *WALK_PROMISES.codes)
"""The codes of all promises."""


@dataclass(frozen=True, slots=True)
class Breach:
    """A promise that was not kept, and what was seen."""

    code: str
    sentence: str
    seen: str


class Lifecycle:
    """Judges the exchanges of a run, in the order in which they happened; `judged` counts by promise."""

    def __init__(self) -> None:
        self.judged: Counter[str] = Counter(dict.fromkeys(CODES, 0))
        self._accounts: dict[str, Account] = {}
        self._owners: dict[str, str] = {}

    def account(self, name: str) -> Account:
        """What is known of an account."""
        return self._accounts.setdefault(name, Account(name, self._owners))

    def judge(self, exchange: Exchange) -> list[Breach]:
        """The promises that the exchange broke."""
        account = self.account(exchange.account)
        breaches = list(self._judge(ANSWER_PROMISES, account, [exchange]))
        breaches += self._judge(LIST_PROMISES, account, listing(exchange))
        account.learn(exchange)
        for job in seen_jobs(exchange):
            breaches += self._judge(JOB_PROMISES, account, [account.sighting(job)])
            account.seen[job.id] = job
        return breaches

    def judge_walk(self, name: str, walk: Walk) -> list[Breach]:
        """The promises that the pages of a list broke; each page has been judged as an exchange before."""
        return list(self._judge(WALK_PROMISES, self.account(name), [walk]))

    def _judge(self, promises: Promises[Account, _Fact], account: Account, facts: Iterable[_Fact]) -> Iterator[Breach]:
        for fact in facts:
            for promise in promises.all:
                for kept, seen in promise.judge(account, fact):
                    self.judged[promise.code] += 1
                    if not kept:
                        yield Breach(promise.code, promise.sentence, seen)
