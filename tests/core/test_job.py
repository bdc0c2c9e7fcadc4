"""Everything about a job is derived from what was asked, what was drawn and the life that was planned."""

import pytest

from mjsim.core.artwork import Artwork, Caption, Picture
from mjsim.core.instant import DAY, NEVER, Instant
from mjsim.core.job import RETENTION, Job, Work
from mjsim.core.pace import JobType, Mode
from mjsim.core.ratio import Size
from mjsim.core.request import Parameters
from mjsim.core.status import Status
from mjsim.core.timeline import Moment, Timeline
from mjsim.core.value import changed

SETTINGS = Parameters("1:1", "7.0", Mode.TURBO, 1.0, 100, 7)
ART = Artwork(1, Size(64, 48))


def job(job_type=JobType.IMAGINE, accepted=5, **work):
    life = Timeline((Moment(Instant(accepted), Status.PENDING, 0),))
    work = {"prompt": "a fox", "parameters": SETTINGS, "artwork": ART} | work
    return Job("id", "t", job_type, "f", 0, life, Work(**work))


def test_the_published_api_lists_every_job_but_videos():
    assert {job_type for job_type in JobType if not job(job_type).listed} == {JobType.VIDEO}


def test_a_job_expires_15_days_after_it_was_accepted():
    assert RETENTION == 15 * DAY
    assert job(accepted=5).expires == 15 * DAY + 5
    assert job(accepted=NEVER - 1).expires == NEVER


@pytest.mark.parametrize("job_type", [JobType.IMAGINE, JobType.VARIATION, JobType.BLEND])
def test_a_grid_comes_first_and_then_its_tiles(job_type):
    assert job(job_type).pictures == tuple(Picture(ART, index) for index in (0, 1, 2, 3, 4))


def test_an_upscale_is_its_tile_doubled():
    assert job(JobType.UPSCALE, index=3).pictures == (Picture(ART, 3, doubled=True),)


def test_a_description_has_no_pictures():
    assert job(JobType.DESCRIBE, artwork=None, parameters=None, prompt=None, suggestions=("a",)).pictures == ()


def test_the_mode_is_that_of_the_settings_and_describing_is_fast():
    assert job().mode is Mode.TURBO
    assert job(JobType.DESCRIBE, parameters=None).mode is Mode.FAST


def test_an_amended_life_leaves_the_rest_of_the_job_alone():
    before = job()
    after = before.living(before.timeline.cancel(Instant(9)))
    assert after.timeline.outcome is Status.CANCELLED
    assert changed(after, timeline=before.timeline) == before


def test_pictures_are_captioned_with_prompt_and_flags():
    assert job().caption == Caption("id", "a fox", SETTINGS.flags())
    assert job(JobType.BLEND, prompt=None, parameters=None).caption == Caption("id", "", "")
