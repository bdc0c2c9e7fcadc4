"""With a seed, what a request gives depends on the request alone: not on the hour, the order, or who else asks."""

import asyncio
import random

ORIGIN = "http://mj.example"
KEYS = ("sim-a", "sim-b")


def requests(as_base64):
    """A day's work, with requests that are equal among it."""
    red, blue = as_base64((200, 0, 0)), as_base64((0, 0, 200))
    made = [("imagine", {"prompt": f"a {thing} --{mode}"}) for thing in "abc" for mode in ("fast", "turbo", "relax")]
    made += [("imagine", {"prompt": "the same"})] * 5
    made += [("imagine", {"prompt": "with a seed", "seed": 5}), ("imagine", {"prompt": "with a seed", "seed": 6})]
    made += [("describe", {"image_base64": red}), ("describe", {"image_base64": blue})]
    made += [("describe", {"image_url": "https://example.com/x.png"})] * 2
    made += [("blend", {"images": [{"base64": red}, {"base64": blue}]})]
    made += [("blend", {"images": [{"base64": blue}, {"base64": red}]})]
    return made


async def everything(sim, order, work):
    """What all jobs of all tenants look like in the end, after the work was handed in at once in this order."""
    asked = [(key, *one) for key in KEYS for one in work]
    if order is None:
        ids = [(key, await sim.as_(key).create(operation, **fields)) for key, operation, fields in asked]
    else:
        chance = random.Random(order)
        chance.shuffle(asked)
        made = await asyncio.gather(*(sim.as_(key).create(operation, **fields) for key, operation, fields in asked))
        ids = [(key, job_id) for (key, *_), job_id in zip(asked, made, strict=True)]
    pending = {job_id: await sim.as_(key).job(job_id) for key, job_id in ids}
    sim.clock.advance(1500)
    running = {job_id: await sim.as_(key).job(job_id) for key, job_id in ids}
    return pending, running, {job_id: await sim.as_(key).completed(job_id) for key, job_id in ids}


async def test_the_same_requests_give_the_same_jobs_under_any_interleaving(live, as_base64):
    """Ids, drawn seeds, timings and outcomes: equal requests among them, several tenants, shuffled arrival."""
    work = requests(as_base64)
    worlds = []
    for order in (None, 1, 2, 3):
        async with live(seed=99, failure_rate=0.0, public_base_url=ORIGIN) as sim:
            worlds.append(await everything(sim, order, work))
    assert len(worlds[0][0]) == len(KEYS) * len(work), "every job has an id of its own"
    assert all(world == worlds[0] for world in worlds[1:])


async def test_the_outcome_of_a_job_depends_on_no_other_job(live):
    names = [f"the one {number}" for number in range(8)]
    world = {"seed": 3, "failure_rate": 0.5, "pace": "instant", "public_base_url": ORIGIN}
    async with live(**world) as sim:
        alone = [await sim.job(await sim.imagine(name)) for name in names]
    async with live(**world) as sim:
        await asyncio.gather(*(sim.imagine(f"other {number}") for number in range(20)))
        assert [await sim.job(await sim.imagine(name)) for name in reversed(names)] == alone[::-1]
    assert {job["status"] for job in alone} == {"completed", "failed"}


async def test_another_seed_gives_another_world(live):
    made = []
    for seed in (1, 2):
        async with live(seed=seed) as sim:
            made.append(await sim.imagine("a cat"))
    assert made[0] != made[1]


async def test_without_a_seed_no_two_worlds_are_equal(live):
    made = []
    for _ in range(2):
        async with live(seed=None) as sim:
            made.append((sim.simulator.seed, await sim.imagine("a cat")))
    assert made[0][0] != made[1][0]
    assert made[0][1] != made[1][1]


async def test_another_tenant_gets_other_ids_for_the_same_request(live):
    async with live() as sim:
        assert await sim.as_("sim-a").imagine("a cat") != await sim.as_("sim-b").imagine("a cat")


async def test_the_hour_moves_timestamps_alone(live):
    shown = []
    for hours in (0, 5000):
        async with live(seed=4, public_base_url=ORIGIN) as sim:
            sim.clock.advance(hours * 3_600_000)
            shown.append(await sim.made("imagine", prompt="a cat"))
    stamps = ("created_at", "updated_at", "completed_at")
    assert all(shown[0][name] != shown[1][name] for name in stamps)
    assert {**shown[0], **dict.fromkeys(stamps)} == {**shown[1], **dict.fromkeys(stamps)}


async def test_pictures_are_the_same_bytes_in_every_world_of_a_seed(live):
    files = []
    for order in (0, 1):
        async with live(seed=12, pace="instant") as sim:
            if order:
                await sim.imagine("somebody else's picture")
            job = await sim.made("imagine", prompt="a cat")
            files.append((await sim.get(job["result"]["images"][3]["url"])).body)
    assert files[0] == files[1]
