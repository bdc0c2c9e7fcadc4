"""A list is what it says: the asked part of all jobs that match, each once, in the asked order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from mjsim_contracts.exchange import Exchange, Operation, inside
from mjsim_contracts.promises import Judgements, Promises
from mjsim_contracts.promises.account import Account
from mjsim_contracts.sighting import SeenJob, seen_jobs

LIST_PROMISES: Promises[Account, "Listing"] = Promises()
promise = LIST_PROMISES.promise


@dataclass(frozen=True, slots=True)
class Listing:
    """An answered page: what was asked for, and what came."""

    status: str | None
    limit: int
    offset: int
    newest_first: bool
    jobs: tuple[SeenJob, ...]
    length: int
    total: int | None
    said_limit: int | None
    said_offset: int | None


def listing(exchange: Exchange) -> Iterator[Listing]:
    """The page of a successful list; nothing where it cannot be told for sure what was asked for."""
    asked = dict(exchange.query)
    data = inside(exchange.answer, "data")
    once = len(asked) == len(exchange.query)
    if exchange.operation is not Operation.LIST or not exchange.accepted or not once or not isinstance(data, list):
        return
    limit, offset = _whole(asked.get("limit", "25")), _whole(asked.get("offset", "0"))
    sort = asked.get("sort", "created_at_desc")
    if limit is None or offset is None or sort not in {"created_at_desc", "created_at_asc"}:
        return
    yield Listing(
        status=asked.get("status"),
        limit=limit,
        offset=offset,
        newest_first=sort == "created_at_desc",
        jobs=tuple(seen_jobs(exchange)),
        length=len(data),
        total=_number(inside(exchange.answer, "total")),
        said_limit=_number(inside(exchange.answer, "limit")),
        said_offset=_number(inside(exchange.answer, "offset")),
    )


@promise
def limit_bounds_the_page(_account: Account, page: Listing) -> Judgements:
    """A page holds at most limit jobs."""
    yield page.length <= page.limit, f"{page.length} jobs came, the limit was {page.limit}"


@promise
def total_fits_the_page(_account: Account, page: Listing) -> Judgements:
    """A page holds exactly as many jobs as total, limit and offset leave for it."""
    if page.total is not None:
        left = max(0, min(page.limit, page.total - page.offset))
        asked = f"total {page.total}, limit {page.limit}, offset {page.offset}"
        yield page.length == left, f"{asked}: {page.length} jobs came instead of {left}"


@promise
def total_counts_all_jobs(account: Account, page: Listing) -> Judgements:
    """Without a filter, total counts at least the jobs that this account was seen to create."""
    if page.status is None and page.total is not None:
        yield page.total >= len(account.born), f"total is {page.total}, but {len(account.born)} jobs were created"


@promise
def the_page_is_the_asked_one(_account: Account, page: Listing) -> Judgements:
    """limit and offset of the answer are those of the request, or the documented defaults."""
    if page.said_limit is not None:
        yield page.said_limit == page.limit, f"limit {page.limit} was asked for, {page.said_limit} came"
    if page.said_offset is not None:
        yield page.said_offset == page.offset, f"offset {page.offset} was asked for, {page.said_offset} came"


@promise
def the_filter_holds(_account: Account, page: Listing) -> Judgements:
    """Every listed job has the status that was asked for."""
    if page.status is not None and page.jobs:
        others = {job.status for job in page.jobs} - {page.status}
        yield not others, f"asked for {page.status}, {', '.join(sorted(others))} came too"


@promise
def the_order_holds(_account: Account, page: Listing) -> Judgements:
    """The list is ordered by created_at, newest first unless the request says otherwise."""
    times = [job.created_at for job in page.jobs if job.created_at]
    for first, second in pairwise(times if page.newest_first else times[::-1]):
        order = "newest" if page.newest_first else "oldest"
        yield first >= second, f"asked for {order} first, but {first} and {second} stand the other way round"


@promise
def listed_once(_account: Account, page: Listing) -> Judgements:
    """No job stands twice on a page."""
    ids = [job.id for job in page.jobs]
    if ids:
        yield len(set(ids)) == len(ids), f"{len(ids) - len(set(ids))} jobs stand twice"


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def _number(value: object) -> int | None:
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return int(value) if whole else None  # type: ignore[call-overload]
