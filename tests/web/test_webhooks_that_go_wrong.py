"""What goes wrong with a webhook is what the job's own request asked for, else what the first fault says."""

from typing import NamedTuple

from mjsim.core.faultbook import FaultBook
from mjsim.core.faultform import read_fault
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.mishap import Mishap, Wish, tampering
from mjsim.core.pace import JobType
from mjsim.core.request import Webhook
from mjsim.core.status import Status
from mjsim.core.tampering import TRUTHFUL
from mjsim.core.timeline import Moment, Timeline
from mjsim.core.value import changed
from mjsim.sabotage import Sabotage

LIFE = Timeline((Moment(Instant(0), Status.PENDING, 0),))


class Delivery(NamedTuple):
    id: str = "msg_1"
    tenant: str = "sim-a"


def job(*wishes, prompt="a fox"):
    webhook = Webhook("http://127.0.0.1:1/", "progress", wishes)
    return Job("j", "sim-a", JobType.IMAGINE, "f", 0, LIFE, Work(prompt), webhook)


def sabotage(clock, *faults):
    book = FaultBook(7)
    book.add([(read_fault(fault), {}) for fault in faults], Instant(0))
    return Sabotage(book, clock), book


def without_cause(told):
    assert told.cause is not None
    return changed(told, cause=None)


class Clock:
    def now(self):
        return Instant(0)


def test_without_faults_and_wishes_nothing_goes_wrong():
    made, _ = sabotage(Clock())
    assert made.tampering(Delivery(), job(), 1) == TRUTHFUL


def test_the_request_of_the_job_comes_before_faults():
    made, book = sabotage(Clock(), {"id": "f", "effect": {"webhook": "drop"}})
    assert without_cause(made.tampering(Delivery(), job(Wish(Mishap.FORGED)), 1)) == tampering([Wish(Mishap.FORGED)])
    assert book.entry("f").misses[0].conditions[-1].name == "precedence"
    assert made.tampering(Delivery("msg_2"), job(), 1).drop


def test_an_attempt_that_is_asked_about_again_counts_once():
    made, book = sabotage(Clock(), {"id": "f", "count": 1, "effect": {"webhook": "late=60s forged"}})
    first = made.tampering(Delivery(), job(), 1)
    assert made.tampering(Delivery(), job(), 1) is first
    assert without_cause(first) == tampering([Wish(Mishap.LATE, 60_000), Wish(Mishap.FORGED)])
    assert made.tampering(Delivery(), job(), 2) == TRUTHFUL
    assert book.entry("f").tallies["sim-a"].fired == 1


def test_what_was_decided_for_a_tenant_is_forgotten_with_it_and_for_no_other():
    made, book = sabotage(Clock(), {"id": "f", "effect": {"webhook": "drop"}})
    mine, other = Delivery("msg_1"), Delivery("msg_2", "sim-b")
    decided = made.tampering(mine, job(), 1), made.tampering(other, job(), 1)
    book.clear()
    made.forget("sim-b")
    assert made.tampering(mine, job(), 1) is decided[0]
    assert made.tampering(other, job(), 1) == TRUTHFUL
    made.forget(None)
    assert made.tampering(mine, job(), 1) == TRUTHFUL


async def test_a_fault_does_not_outlive_the_reset_that_takes_it_away(live):
    async with live() as sim:

        async def delivered():
            await sim.imagine(webhook_url=f"{sim.url}/_sim/inbox/all", webhook_type="result")
            (told,) = (await sim.post("/_sim/clock/advance", {"until": "quiet"})).json["attempts"]
            return told["delivery"]["id"], told["delivery"]["standing"]

        await sim.post("/_sim/faults", {"effect": {"webhook": "drop"}})
        message, standing = await delivered()
        assert standing == "dropped"
        await sim.post("/_sim/reset")
        assert await delivered() == (message, "delivered")


async def test_a_fault_that_is_deleted_does_not_strike_in_a_world_that_is_imported_again(live):
    async with live() as sim:
        await sim.imagine(webhook_url=f"{sim.url}/_sim/inbox/all", webhook_type="result")
        before = (await sim.get("/_sim/export")).body
        await sim.post("/_sim/faults", {"effect": {"webhook": "drop"}})
        await sim.post("/_sim/clock/advance", {"until": "quiet"})
        await sim.request("DELETE", "/_sim/faults")
        await sim.request("POST", "/_sim/import", data=before)
        await sim.post("/_sim/clock/advance", {"until": "quiet"})
        (delivery,) = (await sim.get("/_sim/webhooks/deliveries")).json["deliveries"]
        assert delivery["standing"] == "delivered"


def test_an_answer_is_lost_once_and_then_the_repetition_goes_through():
    made, _ = sabotage(Clock())
    assert made.tampering(Delivery(), job(Wish(Mishap.LOST_ACK)), 1).deaf
    assert made.tampering(Delivery(), job(Wish(Mishap.LOST_ACK)), 2) == TRUTHFUL


def test_faults_pick_deliveries_by_tenant_prompt_and_job():
    match = {"operations": ["webhook"], "tenant": "sim-a", "prompt": "fox", "job_id": "j"}
    made, _ = sabotage(Clock(), {"match": match, "effect": {"webhook": "drop"}})
    assert made.tampering(Delivery(), job(), 1).drop
    assert not made.tampering(Delivery("msg_2", "sim-b"), job(), 1).drop
    assert not made.tampering(Delivery("msg_3"), job(prompt="an ox"), 1).drop


def test_only_so_many_decisions_are_remembered(monkeypatch):
    monkeypatch.setattr("mjsim.sabotage._MOST_REMEMBERED", 1)
    made, _ = sabotage(Clock(), {"count": 1, "effect": {"webhook": "drop"}})
    assert made.tampering(Delivery("msg_1"), job(), 1).drop
    assert not made.tampering(Delivery("msg_2"), job(), 1).drop
    assert not made.tampering(Delivery("msg_1"), job(), 1).drop


async def test_what_a_request_wants_of_its_webhooks_is_kept_with_the_job(live):
    async with live() as sim:
        hook = {"webhook_url": "http://127.0.0.1:1/hook"}
        plain, asked = [await sim.imagine(f"a fox{flag}", **hook) for flag in ("", " --sim webhook-late=60s")]
        jobs = [await sim.simulator._store.find(job_id) for job_id in (plain, asked)]
        assert [job.webhook.wishes for job in jobs] == [(), (Wish(Mishap.LATE, 60_000),)]


def test_the_cause_is_told_with_what_goes_wrong_and_logged_once(caplog):
    caplog.set_level("INFO", "mjsim")
    made, _ = sabotage(Clock(), {"id": "f", "effect": {"webhook": "forged"}, "note": "a thief"})
    for _ in range(2):
        cause = made.tampering(Delivery(), job(), 1).cause
        assert cause == ("f", "webhook: matching webhook number 1 of sim-a (a thief)")
    assert caplog.messages == ["webhook msg_1: f: webhook: matching webhook number 1 of sim-a (a thief)"]
    own = made.tampering(Delivery("msg_2"), job(Wish(Mishap.LATE, 60_000)), 1).cause
    assert own == ("request", "webhook-late=60000ms: the request of its job asks for it")
