"""A check that cannot fail proves nothing: each of these servers has one defect, and fails for that reason."""

from pathlib import Path

import pytest
from mjsim_contracts.server_check import ServerCheck

from .broken_server import DEFECTS
from .server_process import serving

PROGRAM = str(Path(__file__).with_name("broken_server.py"))

IMAGINE, LIST, UPSCALE = "createImagineJob", "listJobs", "createUpscaleJob"

REASONS = {
    "any_key_is_accepted": "ST401",
    "another_job_is_answered": "the-asked-job-is-answered",
    "cancelled_jobs_go_on": "status-goes-forward",
    "children_have_their_parents_id": "children-are-not-their-parents",
    "completed_at_is_null": "ST108",
    "completed_before_it_was_created": "times-are-in-order",
    "completed_jobs_can_be_cancelled": "ended-jobs-cannot-be-cancelled",
    "completed_without_result": "result-belongs-to-completed",
    "filter_is_ignored": "the-filter-holds",
    "jobs_of_others_are_shown": "jobs-stay-with-their-account",
    "limit_is_ignored": "limit-bounds-the-page",
    "offset_is_ignored": "pages-do-not-overlap",
    "order_is_reversed": "the-order-holds",
    "progress_falls": "progress-never-falls",
    "some_created_jobs_are_lost": "created-jobs-are-found",
    "the_allow_header_is_missing": "ST204",
    "the_grid_has_index_null": "ST108",
    "total_is_off_by_one": "total-fits-the-page",
}
"""By defect, the code that the check has to name."""

PACES = {"cancelled_jobs_go_on": "quick", "progress_falls": "quick"}
"""Some defects show only on jobs that take their time."""

SCOPES = {"the_allow_header_is_missing": (("coverage",), (LIST,))}
"""The phases and operations that suffice; the examples of imagine, list and upscale for all others."""


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_broken_server_fails_for_its_reason(tmp_path: Path, openapi: Path, defect: str) -> None:
    """The code of the finding says what is wrong, not merely that something is."""
    phases, operations = SCOPES.get(defect, (("examples",), (IMAGINE, LIST, UPSCALE)))
    pace = PACES.get(defect, "instant")
    with serving(tmp_path / "log", "--seed", "1", "--pace", pace, program=(PROGRAM, defect)) as url:
        verdict = ServerCheck(
            url=url,
            key="sim-a",
            other_key="sim-b",
            contract=openapi / "midjourney.json",
            phases=phases,
            operations=operations,
            max_examples=10,
        ).run()
    assert not verdict.passed
    assert REASONS[defect] in {finding.code for finding in verdict.findings}, verdict.summary()
