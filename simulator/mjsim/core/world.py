"""What one simulated world is set to; decided when it starts, and the same for all that happens in it."""

from mjsim.core.limit import RateLimit
from mjsim.core.pace import Pace
from mjsim.core.slots import SlotPlan
from mjsim.core.value import Frozen


class World(Frozen):
    """`seed`: the root of all chance. `slots` None: every job runs at once. `rate_limit` None: none, on imagine only;
    `task_limit` is the same for all that the task API makes. `credits`: what each account there is granted.

    `failure_rate`: the share of jobs that fail (0 to 1). `max_jobs`: how many jobs are kept, over all tenants.
    """

    seed: int
    pace: Pace
    failure_rate: float = 0.0
    slots: SlotPlan | None = None
    rate_limit: RateLimit | None = None
    max_jobs: int = 1_000_000
    task_limit: RateLimit | None = None
    credits: int = 1_000_000
