"""A receiver may do anything before it has answered: poll, move time, make new work. Nobody waits for it forever."""

import asyncio
import json
from contextlib import asynccontextmanager

from aiohttp import web

from mjsim import timekeeper


@asynccontextmanager
async def receiving(act):
    """The URL of a receiver that awaits `act(news)` before it answers."""

    async def receive(request):
        await act(json.loads(await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/", receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/"
    finally:
        await runner.cleanup()


async def advance(sim, **how):
    answer = await sim.post("/_sim/clock/advance", how)
    assert answer.status == 200, answer.body
    return answer.json


async def standings(sim):
    found = (await sim.get("/_sim/webhooks/deliveries")).json["deliveries"]
    return {(one["standing"], one["attempt_count"]) for one in found}


async def test_where_time_goes_by_steps_a_receiver_asks_for_its_job_before_it_answers(live):
    seen = []

    async def look(news):
        seen.append((await sim.job(news["job_id"]))["status"])

    async with live(step=1_000) as sim, receiving(look) as url:
        await sim.imagine(webhook_url=url, webhook_type="progress")
        await advance(sim, by="10s")
        assert seen == ["in_progress", "completed"]
        assert await standings(sim) == {("delivered", 1)}


async def test_a_step_that_was_not_waited_for_is_walked_with_the_next(live):
    async def look(news):
        await sim.job(news["job_id"])

    async with live(step=1_000) as sim, receiving(look) as url:
        job_id = await sim.imagine(webhook_url=url)
        assert (await advance(sim, by="10s"))["after"] == "2026-01-01T00:00:11.000Z"
        await sim.job(job_id)
        assert (await sim.get("/_sim/clock")).json["now"] == "2026-01-01T00:00:13.000Z"


async def test_requests_that_come_together_each_take_a_step(live, tmp_path):
    async with live(step=1_000, data=tmp_path / "mjsim.db") as sim:
        await asyncio.gather(*(sim.jobs() for _ in range(20)))
        assert (await sim.get("/_sim/clock")).json["now"] == "2026-01-01T00:00:20.000Z"


async def test_a_receiver_that_moves_time_before_it_answers_is_told_that_it_waits_for_itself(live, monkeypatch):
    monkeypatch.setattr(timekeeper, "PATIENCE_SECONDS", 0.02)
    told = []

    async def move(_news):
        told.append(await sim.refused("/_sim/clock/advance", {"by": "1s"}, status=409, code="clashing_state"))

    async with live() as sim, receiving(move) as url:
        await sim.imagine(webhook_url=url)
        await advance(sim, by="10s")
        assert len(told) == 1
        assert "waits for itself" in told[0]
        assert await standings(sim) == {("delivered", 1)}
        await advance(sim, by="1s")


async def make_another(live, monkeypatch, pace, **how):
    """A walk while each webhook is answered by a new job; how many jobs there were when it had ended."""
    monkeypatch.setattr(timekeeper, "MOST_FRESH", 20)
    made = []

    async def make(_news):
        if len(made) < 500:  # a walk that does not end by itself fails the test in bounded time
            made.append(await sim.imagine(str(len(made)), webhook_url=url))

    async with live(pace=pace) as sim, receiving(make) as url:
        await sim.imagine(webhook_url=url)
        walk = await advance(sim, **how)
        number = len(made)
        assert (await sim.get("/_sim/clock")).json["now"] == walk["after"]
        await sim.post("/_sim/reset")
        return walk, number


async def test_work_that_makes_new_work_without_end_ends_a_walk_that_is_not_quiet(live, monkeypatch):
    walk, made = await make_another(live, monkeypatch, "quick", until="quiet")
    assert walk["quiet"] is False
    assert made < 100


async def test_so_it_does_where_all_of_it_is_due_at_the_same_instant(live, monkeypatch):
    walk, made = await make_another(live, monkeypatch, "instant", until="quiet")
    assert walk["quiet"] is False
    assert made < 100


async def test_a_walk_by_a_duration_comes_to_its_end_all_the_same(live, monkeypatch):
    walk, made = await make_another(live, monkeypatch, "quick", by="1d")
    assert walk["after"] == "2026-01-02T00:00:00.000Z"
    assert made < 100


async def test_a_webhook_that_is_sent_again_whenever_it_comes_does_not_keep_a_walk_going(live, monkeypatch):
    monkeypatch.setattr(timekeeper, "MOST_FRESH", 20)
    sent = []

    async def again(_news):
        if len(sent) < 500:
            sent.append(await sim.post(f"/_sim/webhooks/deliveries/{delivery}/resend"))

    async with live() as sim, receiving(again) as url:
        await sim.imagine(webhook_url=url)
        delivery = (await sim.get("/_sim/webhooks/deliveries")).json["deliveries"][0]["id"]
        assert (await advance(sim, until="quiet"))["quiet"] is False
        assert len(sent) < 200
        await sim.post("/_sim/reset")
