"""What a task is called, what it costs, and how its record repeats what was asked for."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mjsim.core.chance import Key
from mjsim.core.order import Request
from mjsim.core.pace import Mode
from mjsim.core.request import Webhook
from mjsim.core.task import SPEEDS, TaskType, generation_param, job_id_of, param_json, price, task_id

FIELDS = st.dictionaries(st.text(max_size=8), st.one_of(st.booleans(), st.integers(), st.text(), st.lists(st.text())))


def test_pictures_cost_by_their_speed_videos_always_the_same_and_sequels_nothing():
    by_speed = {speed: price(TaskType.TXT2IMG, mode) for speed, mode in SPEEDS.items()}
    assert by_speed == {"relaxed": 3, "fast": 8, "turbo": 16}
    assert {price(kind, Mode.TURBO) for kind in TaskType if kind.films} == {60}
    assert price(TaskType.UPSCALE, Mode.FAST) == price(TaskType.VARY, Mode.FAST) == 0


def test_four_kinds_make_videos_and_two_of_them_make_longer_ones():
    assert {kind.value for kind in TaskType if kind.films} == {
        "mj_video",
        "mj_video_hd",
        "mj_video_extend_manual",
        "mj_video_extend_auto",
    }
    assert {kind.value for kind in TaskType if kind.extends} == {"mj_video_extend_manual", "mj_video_extend_auto"}


@given(st.integers(0, 99))
def test_an_id_without_hyphens_and_one_with_them_mean_the_same_job(number):
    job_id = Key(number, "t", "f", 0).uuid()
    assert job_id_of(task_id(job_id)) == job_id_of(job_id.upper()) == job_id
    assert len(task_id(job_id)) == 32


@pytest.mark.parametrize("text", ["", "x" * 32, "0" * 31, "0" * 33, "٠" * 32])
def test_what_is_no_id_is_that_of_no_job(text):
    assert job_id_of(text) is None


@given(FIELDS)
def test_a_param_is_compact_alphabetical_json_of_its_fields(fields):
    text = param_json(fields)
    assert json.loads(text) == fields
    assert list(json.loads(text)) == sorted(fields)
    assert text == json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)


def test_what_the_service_fills_in_is_filled_in_unless_it_was_said():
    assert generation_param({"prompt": "ü"}) == (
        '{"enableTranslation":true,"motion":"high","prompt":"ü","videoBatchSize":1}'
    )
    assert json.loads(generation_param({"motion": "low", "enableTranslation": False})) == {
        "enableTranslation": False,
        "motion": "low",
        "videoBatchSize": 1,
    }


def test_a_callback_tells_the_end_and_there_is_none_without_a_url():
    assert Request(TaskType.VARY, "{}", callback="http://a/").webhook == Webhook("http://a/", "end")
    assert Request(TaskType.VARY, "{}").webhook is None
