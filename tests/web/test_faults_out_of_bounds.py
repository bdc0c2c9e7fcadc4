"""A fault that would search, grow or remember without bounds harms nobody: it does nothing, and says so."""

import pytest

from mjsim.web.stage import LONGEST_PROMPT
from mjsim.web.substitute import LARGEST_PATCHED


async def add(sim, effect, **match):
    return await sim.post("/_sim/faults", {"id": "one", "match": match, "effect": effect})


@pytest.mark.parametrize("pattern", ["(a+)+$", "(a|aa)*$", "(a|a?)+$", "(.*a){25}$", r"(a*)*\1$"])
async def test_a_pattern_that_searches_without_end_is_given_up_and_its_fault_does_not_strike(live, pattern):
    async with live() as sim:
        await add(sim, {"response": {"status": 503}}, prompt=pattern)
        for _ in range(3):
            await sim.imagine("a" * 3_000 + "b")
        misses = (await sim.get("/_sim/faults/one/near-misses")).json["misses"]
        assert "takes too long" in misses[-1]["conditions"][-1]["found"]


@pytest.mark.parametrize("pattern", ["(((a{9999}){9999}){9999})", "(a{1,500}){1,500}", "a{99999999999999999999}"])
async def test_a_pattern_that_is_endless_when_written_out_is_refused(live, pattern):
    async with live() as sim:
        answer = await add(sim, {"drip": 1}, prompt=pattern)
        assert (answer.status, answer.code) == (400, "invalid_request")
        assert "repeats more than 10000 times" in answer.message


COPIES = {
    "beside each other": [{"op": "copy", "from": "/data", "path": f"/data/x{n}"} for n in range(60)],
    "within each other": [{"op": "copy", "from": "/data", "path": "/data/x"}] * 1_000,
    "of the whole": [{"op": "copy", "from": "", "path": f"/x{n}"} for n in range(60)],
}


@pytest.mark.parametrize("patch", COPIES.values(), ids=COPIES)
async def test_copies_of_copies_do_not_fill_the_memory(live, patch):
    async with live() as sim:
        await add(sim, {"patch": patch})
        # Past the check of the contract: the answer may have any members.
        async with sim.session.post(f"{sim.url}/v1/imagine", json={"prompt": "a"}, headers=key(sim)) as answer:
            assert answer.status == 200
            assert len(await answer.read()) <= LARGEST_PATCHED


async def test_copies_that_stay_small_are_made(live):
    async with live() as sim:
        await add(sim, {"patch": [{"op": "copy", "from": "/data", "path": f"/x{n}"} for n in range(100)]})
        async with sim.session.post(f"{sim.url}/v1/imagine", json={"prompt": "a"}, headers=key(sim)) as answer:
            patched = await answer.json()
        assert all(patched[f"x{n}"] == patched["data"] for n in range(100))


def key(sim):
    return {"Authorization": f"Bearer {sim.key}"}


async def test_of_a_prompt_that_is_refused_for_its_length_no_more_is_kept_than_of_the_longest(live):
    async with live() as sim:
        await add(sim, {"response": {"status": 503}}, prompt="b")
        await sim.refused("/v1/imagine", {"prompt": "a" * 1_000_000}, status=400, code="invalid_request")
        (miss,) = (await sim.get("/_sim/faults/one/near-misses")).json["misses"]
        assert miss["prompt"] == "a" * LONGEST_PROMPT
