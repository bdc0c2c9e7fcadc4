"""Jobs are listed and directed from the command line."""

import pytest


def test_the_latest_jobs_are_listed_newest_first_of_all_keys_or_of_one(mjsim, imagine):
    assert mjsim("jobs").out == "no jobs\n"
    first, second = imagine(key="sim-a"), imagine(key="sim-b")
    assert [line[0] for line in mjsim("jobs").lines] == [second, first]
    (line,) = mjsim("jobs", "list", "--tenant", "sim-a").lines
    assert line[:3] == [first, "imagine", "pending"]
    assert "sim-a" in line
    assert [staged["tenant"] for staged in mjsim("jobs", "--limit", "1", "--json").json["data"]] == ["sim-b"]


def test_a_job_is_shown_with_its_past_and_what_is_to_come(mjsim, control, imagine):
    job = imagine(webhook_url="http://127.0.0.1:1/hook", webhook_type="result")
    control.clock.advance_job(job)
    said = mjsim("jobs", "show", job)
    staged = control.jobs.show(job)
    assert [line[1:3] for line in said.lines if line[0] == "was"] == [
        [one["at"], one["status"]] for one in staged["past"]
    ]
    assert [line[2] for line in said.lines if line[:2] == ["to", "be"]] == [one["at"] for one in staged["plan"]]
    assert "webhook  result to http://127.0.0.1:1/hook" in said.out


@pytest.mark.parametrize(
    ("verb", "status"),
    [("complete", "completed"), ("cancel", "cancelled"), ("fail", "failed"), ("step", "in_progress")],
)
def test_a_job_is_brought_on(mjsim, control, imagine, verb, status):
    job = imagine()
    assert mjsim("jobs", verb, job).lines[0][:3] == [job, "imagine", status]
    assert control.jobs.show(job)["job"]["status"] == status


def test_a_job_is_held_and_let_go(mjsim, control, imagine):
    job = imagine()
    assert "pending, held" in mjsim("jobs", "hold", job).out
    control.clock.advance("1h")
    assert control.jobs.show(job)["job"]["status"] == "pending"
    assert "held" not in mjsim("jobs", "release", job).out
    control.clock.advance("1h")
    assert control.jobs.show(job)["job"]["status"] == "completed"


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        ([], {"code": "internal_error", "message": "The job was made to fail."}),
        (["--code", "moderation_blocked"], {"code": "moderation_blocked", "message": "The job was made to fail."}),
        (["--code", "a", "--message", "b c"], {"code": "a", "message": "b c"}),
        (["--message", "b c"], {"code": "internal_error", "message": "b c"}),
    ],
)
def test_a_job_fails_with_the_error_that_is_named(mjsim, imagine, flags, error):
    staged = mjsim("jobs", "fail", imagine(), *flags, "--json").json
    assert staged["past"][-1]["error"] == error


def test_a_prompt_that_steers_terminals_or_is_long_is_shown_harmlessly(mjsim, imagine):
    imagine("red \x1b[31m" + "x" * 80)
    out = mjsim("jobs").out
    assert "\x1b" not in out
    assert out.rstrip().endswith("…")


def test_what_cannot_be_directed_is_told(mjsim, imagine):
    said = mjsim("jobs", "hold", "no such job?")
    assert (said.code, said.out) == (1, "")
    assert "There is no job 'no such job?'" in said.err
    job = imagine()
    mjsim("jobs", "complete", job)
    assert "is completed already" in mjsim("jobs", "fail", job).err
