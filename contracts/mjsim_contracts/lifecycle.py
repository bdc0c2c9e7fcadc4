"""One memory for a whole run: every exchange is judged by every promise that it concerns, then remembered."""

from collections import Counter

from mjsim_contracts.exchange import Exchange
from mjsim_contracts.promises import Breach
from mjsim_contracts.promises.account import Account
from mjsim_contracts.promises.answer import ANSWER_PROMISES
from mjsim_contracts.promises.job import JOB_PROMISES
from mjsim_contracts.promises.listing import LIST_PROMISES, listing
from mjsim_contracts.promises.walk import WALK_PROMISES, Walk
from mjsim_contracts.sighting import seen_jobs

CODES = (*ANSWER_PROMISES.codes, *JOB_PROMISES.codes, *LIST_PROMISES.codes, *WALK_PROMISES.codes)
"""The codes of all promises."""


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
        breaches = list(ANSWER_PROMISES.breaches(account, exchange, self.judged))
        for page in listing(exchange):
            breaches += LIST_PROMISES.breaches(account, page, self.judged)
        account.learn(exchange)
        for job in seen_jobs(exchange):
            breaches += JOB_PROMISES.breaches(account, account.sighting(job), self.judged)
            account.seen[job.id] = job
        return breaches

    def judge_walk(self, name: str, walk: Walk) -> list[Breach]:
        """The promises that the pages of a list broke; each page has been judged as an exchange before."""
        return list(WALK_PROMISES.breaches(self.account(name), walk, self.judged))
