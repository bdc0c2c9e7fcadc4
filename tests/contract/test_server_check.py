"""The simulator obeys both contracts, and keeps every promise about the life of its jobs; a run that tested less than
it should is no proof.
"""

from pathlib import Path

import pytest
from mjsim_contracts.server_check import PHASES, CheckError, ServerCheck
from mjsim_contracts.verdict import ServerVerdict

from mjsim_contracts.configuration import Configuration

DOCUMENTS = {Configuration.OVERLAID: "midjourney.json", Configuration.PUBLISHED: "midjourney.published.json"}


def check(url: str, openapi: Path, configuration: Configuration, seed: int, max_examples: int = 10) -> ServerCheck:
    """A whole check, by accounts of its own."""
    return ServerCheck(
        url=url,
        key=f"sim-{configuration}-{seed}",
        other_key="sim-somebody-else",
        contract=openapi / DOCUMENTS[configuration],
        configuration=configuration,
        seed=seed,
        max_examples=max_examples,
    )


def must_pass(verdict: ServerVerdict, *, least: int) -> None:
    """Nothing was found, and all phases looked at all operations with so many requests at least."""
    assert verdict.passed, verdict.summary() + verdict.output
    assert verdict.phases == dict.fromkeys(PHASES, "success")
    assert verdict.operations == 8
    assert verdict.cases >= least


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_simulator_obeys_the_overlaid_contract(instant: str, openapi: Path, seed: int) -> None:
    """Without any waiver; and all but cancelling, for which no job lives long enough, was put to the test."""
    verdict = check(instant, openapi, Configuration.OVERLAID, seed).run()
    must_pass(verdict, least=600)
    assert verdict.not_exercised == ("cancelling-cancels",)
    assert [name for name, number in verdict.accepted.items() if not number] == ["POST /v1/jobs/{jobId}/cancel"]


def test_the_simulator_obeys_the_published_contract(instant: str, openapi: Path) -> None:
    """With the waivers that its configuration lists."""
    must_pass(check(instant, openapi, Configuration.PUBLISHED, 1).run(), least=600)


def test_jobs_that_take_their_time_obey_the_overlaid_contract(quick: str, openapi: Path) -> None:
    """Here jobs are seen pending and at work, so that cancelling succeeds."""
    verdict = check(quick, openapi, Configuration.OVERLAID, 1).run()
    must_pass(verdict, least=600)
    assert verdict.accepted["POST /v1/jobs/{jobId}/cancel"] > 0
    assert verdict.judged["cancelling-cancels"] > 0


def test_the_published_contract_needs_its_waiver(instant: str, openapi: Path) -> None:
    """Judged without it, the honest 400 for a bad query is a failure, and the only one: the waiver is not stale."""
    verdict = ServerCheck(
        url=instant,
        key="sim-unwaived",
        contract=openapi / DOCUMENTS[Configuration.PUBLISHED],
        phases=("coverage",),
        operations=("listJobs",),
    ).run()
    assert [(finding.code, finding.operations) for finding in verdict.findings] == [("ST103", ("GET /v1/jobs",))]
    assert not verdict.passed


def test_a_server_that_cannot_be_reached_gets_no_verdict(openapi: Path) -> None:
    """The error says in one line what stood in the way."""
    check = ServerCheck(
        url="http://127.0.0.1:1",
        key="sim-a",
        contract=openapi / "midjourney.json",
        phases=("examples",),
        operations=("listJobs",),
    )
    with pytest.raises(CheckError, match=r"^no operation at http://127\.0\.0\.1:1 could be tested: Network Error"):
        check.run()


def test_a_check_that_does_not_end_is_ended(instant: str, openapi: Path) -> None:
    """Its time is bounded, whatever the server does."""
    check = ServerCheck(url=instant, key="sim-a", contract=openapi / "midjourney.json", seconds=0.2)
    with pytest.raises(CheckError, match=r"did not end within 0\.2 s"):
        check.run()
