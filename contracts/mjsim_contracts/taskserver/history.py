"""One memory for a whole run: every exchange is judged by every promise that it concerns, then remembered."""

from collections import Counter

from mjsim_contracts.promises import Breach
from mjsim_contracts.task_operation import TaskOperation
from mjsim_contracts.taskserver.exchange import TaskExchange
from mjsim_contracts.taskserver.promises import ANSWERS, LOOKS, Look, TaskAccount


class TaskHistory:
    """Judges the exchanges of a run, in the order in which they happened; `judged` counts by promise."""

    def __init__(self) -> None:
        self.judged: Counter[str] = Counter(dict.fromkeys((*ANSWERS.codes, *LOOKS.codes), 0))
        self._accounts: dict[str, TaskAccount] = {}
        self._owners: dict[str, str] = {}

    def judge(self, exchange: TaskExchange) -> list[Breach]:
        """The promises that the exchange broke."""
        account = self._accounts.setdefault(exchange.account, TaskAccount(exchange.account, self._owners))
        breaches = list(ANSWERS.breaches(account, exchange, self.judged))
        if exchange.made:
            account.born[exchange.made] = exchange
            self._owners[exchange.made] = account.name
        if exchange.operation is TaskOperation.GET and isinstance(exchange.data, dict):
            task, record = exchange.task, exchange.data
            look = Look(task, record, account.seen.get(task), account.born.get(task))
            breaches += LOOKS.breaches(account, look, self.judged)
            account.seen[task] = record
        return breaches
