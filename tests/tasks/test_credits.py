"""Credits follow from the story of the jobs: nothing is charged twice, and nothing that failed."""

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

IMAGE = "https://example.com/a.png"
PRICES = [
    ({"speed": "relaxed"}, 3),
    ({"speed": "fast"}, 8),
    ({"speed": "turbo"}, 16),
    ({"task_type": "mj_img2img", "fileUrl": IMAGE, "speed": "relaxed"}, 3),
    ({"task_type": "mj_omni_reference", "fileUrl": IMAGE}, 8),
    ({"task_type": "mj_video", "fileUrl": IMAGE, "videoBatchSize": 4}, 60),
    ({"task_type": "mj_video_hd", "fileUrl": IMAGE}, 60),
]


@pytest.mark.parametrize(("fields", "price"), PRICES)
async def test_a_task_costs_what_it_costs_once_and_nothing_if_it_fails(live, fields, price):
    async with live(credits=1_000) as sim:
        task = await sim.generate(**fields)
        assert await sim.credits() == 1_000 - price
        await sim.done(task)
        assert await sim.credits() == 1_000 - price
        await sim.fail(await sim.generate(**fields | {"prompt": "another"}))
        assert await sim.credits() == 1_000 - price


async def test_upscales_and_variations_are_free_even_without_credits(live):
    async with live(credits=8) as sim:
        grid = await sim.generate()
        await sim.done(grid)
        assert await sim.credits() == 0
        for operation in ("generateUpscale", "generateVary"):
            await sim.create(operation, taskId=grid, imageIndex=0)
        assert await sim.credits() == 0


async def test_an_account_that_cannot_pay_is_told_so_and_keeps_what_it_has(live):
    async with live(credits=20) as sim:
        fields = {"taskType": "mj_video", "prompt": "a", "fileUrl": IMAGE, "motion": "low"}
        answer = await sim.post("/api/v1/mj/generate", **fields)
        assert answer == {"code": 402, "msg": "The task costs 60 credits, and the account has 20.", "data": None}
        assert await sim.credits() == 20
        await sim.generate(speed="turbo")
        assert await sim.code("/api/v1/mj/generate", taskType="mj_txt2img", prompt="a", speed="fast") == 402
        assert await sim.as_("sim-other").credits() == 20


async def test_the_control_api_reads_and_sets_what_is_left(live):
    async with live() as sim:
        assert await sim.control("GET", "/tenants/sim-test/credits") == {"tenant": "sim-test", "credits": 1_000_000}
        task = await sim.generate()
        assert await sim.control("PUT", "/tenants/sim-test/credits", {"credits": 5}) == {
            "tenant": "sim-test",
            "credits": 5,
        }
        assert await sim.credits() == 5
        await sim.fail(task)
        assert await sim.credits() == 13
        assert await sim.as_("sim-other").credits() == 1_000_000


async def test_what_jobs_have_cost_is_remembered_when_they_are_forgotten(live):
    async with live(credits=100) as sim:
        await sim.generate()
        held = await sim.generate(prompt="held")
        (job, *_rest) = (await sim.control("GET", "/jobs"))["data"]
        assert job["job"]["id"].replace("-", "") == held
        await sim.control("POST", f"/jobs/{job['job']['id']}/hold")
        sim.clock.advance(16 * 86_400_000)
        await sim.generate(prompt="later", speed="relaxed")
        assert (await sim.get(f"/api/v1/mj/record-info?taskId={held}"))["code"] == 422
        # The first is paid, the one that was held for good never came to anything, the last one is going on.
        assert await sim.credits() == 100 - 8 - 3


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("generate"), st.sampled_from(["relaxed", "fast", "turbo"])),
        st.tuples(st.just("video"), st.integers(0, 3)),
        st.tuples(st.just("fail"), st.integers(0, 9)),
        st.tuples(st.just("wait"), st.integers(1, 4_000)),
        st.tuples(st.just("days"), st.integers(1, 16)),
        st.tuples(st.just("grant"), st.integers(0, 80)),
    ),
    max_size=14,
)


PRICE_OF = {"relaxed": 3, "fast": 8, "turbo": 16}


class Book:
    """Does what a story says to a simulator, and keeps a book of its own."""

    def __init__(self, sim):
        self.sim, self.granted, self.costs, self.ended = sim, 60, {}, {}

    def running(self):
        return [task for task in self.costs if task not in self.ended]

    async def charged(self):
        """What running and successful tasks cost; how a task ended is remembered when it is forgotten."""
        for task in self.running():
            record = (await self.sim.get(f"/api/v1/mj/record-info?taskId={task}"))["data"]
            if record and record["successFlag"]:
                self.ended[task] = record["successFlag"]
        return sum(cost for task, cost in self.costs.items() if self.ended.get(task, 1) == 1)

    async def create(self, cost, **fields):
        before = await self.sim.credits()
        answer = await self.sim.post("/api/v1/mj/generate", **fields)
        assert answer["code"] == (200 if cost <= before else 402)
        if cost <= before:
            self.costs[answer["data"]["taskId"]] = cost

    async def generate(self, speed, number):
        await self.create(PRICE_OF[speed], taskType="mj_txt2img", prompt=f"number {number}", speed=speed)

    async def video(self, _how, number):
        fields = {"motion": "low", "fileUrl": IMAGE}
        await self.create(60, taskType="mj_video", prompt=f"number {number}", **fields)

    async def fail(self, which, _number):
        await self.charged()
        for task in self.running()[which : which + 1]:
            await self.sim.fail(task)

    async def wait(self, milliseconds, _number):
        self.sim.clock.advance(milliseconds)

    async def days(self, days, number):
        await self.wait(3_600_000, number)
        await self.charged()
        await self.wait(days * 86_400_000, number)

    async def grant(self, left, _number):
        await self.sim.control("PUT", "/tenants/sim-test/credits", {"credits": left})
        self.granted = left + await self.charged()


def test_credits_and_what_running_and_successful_tasks_cost_are_what_was_granted_whatever_happens(live):
    """Under any interleaving, at any time; and no task that is accepted makes them fall below 0."""

    @settings(max_examples=40, derandomize=True, database=None)
    @given(STEPS)
    def law(steps):
        async def run():
            async with live(credits=60) as sim:
                book = Book(sim)
                for number, (step, how) in enumerate(steps):
                    await getattr(book, step)(how, number)
                    assert await sim.credits() == book.granted - await book.charged() >= 0

        asyncio.run(run())

    law()
