"""A page of a million jobs is found by looking into an index, never by reading the jobs that are not on it.

Two ways lead to the jobs of one status. Walking in order of acceptance passes over those of another status; gathering
takes the jobs whose instants say that they have the status, however few they are, and sorts them. The counts say which
way is the shorter one.
"""

from mjsim.core.status import Status
from mjsim.ports import Query
from mjsim.store.tally import OUTCOMES, Tally

LATEST = "SELECT document FROM job ORDER BY sequence DESC LIMIT :number"
"""The latest jobs of all tenants, newest first."""

# Two short walks along an index, where one over both numbers would sort all of the tenant's jobs.
LATEST_OF_TENANT = (
    "SELECT document FROM job WHERE sequence IN ("
    "SELECT * FROM (SELECT sequence FROM job WHERE tenant = :tenant ORDER BY sequence DESC LIMIT :number) UNION ALL "
    "SELECT * FROM (SELECT sequence FROM job WHERE tenant = -:tenant ORDER BY sequence DESC LIMIT :number)) "
    "ORDER BY sequence DESC LIMIT :number"
)
"""Those of one tenant."""


def page_question(query: Query, tally: Tally) -> str:
    """The SQL for a page, with the parameters tenant, now, limit and offset."""
    index, condition = _way(query.status, tally)
    direction = "DESC" if query.newest_first else "ASC"
    return (
        "SELECT document FROM job WHERE sequence IN ("
        f"SELECT sequence FROM job INDEXED BY {index} WHERE tenant = :tenant AND {condition} "
        f"ORDER BY sequence {direction} LIMIT :limit OFFSET :offset) ORDER BY sequence {direction}"
    )


def _way(status: Status | None, tally: Tally) -> tuple[str, str]:
    """The index to use and the condition to meet."""
    if status is None:
        return "job_order", "TRUE"
    if status is Status.PENDING:
        few = tally.of(status) <= tally.started
        return "job_started" if few else "job_order", "started > :now"
    if status is Status.IN_PROGRESS:
        few = 2 * tally.unsettled <= tally.accepted
        return "job_settled" if few else "job_order", "started <= :now AND settled > :now"
    few = tally.accepted - tally.unsettled < tally.unsettled
    condition = f"settled <= :now AND outcome = {OUTCOMES.index(status)}"
    return "job_settled" if few else "job_outcome", condition
