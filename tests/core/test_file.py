"""The address of a file can be read by whoever knows the seed and be guessed by nobody."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.artwork import Artwork, ImageFormat, Picture
from mjsim.core.chance import Key
from mjsim.core.file import (
    FileAddress,
    FilmAddress,
    file_folder,
    file_name,
    parse_file_path,
    parse_film_path,
    task_files,
    usual_format,
)
from mjsim.core.film import Film, Motion
from mjsim.core.instant import Instant
from mjsim.core.job import Job, Work
from mjsim.core.pace import JobType
from mjsim.core.ratio import Size
from mjsim.core.status import Status
from mjsim.core.task import Task, TaskType, task_id
from mjsim.core.timeline import Moment, Timeline
from mjsim.core.value import changed

LIFE = Timeline((Moment(Instant(0), Status.PENDING, 0),))
ART = Artwork(1, Size(64, 64))
ID = Key(1, "t", "f", 0).uuid()

seeds = st.integers(0, 2**63 - 1)
ids = st.builds(Key, seeds, st.just("t"), st.just("f"), st.integers(0, 9)).map(lambda key: key.uuid())


def job(job_type, job_id=ID, index=None):
    return Job(job_id, "t", job_type, "f", 0, LIFE, Work(artwork=ART, index=index))


@given(seeds, ids)
def test_the_path_of_every_picture_leads_back_to_it_in_both_formats(seed, job_id):
    jobs = [job(JobType.IMAGINE, job_id), *(job(JobType.UPSCALE, job_id, index) for index in (1, 2, 3, 4))]
    for one in jobs:
        for picture in one.pictures:
            path = file_folder(seed, job_id) + file_name(picture)
            address = parse_file_path(seed, path)
            assert address.job_id == job_id
            assert address.image_format is usual_format(picture)
            assert address.picture(one) == picture
            for image_format in ImageFormat:
                other = parse_file_path(seed, f"{path.rpartition('.')[0]}.{image_format}")
                assert other == FileAddress(job_id, address.name, image_format)


@given(seeds, ids)
def test_the_files_of_a_task_are_its_pictures_without_the_grid_and_lead_back_to_them(seed, job_id):
    for one in (job(JobType.IMAGINE, job_id), job(JobType.UPSCALE, job_id, 3)):
        wanted = [picture for picture in one.pictures if picture.index]
        addresses = [parse_file_path(seed, path) for path in task_files(seed, one)]
        assert [address.picture(one) for address in addresses] == wanted
        assert {address.image_format for address in addresses} == {ImageFormat.JPEG}
        assert not any(parse_film_path(seed, path) for path in task_files(seed, one))


@given(seeds, ids, st.integers(1, 4))
def test_the_videos_of_a_task_are_numbered_and_lead_back_to_it(seed, job_id, batch):
    film = Film(Picture(ART, 1), ART.size, Motion.LOW, ((1,),) * batch)
    one = changed(job(JobType.VIDEO, job_id), task=Task(TaskType.VIDEO, "{}", 60, film=film))
    paths = task_files(seed, one)
    assert [path.rpartition("/m/")[2] for path in paths] == [f"{task_id(job_id)}_0_{n}.mp4" for n in range(batch)]
    assert [parse_film_path(seed, path) for path in paths] == [FilmAddress(job_id, n) for n in range(batch)]
    assert not any(parse_file_path(seed, path) for path in paths)
    assert not any(parse_film_path(seed + 1, path) for path in paths)


def test_files_are_named_as_the_service_names_them():
    assert [file_name(picture) for picture in job(JobType.IMAGINE).pictures] == [
        "grid_0.webp",
        "0_0.png",
        "0_1.png",
        "0_2.png",
        "0_3.png",
    ]
    assert [file_name(picture) for picture in job(JobType.UPSCALE, index=3).pictures] == ["0_2.png"]


def test_the_folder_is_a_path_with_a_token_and_the_job():
    assert re.fullmatch(rf"/files/[0-9a-f]{{24}}/{ID}/", file_folder(1, ID))


def test_a_name_that_the_job_does_not_have_is_no_picture_of_it():
    address = FileAddress(ID, "0_1", ImageFormat.PNG)
    assert address.picture(job(JobType.UPSCALE, index=1)) is None
    assert address.picture(Job(ID, "t", JobType.DESCRIBE, "f", 0, LIFE, Work())) is None


@given(seeds, seeds, ids, ids)
def test_the_token_of_another_world_or_another_job_opens_nothing(seed, other_seed, job_id, other_id):
    folder = file_folder(seed, job_id)
    if other_seed != seed:
        assert parse_file_path(other_seed, f"{folder}grid_0.webp") is None
    if other_id != job_id:
        assert parse_file_path(seed, folder.replace(job_id, other_id) + "grid_0.webp") is None


@given(seeds, ids, st.integers(0, 23), st.sampled_from("0123456789abcdef"))
def test_a_forged_token_is_refused(seed, job_id, place, digit):
    path = f"{file_folder(seed, job_id)}0_0.png"
    place += len("/files/")
    forged = path[:place] + digit + path[place + 1 :]
    assert (parse_file_path(seed, forged) is None) is (forged != path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.upper(),
        lambda path: path + "/",
        lambda path: path + "\n",
        lambda path: "/x" + path,
        lambda path: path.replace("0_0", "0_4"),
        lambda path: path.replace("0_0", "grid_1"),
        lambda path: path.replace("0_0", "../0_0"),
        lambda path: path.replace(".png", ".jpg"),
        lambda path: path.replace(".png", ""),
        lambda path: path.replace("/files", ""),
        lambda path: path.replace("-", ""),
        lambda path: path.replace(ID, ID.upper()),
        lambda path: path.replace("0_0", "٠_0"),
    ],
)
def test_any_other_path_names_nothing(change):
    path = f"{file_folder(1, ID)}0_0.png"
    assert parse_file_path(1, path) is not None
    assert parse_file_path(1, change(path)) is None


@given(st.text(st.characters()))
def test_any_text_is_a_path_or_names_nothing(text):
    assert parse_file_path(1, text) is None
    assert parse_file_path(1, f"{file_folder(1, ID)}{text}") is None or text in {
        f"{name}.{ending}" for name in ("grid_0", "0_0", "0_1", "0_2", "0_3") for ending in ("png", "webp")
    }


def test_grids_are_listed_as_webp_and_single_pictures_as_png():
    assert [str(usual_format(picture)) for picture in job(JobType.BLEND).pictures] == ["webp"] + ["png"] * 4
    assert str(usual_format(job(JobType.UPSCALE, index=1).pictures[0])) == "png"
