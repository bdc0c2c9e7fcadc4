"""The durations are the measured ones, and every job in every mode has one."""

import pytest

from mjsim.core.instant import MINUTE, SECOND
from mjsim.core.pace import PACES, PROGRESS_STEPS, JobType, Mode

REALISTIC = PACES["realistic"]


@pytest.mark.parametrize("pace", PACES.values(), ids=PACES)
def test_every_span_is_one_and_every_job_has_one(pace):
    spans = [pace.lead, *pace.wait.values(), *(pace.run[job_type] for job_type in JobType)]
    assert all(0 <= shortest <= longest for shortest, longest in spans)
    assert all(factor > 0 for factor in pace.factor.values())


def test_progress_is_reported_as_it_was_seen():
    assert PROGRESS_STEPS == (0, 15, 31, 46, 62, 78, 93)


@pytest.mark.parametrize(
    ("job_type", "seconds"),
    [
        ("imagine", (56, 67)),
        ("variation", (56, 67)),
        ("upscale", (60, 120)),
        ("blend", (60, 120)),
        ("describe", (5, 10)),
    ],
)
def test_the_realistic_durations_are_the_measured_ones(job_type, seconds):
    shortest, longest = REALISTIC.run[JobType(job_type)]
    assert (shortest / SECOND, longest / SECOND) == seconds


def test_turbo_is_four_times_as_fast_and_relaxed_jobs_wait_up_to_ten_minutes():
    assert REALISTIC.factor[Mode.FAST] / REALISTIC.factor[Mode.TURBO] == 4
    assert REALISTIC.wait == {Mode.RELAX: (0, 10 * MINUTE)}
    shortest, longest = REALISTIC.run[JobType.IMAGINE]
    assert shortest * REALISTIC.factor[Mode.RELAX] < 214 * SECOND < longest * REALISTIC.factor[Mode.RELAX]


def test_grids_are_made_by_imagine_variation_and_blend():
    assert {job_type for job_type in JobType if job_type.makes_grid} == {"imagine", "variation", "blend"}
