"""What waits for a busy host is not looked through again and again, and nothing that is due to others is overlooked."""

import pytest

from mjsim.core.instant import NEVER, Instant
from mjsim.outlook import Outlook


class Waiting:
    """Unclaimed deliveries by host, and how often somebody has looked for one."""

    def __init__(self, **due):
        self.due = due
        self.changes = 0
        self.looks = 0

    async def next_due(self, _real, passing_over=()):
        self.looks += 1
        return min((Instant(due) for host, due in self.due.items() if host not in passing_over), default=None)


@pytest.fixture
def outbox():
    return Waiting(a=5, b=9)


async def test_it_looks_once_for_each_set_of_busy_hosts(outbox):
    outlook = Outlook(outbox)
    for _ in range(3):
        assert await outlook.next_due(0.0, []) == 5
        assert await outlook.next_due(0.0, ["a"]) == 9
        assert await outlook.next_due(0.0, ["b", "a"]) == await outlook.next_due(0.0, ["a", "b"]) == NEVER
    assert outbox.looks == 3


async def test_it_looks_again_where_something_has_changed(outbox):
    outlook = Outlook(outbox)
    assert await outlook.next_due(0.0, ["a"]) == 9
    outbox.due["c"], outbox.changes = 7, 1
    assert await outlook.next_due(0.0, ["a"]) == 7


async def test_it_looks_again_beside_the_hosts_whose_others_are_all_claimed(outbox):
    outlook = Outlook(outbox)
    await outlook.next_due(0.0, ["a"])
    await outlook.next_due(0.0, [])
    outbox.due = {"b": 20}
    outlook.exhausted(["a"])
    assert await outlook.next_due(0.0, ["a"]) == 20
    assert await outlook.next_due(0.0, []) == 5


async def test_what_is_put_off_is_known_without_a_look_but_not_beside_its_own_host(outbox):
    outlook = Outlook(outbox)
    await outlook.next_due(0.0, ["a"])
    await outlook.next_due(0.0, ["b"])
    outlook.put_off("b", Instant(3))
    assert (await outlook.next_due(0.0, ["a"]), await outlook.next_due(0.0, ["b"])) == (3, 5)
    outlook.put_off("b", Instant(4))
    assert await outlook.next_due(0.0, ["a"]) == 3
    assert outbox.looks == 2


async def test_it_looks_again_after_a_while_because_claims_end_by_themselves(outbox):
    outlook = Outlook(outbox)
    await outlook.next_due(0.0, [])
    outbox.due["c"] = 1
    assert await outlook.next_due(30.0, []) == 5
    assert await outlook.next_due(31.0, []) == 1
