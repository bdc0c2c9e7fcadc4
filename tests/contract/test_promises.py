"""Every promise about the life of a job has a story that breaks it and nothing else that it should not, and a true
story breaks none.
"""

from typing import Any

import pytest

from mjsim_contracts.exchange import CREATES, Exchange, Operation, read_exchange
from mjsim_contracts.lifecycle import CODES, Lifecycle
from mjsim_contracts.promises import Breach
from mjsim_contracts.promises.listing import listing
from mjsim_contracts.promises.walk import Walk

OWN, OTHER = "Bearer own", "Bearer other"
A, B, C = (f"{letter * 8}-0000-4000-8000-000000000000" for letter in "abc")
IMAGES = [{"url": "http://a/0.png"}, *({"url": f"http://a/{place}.png", "index": place} for place in (1, 2, 3, 4))]
EARLY, LATE = "2026-01-01T00:00:00.000Z", "2026-01-01T00:01:00.000Z"


def job(job_id: str = A, status: str = "completed", **changes: Any) -> dict[str, Any]:
    """A job as a truthful server shows it, with changes; a change to None takes the field away."""
    document: dict[str, Any] = {"id": job_id, "type": "imagine", "status": status, "progress": 40}
    document |= {"created_at": EARLY, "updated_at": LATE}
    if status == "completed":
        document |= {"progress": 100, "completed_at": LATE, "result": {"images": IMAGES}}
    if status == "failed":
        document["error"] = {"code": "content_filtered", "message": "The filter stopped the job."}
    return {name: value for name, value in (document | changes).items() if value is not None}


def created(job_id: str = A, operation: Operation = Operation.IMAGINE, body: Any = None, by: str = OWN) -> Exchange:
    """A request that was accepted."""
    return Exchange(operation, by, "", (), body or {"prompt": "a"}, 200, {"data": {"job_id": job_id}})


def child(job_id: str, parent: str = A) -> Exchange:
    """An upscale that was accepted."""
    return created(job_id, Operation.UPSCALE, {"job_id": parent, "index": 1})


def got(document: Any, job_id: str = A, status: int = 200, by: str = OWN) -> Exchange:
    """A look at one job."""
    return Exchange(Operation.GET, by, job_id, (), None, status, document)


def cancelled(document: Any, job_id: str = A, status: int = 200) -> Exchange:
    """An attempt to cancel."""
    return Exchange(Operation.CANCEL, OWN, job_id, (), None, status, document)


def listed(*jobs: dict[str, Any], total: int | None = None, said: Any = None, by: str = OWN, **query: str) -> Exchange:
    """A page of a list; `said` is what the answer claims to be."""
    count = len(jobs) if total is None else total
    place = {"limit": int(query.get("limit", "25")), "offset": int(query.get("offset", "0"))}
    answer = {"data": list(jobs), "total": count} | place | (said or {})
    return Exchange(Operation.LIST, by, "", tuple(query.items()), None, 200, answer)


def breaches(*story: Exchange) -> list[Breach]:
    """What a story breaks."""
    lifecycle = Lifecycle()
    return [breach for exchange in story for breach in lifecycle.judge(exchange)]


def walked(*pages: Exchange, before: tuple[Exchange, ...] = ()) -> list[Breach]:
    """What the pages of a whole list break as such."""
    lifecycle = Lifecycle()
    for exchange in before:
        lifecycle.judge(exchange)
    return lifecycle.judge_walk(OWN, Walk(tuple(page for each in pages for page in listing(each)), whole=True))


ERROR = {"status": "ERROR", "code": "not_found", "message": "There is none."}
SMALL = {"url": "http://a/1.png", "index": 1, "width": 8, "height": 8}
ENLARGED = {"type": "upscale", "result": {"images": [{"url": "http://a/c.png", "width": 8, "height": 8}]}}

BROKEN = {
    "answers-say-what-they-are-for": breaches(got({"status": "ERROR"}, status=404)),
    "answers-are-complete": breaches(got({"status": "ERROR", "code": "not_found"}, status=404)),
    "imagine-gives-its-grid": breaches(got(job(result={"images": IMAGES[1:]}))),
    "upscales-are-larger": breaches(
        got(job(result={"images": [IMAGES[0], SMALL]})), child(B), got(job(B, **ENLARGED), B)
    ),
    "new-ids-are-new": breaches(created(A), created(A.upper())),
    "children-are-not-their-parents": breaches(child(A, parent=A)),
    "children-have-parents": breaches(got(job(status="failed")), child(B)),
    "created-jobs-are-found": breaches(created(A), got(ERROR, status=404)),
    "the-asked-job-is-answered": breaches(got(job(B))),
    "foreign-jobs-are-not-found": breaches(created(A, by=OTHER), got(ERROR, status=400)),
    "cancelling-cancels": breaches(cancelled(job(status="in_progress"))),
    "ended-jobs-cannot-be-cancelled": breaches(got(job()), cancelled(job())),
    "status-goes-forward": breaches(got(job(status="in_progress")), got(job(status="pending"))),
    "progress-never-falls": breaches(got(job(status="in_progress")), got(job(status="in_progress", progress=39.0))),
    "completed-is-complete": breaches(got(job(progress=99))),
    "settled-stays-as-it-is": breaches(got(job()), got(job(completed_at=EARLY))),
    "result-belongs-to-completed": breaches(got(job(result=None))),
    "error-belongs-to-failed": breaches(got(job(status="failed", error={"code": "a"}))),
    "result-fits-type": breaches(got(job(type="upscale"))),
    "images-have-the-asked-shape": breaches(
        created(A, body={"prompt": "a", "aspect_ratio": "16:9"}), got(job(result={"images": [IMAGES[0], SMALL]}))
    ),
    "images-have-places": breaches(got(job(result={"images": [*IMAGES, {"url": "http://a/9", "index": 4}]}))),
    "times-are-in-order": breaches(got(job(completed_at="2025-12-31T00:00:00+00:00"))),
    "update-times-never-go-back": breaches(
        got(job(status="in_progress")), got(job(status="in_progress", updated_at=EARLY))
    ),
    "completion-has-its-time": breaches(got(job(status="cancelled", completed_at=LATE))),
    "identity-is-fixed": breaches(got(job(status="pending")), got(job(status="pending", type="blend"))),
    "type-is-what-was-asked": breaches(created(A, Operation.BLEND), got(job(status="pending"))),
    "too-late-means-ended": breaches(cancelled({}, status=400), got(job(status="in_progress"))),
    "jobs-stay-with-their-account": breaches(created(A, by=OTHER), listed(job())),
    "limit-bounds-the-page": breaches(listed(job(A), job(B), limit="1")),
    "total-fits-the-page": breaches(listed(job(A), total=2)),
    "total-counts-all-jobs": breaches(created(A), created(B), listed(job(A))),
    "the-page-is-the-asked-one": breaches(listed(said={"limit": 100})),
    "the-filter-holds": breaches(listed(job(), status="failed")),
    "the-order-holds": breaches(listed(job(A), job(B, created_at=LATE))),
    "listed-once": breaches(listed(job(A), job(A))),
    "pages-do-not-overlap": walked(listed(job(A), total=2), listed(job(A), total=2)),
    "created-jobs-are-listed": walked(listed(job(A)), before=(created(A), created(B))),
    "pages-make-up-the-total": walked(listed(job(A), total=2, limit="1"), listed(job(B), total=3)),
}
"""By the code of each promise, what a story breaks that was written to break it."""


@pytest.mark.parametrize("code", CODES)
def test_every_promise_has_a_story_that_breaks_it(code: str) -> None:
    """So no promise is one that is always kept."""
    assert code in {breach.code for breach in BROKEN[code]}


@pytest.mark.parametrize("code", sorted(set(CODES) - {"limit-bounds-the-page", "listed-once", "too-late-means-ended"}))
def test_a_breach_is_not_blamed_on_unrelated_promises(code: str) -> None:
    """At most one more promise is broken by the same fact, such as the total by a page that is too long."""
    assert len({breach.code for breach in BROKEN[code]}) <= 2


def test_every_story_belongs_to_a_promise() -> None:
    """A promise that was renamed takes its story with it."""
    assert set(BROKEN) == set(CODES)


def test_a_true_story_breaks_nothing() -> None:
    """From creation to the end, with children, pages, a cancelled job, a failed one, and somebody else."""
    upscaled = job(C, type="upscale", result={"images": [{"url": "http://a/c.png"}]}, created_at=LATE)
    ended = job(B, status="cancelled")
    assert not breaches(
        created(A),
        got(job(status="pending", progress=0)),
        got(job(status="in_progress")),
        created(B, by=OWN),
        cancelled(ended, B),
        cancelled(ERROR, B, status=400),
        got(job()),
        child(C, parent=A.upper()),
        got(upscaled, C),
        listed(upscaled, job(), ended),
        listed(job(), total=3, limit="1", offset="1"),
        listed(ended, job(), upscaled, sort="created_at_asc"),
        listed(ended, status="cancelled"),
        got(ERROR, status=404, by=OTHER),
        listed(by=OTHER),
        created("d" * 8 + "-0000-4000-8000-000000000000", Operation.DESCRIBE, by=OTHER),
    )


@pytest.mark.parametrize("operation", CREATES)
def test_answers_that_break_the_schema_are_left_to_the_schema(operation: Operation) -> None:
    """Whatever JSON comes, no promise trips over it."""
    for answer in (None, [], 3, {"data": None}, {"data": {"job_id": 7}}, {"data": [3, None, {}]}):
        found = breaches(Exchange(operation, OWN, "", (), answer, 200, answer))
        found += breaches(cancelled(answer, "", status=200), got(answer, ""), listed(said={"data": answer}))
        # An object may fit the schema, which requires nothing, and be no answer all the same.
        assert {breach.code for breach in found} <= {"answers-say-what-they-are-for", "answers-are-complete"}


def test_null_is_no_place_in_the_grid() -> None:
    """Nor does an image need to say its place where no other one does."""
    grid = IMAGES[0] | {"index": None}
    assert not breaches(got(job(result={"images": [grid, *IMAGES[1:]]})))
    assert not breaches(got(job(result={"images": [IMAGES[0], {"url": "http://a/9.png"}]})))


def test_an_enlargement_is_measured_against_its_own_tile() -> None:
    """Where a size or the parent is not known there is nothing to measure."""
    parent = job(result={"images": [IMAGES[0], SMALL | {"width": 4}, {**SMALL, "url": "http://a/2.png", "index": 2}]})
    assert not breaches(got(parent), child(B), got(job(B, **ENLARGED), B))
    assert not breaches(got(job()), child(B), got(job(B, **ENLARGED), B))
    assert not breaches(child(B), got(job(B, **ENLARGED), B))


@pytest.mark.parametrize(
    ("asked", "fits"), [("1:1", True), ("12:11", True), ("3:2", False), ("900:1", True), ("x", True)]
)
def test_shapes_are_held_to_what_was_asked_as_far_as_that_is_usual(asked: str, fits: bool) -> None:
    """An extreme ratio, or one that is none, is for the server to refuse or to round."""
    found = breaches(
        created(A, body={"prompt": "a", "aspect_ratio": asked}), got(job(result={"images": [IMAGES[0], SMALL]}))
    )
    assert ("images-have-the-asked-shape" in {breach.code for breach in found}) is not fits


@pytest.mark.parametrize("late", [False, True])
def test_completion_is_a_change_of_the_job(late: bool) -> None:
    """Its two times may differ by the moment between two looks at the clock."""
    times = {"updated_at": "2026-01-01T00:00:58.900Z" if late else "2026-01-01T00:00:59.900Z", "completed_at": LATE}
    found = breaches(got(job(**times)))
    assert {breach.code for breach in found} == ({"times-are-in-order"} if late else set())


@pytest.mark.parametrize("number", ["1e400", '"7"', "null", "4.5"])
def test_a_total_that_is_no_number_is_left_to_the_schema(number: str) -> None:
    """It is no reason to stumble either."""
    content = f'{{"data": [], "total": {number}, "limit": 25, "offset": 0}}'.encode()
    exchange = read_exchange("GET", "http://a/v1/jobs", OWN, None, 200, content)
    assert exchange
    assert {breach.code for breach in breaches(exchange)} <= set()


@pytest.mark.parametrize(
    ("method", "url", "operation"),
    [
        ("POST", "https://a/v1/imagine", Operation.IMAGINE),
        ("GET", f"https://a/prefix/v1/jobs/{A.upper()}", Operation.GET),
        ("POST", f"http://a/v1/jobs/{A}/cancel?x=1", Operation.CANCEL),
        ("GET", "http://a/v1/jobs?limit=3", Operation.LIST),
        ("GET", "http://a/v1/imagine", None),
        ("GET", "http://a/v1/jobs/", None),
        ("DELETE", f"http://a/v1/jobs/{A}", None),
    ],
)
def test_an_exchange_is_recognised_by_method_and_path(method: str, url: str, operation: Operation | None) -> None:
    """Below any prefix; what is no operation of the contract is no exchange."""
    exchange = read_exchange(method, url, OWN, b"\xff", 200, b"{")
    assert (exchange and exchange.operation) == operation
    if operation is Operation.GET:
        assert exchange
        assert (exchange.job_id, exchange.body, exchange.answer) == (A, None, None)
