"""Reports to be shown: one of each outcome, and one whose every text is hostile."""

from dataclasses import replace

import pytest

from mjsim_contracts.report.model import Case, Event, Evidence, Lane, Matrix, Outcome, Report

HOSTILE = (
    "</pre><script>alert(1)</script><img src=x onerror=alert(1)>\"' `x` ```` | *b* \x1b[31m\x00\u202e\ud800 ]]>"
    " &lt; --\r\n## x"
)


def report(*cases: Case, **changes) -> Report:
    """A report of these cases."""
    return replace(Report("server", "http://127.0.0.1:8080", cases, seconds=1.25, seed=7, profile="quick"), **changes)


FAILED = Case(
    id="total-fits-the-page/listJobs",
    title="A page holds as many jobs as total leaves for it.",
    outcome=Outcome.FAIL,
    expected="9 jobs",
    seen="8 jobs came",
    why="A client never ends.",
    reproduce="curl -sS http://127.0.0.1:8080/v1/jobs",
    place="listJobs",
    evidence=(
        Evidence(
            "GET /v1/jobs",
            "GET /v1/jobs HTTP/1.1",
            'HTTP/1.1 200 OK\n\n{\n  "total": 9\n}',
            "data.total: one more",
            0.5,
        ),
    ),
    seconds=0.25,
)
WARNED = Case("C033", "It polls although a webhook is configured.", Outcome.WARN, seen="12 polls", place="getJobStatus")
IDLE = Case("children-have-parents", "Nothing is made from a failed job.", Outcome.NOT_EXERCISED, seen="no job failed")
PASSED = Case("ST101", "No request is answered by a server error.", Outcome.PASS, place="Job")
KNOWN = Case(
    "ST201/listJobs", "Wrong requests are refused.", Outcome.FAIL, seen="accepted", place="listJobs", known=True
)


@pytest.fixture
def mixed() -> Report:
    """Every outcome once, with a matrix and a timeline."""
    return report(
        PASSED,
        IDLE,
        WARNED,
        KNOWN,
        FAILED,
        headline=("12 requests in 1.2 s",),
        matrices=(Matrix("Answers", ("200", "404"), (("listJobs", ("12", "")), ("getJobStatus", ("", "3")))),),
        lanes=(
            Lane(
                "imagine 1",
                (Event(0.1, "created", "accepted"), Event(0.4, "poll", "40 %"), Event(1, "webhook", "done")),
            ),
        ),
        stale=("ST999/nothing",),
    )


@pytest.fixture
def hostile() -> Report:
    """Every text of it tries to be more than text."""
    case = Case(HOSTILE, HOSTILE, Outcome.FAIL, *[HOSTILE] * 5, evidence=(Evidence(*[HOSTILE] * 4),))
    idle = replace(case, outcome=Outcome.NOT_EXERCISED)
    return report(
        case,
        idle,
        replace(case, outcome=Outcome.WARN),
        replace(case, known=True),
        target=HOSTILE,
        profile=HOSTILE,
        headline=(HOSTILE,),
        matrices=(Matrix(HOSTILE, (HOSTILE,), ((HOSTILE, (HOSTILE,)),)),),
        lanes=(Lane(HOSTILE, (Event(0, HOSTILE, HOSTILE),)),),
        stale=(HOSTILE,),
    )


@pytest.fixture
def empty() -> Report:
    """Nothing was judged."""
    return report()
