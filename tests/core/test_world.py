"""A world is unlimited and nothing fails in it, unless it is set otherwise."""

from mjsim.core.pace import PACES
from mjsim.core.world import World


def test_a_world_has_no_limits_of_its_own():
    world = World(seed=1, pace=PACES["quick"])
    assert (world.failure_rate, world.slots, world.rate_limit, world.max_jobs) == (0.0, None, None, 1_000_000)
