"""Time is shown and moved from the command line, and what happened on the way is told."""

import pytest


def test_it_shows_the_time_and_that_it_stands_still(mjsim, control):
    said = mjsim("clock")
    assert said.lines[0] == ["now", control.clock.show()["now"]]
    assert said.lines[1] == ["rate", "time", "stands", "still"]
    assert mjsim("clock", "show").out == said.out
    assert mjsim("clock", "--json").json == control.clock.show()


def test_an_advance_tells_which_jobs_came_to_another_status(mjsim, control, imagine):
    job = imagine()
    said = mjsim("clock", "advance", "60s")
    assert [line[1:6] for line in said.lines[:-1]] == [
        [job, "imagine", "in_progress", "0", "%"],
        [job, "imagine", "completed", "100", "%"],
    ]
    assert said.lines[-1][0] == control.clock.show()["now"]
    assert "2 changes" in said.out.splitlines()[-1]


def test_an_advance_tells_changes_and_deliveries_in_the_order_in_which_they_came(mjsim, control, imagine):
    mjsim("webhooks", "inbox", "order", "--answer", "500,200")
    imagine(webhook_url=f"{control.url}/_sim/inbox/order", webhook_type="progress")
    *told, _ = mjsim("clock", "advance", "60s").lines
    assert [line[0] for line in told] == sorted(line[0] for line in told)
    assert [line[1] for line in told] != sorted(line[1] for line in told), "they take turns"
    assert [line[3] for line in told[:2]] == ["in_progress", "job.progress"], "a change comes before the news of it"


@pytest.mark.parametrize("way", ["until", "job", "to"])
def test_it_can_be_advanced_to_what_is_waited_for(mjsim, control, imagine, way):
    job = imagine()
    staged = control.jobs.show(job)
    arguments = {
        "until": ["--until", "quiet"],
        "job": ["--job", job],
        "to": ["--to", staged["plan"][2]["at"]],
    }
    walk = mjsim("clock", "advance", *arguments[way], "--json").json
    wanted = {"until": staged["plan"][-1]["at"], "job": staged["plan"][0]["at"], "to": staged["plan"][2]["at"]}
    assert walk["after"] == control.clock.show()["now"] == wanted[way]
    assert walk["quiet"] == (way == "until")


def test_time_runs_at_a_rate_stands_still_and_goes_by_steps(mjsim, control):
    assert mjsim("clock", "rate", "60").lines[1][:2] == ["rate", "60"]
    assert control.clock.show()["rate"] == 60
    assert "stands still" in mjsim("clock", "freeze").out
    assert control.clock.show()["rate"] == 0
    assert mjsim("clock", "step", "500ms").lines[-1] == ["step", "500", "ms", "at", "each", "API", "request"]
    before = control.clock.show()["now"]
    mjsim("clock", "freeze")
    assert control.clock.show() == {"now": before, "rate": 0, "step": 0}


def test_a_flag_may_stand_before_the_verb_and_after_it(mjsim, control, monkeypatch):
    monkeypatch.delenv("MJSIM_CONTROL_URL")
    monkeypatch.setenv("MJSIM_PORT", "1")
    before = mjsim("clock", "--url", control.url, "--json", "show")
    assert before.json == mjsim("clock", "show", "--json", "--url", control.url).json
    assert mjsim("clock").code == 1


def test_what_the_simulator_refuses_is_told_in_its_words(mjsim, control):
    said = mjsim("clock", "advance", "--to", "1999-01-01T00:00:00Z")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("mjsim: to: 1999-01-01T00:00:00Z is past, it is ")
    assert mjsim("clock", "advance", "--job", "12345678-1234-4234-8234-123456789abc").code == 1
