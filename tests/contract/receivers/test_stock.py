"""Which jobs fail is a matter of chance; there are enough that did not, and a few that did, whatever chance has brought."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from mjsim_contracts.receiver.job_maker import JobMaker
from mjsim_contracts.receiver.stock import ROUNDS, OutOfStock, Stock

PLENTY = 10


class Unlucky:
    """An API whose jobs end at once, the first of them badly; jobs that are asked to fail it may refuse."""

    def __init__(self, failing: int, *, refusing: bool = False) -> None:
        self.failing = failing
        self.refusing = refusing
        self.jobs: list[dict[str, Any]] = []

    async def ask(self, method: str, _path: str, body: Any = None, refusal: int | None = None) -> Any:
        if method == "GET":
            return {"data": self.jobs}
        asked_to = "--sim fail" in str(body)
        if asked_to and self.refusing:
            assert refusal == 400
            return None
        status = "failed" if asked_to or len(self.jobs) < self.failing else "completed"
        self.jobs.append({"id": str(len(self.jobs)), "status": status})
        return {"data": {"job_id": self.jobs[-1]["id"]}}


def stock(api: Unlucky) -> Stock:
    return asyncio.run(JobMaker(api).stock(PLENTY, patience=60))


def taken(stock: Stock, status: str = "completed") -> int:
    """How many plain jobs there are."""
    number = 0
    with suppress(OutOfStock):
        while stock.take(status):
            number += 1
    return number


@pytest.mark.parametrize("failing", [0, 5, 20, 60])
def test_jobs_are_made_until_enough_have_completed(failing: int) -> None:
    """However many fail at first."""
    assert taken(stock(Unlucky(failing))) >= PLENTY


@pytest.mark.parametrize(("refusing", "failed"), [(False, 3), (True, 0)])
def test_some_jobs_fail_where_the_api_can_be_asked_for_that(refusing: bool, failed: int) -> None:
    """Where it refuses, none has to."""
    made = stock(Unlucky(0, refusing=refusing))
    assert taken(made, "failed") == failed
    assert taken(made) >= PLENTY


def test_where_all_jobs_fail_no_more_are_made_for_ever() -> None:
    """A few rounds tell."""
    api = Unlucky(10**9)
    assert taken(stock(api)) == 0
    assert len(api.jobs) < ROUNDS * 3 * PLENTY
