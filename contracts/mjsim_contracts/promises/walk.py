"""Page after page, a list shows every job of the account once."""

from dataclasses import dataclass

from mjsim_contracts.promises import Judgements, Promises
from mjsim_contracts.promises.account import Account
from mjsim_contracts.promises.listing import Listing

WALK_PROMISES: Promises[Account, "Walk"] = Promises()
promise = WALK_PROMISES.promise


@dataclass(frozen=True, slots=True)
class Walk:
    """Pages of one list, one after the other, while no job was created; `whole` when they reach its end."""

    pages: tuple[Listing, ...]
    whole: bool

    @property
    def ids(self) -> list[str]:
        """The listed jobs, in order."""
        return [job.id for page in self.pages for job in page.jobs]


@promise
def pages_do_not_overlap(_account: Account, walk: Walk) -> Judgements:
    """No job stands on two pages of one list."""
    if len(walk.pages) > 1:
        doubles = len(walk.ids) - len(set(walk.ids))
        yield doubles == 0, f"{doubles} jobs stood on two pages"


@promise
def created_jobs_are_listed(account: Account, walk: Walk) -> Judgements:
    """Every job that the account created is in its list."""
    if walk.whole and account.born:
        missing = account.born.keys() - set(walk.ids)
        some = f"such as {min(missing)}" if missing else "none"
        yield not missing, f"{len(missing)} of {len(account.born)} created jobs are missing, {some}"


@promise
def pages_make_up_the_total(_account: Account, walk: Walk) -> Judgements:
    """The pages of a list hold together as many jobs as each of them says that there are."""
    if walk.whole:
        totals = {page.total for page in walk.pages}
        yield totals == {len(walk.ids)}, f"{len(walk.ids)} jobs were listed, total said {totals}"
