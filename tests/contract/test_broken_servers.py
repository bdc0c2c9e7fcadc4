"""A check that cannot fail proves nothing: each of these servers has one defect, and fails for that reason."""

from pathlib import Path

import pytest

from mjsim_contracts.report.model import ExitCode, Outcome, Report
from mjsim_contracts.server.check import ServerCheck
from mjsim_contracts.server.profile import PROFILES, Profile
from mjsim_contracts.server.story import Stories

from .broken_server import DEFECTS
from .server_process import serving

PROGRAM = str(Path(__file__).with_name("broken_server.py"))

GLANCE = Profile("glance", (), 0, Stories(number=10, steps=12, seconds=2), patience=1, seconds=60)
"""Without Schemathesis: the walk, the probes and a few stories."""

COVERAGE = Profile("coverage", ("coverage",), 1, Stories(number=1, steps=1, seconds=1), patience=0, seconds=60)
"""Schemathesis, and as little else as possible."""

REASONS = {
    "another_job_is_answered": "the-asked-job-is-answered/getJobStatus",
    "any_key_is_accepted": "refused-wrong-key/listJobs",
    "anything_can_be_enlarged": "children-have-parents/createUpscaleJob",
    "cancelled_jobs_are_not_listed": "total-fits-the-page/listJobs",
    "cancelled_jobs_go_on": "status-goes-forward/getJobStatus",
    "cancelling_is_told_as_a_result": "WH-RESULT-ONLY",
    "cancelling_is_told_to_nobody": "WH-CANCEL",
    "children_have_no_webhooks": "WH-RESULT",
    "children_have_their_parents_id": "children-are-not-their-parents/createUpscaleJob",
    "completed_at_is_null": "ST108/getJobStatus",
    "completed_before_it_was_created": "times-are-in-order/getJobStatus",
    "completed_jobs_can_be_cancelled": "ended-jobs-cannot-be-cancelled/cancelJob",
    "completed_without_result": "result-belongs-to-completed/getJobStatus",
    "created_at_is_now": "identity-is-fixed/getJobStatus",
    "errors_are_plain_text": "ST105/getJobStatus",
    "errors_have_no_code": "answers-are-complete/getJobStatus",
    "errors_say_nothing": "answers-say-what-they-are-for/getJobStatus",
    "files_are_missing": "pictures-are-what-they-say/getJobStatus",
    "filter_is_ignored": "the-filter-holds/listJobs",
    "images_are_said_to_be_larger": "pictures-are-what-they-say/getJobStatus",
    "jobs_are_gone_after_the_second_look": "created-jobs-are-found/getJobStatus",
    "jobs_of_others_are_shown": "jobs-stay-with-their-account/getJobStatus",
    "limit_is_ignored": "the-page-is-the-asked-one/listJobs",
    "long_prompts_are_accepted": "refused-long-prompt/createImagineJob",
    "long_prompts_are_cut": "prompts-are-kept/getJobStatus",
    "new_jobs_have_no_id": "answers-say-what-they-are-for/createImagineJob",
    "nul_is_a_server_error": "odd-nul/createImagineJob",
    "offset_is_ignored": "the-page-is-the-asked-one/listJobs",
    "open_jobs_cannot_be_cancelled": "open-jobs-can-be-cancelled/cancelJob",
    "order_is_reversed": "the-order-holds/listJobs",
    "pictures_are_served_as_pages": "pictures-are-what-they-say/getJobStatus",
    "pictures_are_square_whatever_was_asked": "images-have-the-asked-shape/getJobStatus",
    "progress_falls": "progress-never-falls/getJobStatus",
    "progress_is_told_after_completion": "WH-CHANGES",
    "progress_is_told_as_a_result": "WH-RESULT-ONLY",
    "prompts_are_cut": "prompts-are-kept/getJobStatus",
    "results_are_told_to_nobody": "WH-RESULT",
    "settings_are_forgotten": "parameters-are-kept/getJobStatus",
    "some_created_jobs_are_lost": "created-jobs-are-found/getJobStatus",
    "the_allow_header_is_missing": "ST204/listJobs",
    "the_beginning_of_work_is_not_told": "WH-PROGRESS",
    "the_grid_has_index_null": "ST108/getJobStatus",
    "the_grid_is_missing": "imagine-gives-its-grid/getJobStatus",
    "the_usual_page_has_ten_jobs": "the-page-is-the-asked-one/listJobs",
    "total_counts_the_page": "total-counts-all-jobs/listJobs",
    "total_is_off_by_one": "total-fits-the-page/listJobs",
    "unknown_jobs_are_bad_requests": "unknown-get/getJobStatus",
    "updates_are_forgotten": "times-are-in-order/getJobStatus",
    "updates_go_back": "update-times-never-go-back/getJobStatus",
    "upscales_are_no_larger": "upscales-are-larger/getJobStatus",
    "webhooks_are_misnamed": "WH-CHANGES",
    "webhooks_are_never_sent": "WH-PROGRESS",
    "webhooks_are_no_jobs": "WH-BODY",
    "webhooks_come_too_early": "WH-TRUTH",
    "webhooks_come_without_results": "WH-BODY",
    "webhooks_lose_the_query_of_their_url": "WH-PROGRESS",
    "webhooks_tell_another_time": "WH-TRUTH",
    "webhooks_tell_of_another_job": "WH-JOB",
    "webhooks_tell_progress_unasked": "WH-RESULT-ONLY",
    "what_has_ended_changes": "settled-stays-as-it-is/getJobStatus",
}
"""By defect, the id of the finding that the check has to make."""

SLOW = {
    "cancelled_jobs_are_not_listed",
    "cancelled_jobs_go_on",
    "cancelling_is_told_as_a_result",
    "cancelling_is_told_to_nobody",
    "open_jobs_cannot_be_cancelled",
    "progress_falls",
    "the_beginning_of_work_is_not_told",
    "updates_are_forgotten",
    "webhooks_come_too_early",
}
"""Some defects show only on jobs that take their time; their clock is moved, so that no busy machine hides them."""

PROFILES_NEEDED = {"the_allow_header_is_missing": COVERAGE}
"""A glance finds all others."""


def check(defect: str, log: Path, profile: Profile) -> Report:
    """The report on a server with this defect."""
    pace = ("quick", "--clock", "manual") if defect in SLOW else ("instant",)
    with serving(log, "--seed", "1", "--pace", *pace, program=(PROGRAM, defect)) as url:
        return ServerCheck(url, profile=profile).run()


PERMITTED = {"errors_have_no_code"}
"""What the schema lets a server do is told as a warning."""


def must_fail(report: Report, defect: str) -> None:
    """It fails, and among its findings is the right one, with what a reader needs to see it for himself."""
    outcome = Outcome.WARN if defect in PERMITTED else Outcome.FAIL
    assert (report.exit_code is ExitCode.FAIL) is (outcome is Outcome.FAIL)
    failed = {case.id: case for case in report.of(outcome)}
    assert REASONS[defect] in failed
    finding = failed[REASONS[defect]]
    assert finding.seen
    assert finding.why
    assert finding.evidence
    assert ("mjsim check server" if finding.rule.startswith("WH-") else "curl -sS") in finding.reproduce


def test_there_are_many_and_each_has_its_reason() -> None:
    """None is left out of the tests below."""
    assert DEFECTS.keys() == REASONS.keys()
    assert len(DEFECTS) >= 24


@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_a_broken_server_fails_for_its_reason(tmp_path: Path, defect: str) -> None:
    """The id of the finding says what is wrong, not merely that something is."""
    must_fail(check(defect, tmp_path / "log", PROFILES_NEEDED.get(defect, GLANCE)), defect)


@pytest.mark.hunt
@pytest.mark.parametrize("defect", sorted(DEFECTS))
def test_the_quick_profile_finds_it_too(tmp_path: Path, defect: str) -> None:
    """What the shortened checks above find, users of the command find as well."""
    must_fail(check(defect, tmp_path / "log", PROFILES["quick"]), defect)
